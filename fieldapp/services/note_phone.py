"""Keep what a phone says of itself after it has synced, and remind its owner where that is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fieldapp.domain.errors import Fault, ForbiddenError, InvalidInputError
from fieldapp.domain.permissions import Person
from fieldapp.persistence import phones
from fieldapp.services.context import Context
from fieldapp.services.phone_reminder import phone_reminder
from geodata.errors import Message

MOST_PENDING = 100_000


@dataclass(frozen=True)
class PhoneState:
    """What a phone says: how much it still has to send, since when, and what its clock shows."""

    pending: int
    oldest_pending_at: datetime | None
    app_version: str
    persistent: bool
    clock: datetime


def note_phone(context: Context, phone_id: UUID, state: PhoneState, *, by: Person) -> Message | None:
    """Keep the state of a person's phone; the sentence to remind the person of, where there is one."""
    if by.user_id is None:
        raise ForbiddenError(Message("Only a person with an account has a phone here. Log in."))
    if state.pending and state.oldest_pending_at is None:
        message = Message("Say since when the oldest log waits.")
        raise InvalidInputError(message, [Fault("/oldest_pending_at", message)], code="phone.pending")
    now = context.now()
    with context.work(actor=by.actor) as work:
        phones.keep(
            work.connection,
            phone_id,
            by.user_id,
            {
                "last_seen_at": now,
                "pending": state.pending,
                # A clock that goes ahead must not make a log wait until tomorrow.
                "oldest_pending_at": min(state.oldest_pending_at, now)
                if state.pending and state.oldest_pending_at
                else None,
                "clock_skew_s": (state.clock - now).total_seconds(),
                "app_version": state.app_version[:40],
                "persistent": state.persistent,
            },
        )
        reminder = phone_reminder(context, work.connection, by.user_id)
        work.commit()
    return reminder
