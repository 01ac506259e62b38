"""Two people, one record: who edits what somebody else has changed meanwhile is told what is different."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from fieldapp.domain.errors import ConflictError
from fieldapp.persistence import registers
from fieldapp.persistence.register import Values
from fieldapp.services.audited import audited
from fieldapp.services.who_did import who_did
from geodata.errors import Message


class OutdatedError(ConflictError):
    """The record was changed since it was read; nothing was written.

    ``changed`` are the keys whose stored value is no longer the one that was shown, ``stored`` the record
    as it is now.
    """

    code = "record.outdated"

    def __init__(self, message: Message, *, stored: Values, changed: Sequence[str]) -> None:
        super().__init__(message)
        self.stored = stored
        self.changed = tuple(changed)


def require_current(
    connection: Connection,
    subject: tuple[str, str],
    stored: Values,
    *,
    revision: int,
    was: Mapping[str, object] | None,
    name: str,
) -> None:
    """Raise `OutdatedError` unless ``revision`` is the stored one.

    ``was`` are the values then shown, in the form of `fieldapp.services.audited.audited`.
    """
    if revision == stored["revision"]:
        return
    event = registers.last_event(connection, *subject)
    now = audited(stored)
    changed = [key for key, value in (was or {}).items() if key in now and now[key] != value]
    raise OutdatedError(
        Message(
            "{name} was changed by {actor} while you were editing, so nothing was saved. "
            "Compare with what is stored now, and save again if yours is right.",
            name=name,
            actor=who_did(event) if event else "?",
        ),
        stored=stored,
        changed=changed,
    )
