"""Tokens by which programs use the API in the name of an account."""

from __future__ import annotations

import secrets
from datetime import timedelta

from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import accounts
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.identify_person import digest
from geodata.errors import Message

LONGEST_DAYS = 366
_PREFIX = "fieldapp_"  # so that a token that was published by mistake can be searched for


def create_token(
    context: Context, user_id: int, *, name: str, scope: TokenScope, days: int, by: Person
) -> str:
    """Make a token of an account and return it; only its digest is kept.

    Everybody makes their own; an administrator those of others.
    """
    if by.user_id == user_id:
        require(by, Action.ACCOUNT_MANAGE, Row(user_id=user_id))
    else:
        require(by, Action.USER_MANAGE, Row(user_id=user_id))
    if not 1 <= days <= LONGEST_DAYS:
        raise InvalidInputError(
            Message("A token is good for 1 to {most} days.", most=LONGEST_DAYS), code="token.days"
        )
    now, token = context.now(), _PREFIX + secrets.token_urlsafe(32)
    with context.work(actor=by.actor) as work:
        user = accounts.get(work.connection, user_id)
        if user["disabled_at"] is not None:
            raise ConflictError(Message("This account is disabled. Enable it first."), code="user.disabled")
        token_id = accounts.add_token(
            work.connection,
            {
                "token_hash": digest(token),
                "user_id": user_id,
                "name": " ".join(name.split())[:60] or scope.value,
                "scope": scope.value,
                "created_at": now,
                "expires_at": now + timedelta(days=days),
            },
        )
        told = {"token": token_id, "scope": scope.value, "days": days}
        work.record("token.created", "user", user_id, after=told, topic=None)
        work.commit()
    return token


def list_tokens(context: Context, *, by: Person) -> list[Values]:
    """The person's own tokens, newest first."""
    assert by.user_id is not None
    with context.reading() as connection:
        return accounts.tokens_of(connection, by.user_id)


def revoke_token(context: Context, token_id: int, *, by: Person) -> None:
    """End one of the person's own tokens."""
    assert by.user_id is not None
    require(by, Action.ACCOUNT_MANAGE, Row(user_id=by.user_id))
    with context.work(actor=by.actor) as work:
        if accounts.revoke_tokens(work.connection, by.user_id, context.now(), only=token_id):
            work.record("token.revoked", "user", by.user_id, after={"token": token_id}, topic=None)
        work.commit()
