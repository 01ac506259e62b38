"""What a person sees of the own account: where it is logged in, and ends that."""

from __future__ import annotations

from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import accounts
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context


def list_sessions(context: Context, *, by: Person) -> list[Values]:
    """The person's open sessions, the one used last first."""
    assert by.user_id is not None
    with context.reading() as connection:
        return accounts.open_sessions(connection, by.user_id, context.now())


def revoke_session(context: Context, session_id: int | None, *, by: Person, keep: int | None = None) -> None:
    """End one of the person's sessions, or with None all but the one to ``keep``."""
    assert by.user_id is not None
    require(by, Action.ACCOUNT_MANAGE, Row(user_id=by.user_id))
    with context.work(actor=by.actor) as work:
        ended = accounts.revoke_sessions(
            work.connection, by.user_id, context.now(), only=session_id, keep=keep
        )
        if ended:
            told = {"session": session_id or "others"}
            work.record("session.revoked", "user", by.user_id, after=told, topic=None)
        work.commit()
