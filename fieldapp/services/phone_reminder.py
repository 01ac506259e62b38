"""What a commissioner is reminded of, so that no log stays behind on a phone."""

from __future__ import annotations

from sqlalchemy import Connection

from fieldapp.domain.syncing import reminder_of
from fieldapp.persistence import phones
from fieldapp.services.context import Context
from geodata.errors import Message


def phone_reminder(context: Context, connection: Connection, user_id: int) -> Message | None:
    """The sentence to show to a person by what the person's phones said; None where all is well."""
    known = [phones.phone_of(row) for row in phones.of_user(connection, user_id)]
    return reminder_of(known, context.now())
