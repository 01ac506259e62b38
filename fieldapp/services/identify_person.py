"""Who asks: the account of a session or of a program's token."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.accounts import OFFICERS, TokenScope, session_limits
from fieldapp.domain.errors import UnavailableError
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import accounts
from fieldapp.services.context import Context
from fieldapp.settings import Settings

# A session that is used is written to at most so often.
_TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Account:
    """An account as the pages need it; ``person`` is what rights are asked of."""

    id: int
    username: str
    display_name: str
    person: Person
    must_set_password: bool = False
    has_second_factor: bool = False
    must_set_second_factor: bool = False
    session_id: int | None = None
    token_scope: TokenScope | None = None  # None: a person in a browser


def digest(secret: str) -> str:
    """The form in which a secret of ours, random and long, is kept and looked up."""
    return hashlib.sha256(secret.encode()).hexdigest()


def account_of(settings: Settings, user: Mapping[str, Any], **more: Any) -> Account:
    """The account of a stored row."""
    role = Role(user["role"])
    confirmed = user["totp_confirmed_at"] is not None
    return Account(
        id=user["id"],
        username=user["username"],
        display_name=user["display_name"],
        person=Person(
            role=role,
            county_codes=frozenset(user["county_codes"]) if role is Role.COUNTY_OFFICER else frozenset(),
            commissioner_id=user["commissioner_id"] if role is Role.COMMISSIONER else None,
            user_id=user["id"],
        ),
        must_set_password=user["must_set_password"],
        has_second_factor=confirmed,
        must_set_second_factor=settings.require_totp and role in OFFICERS and not confirmed,
        **more,
    )


def account_of_session(context: Context, token: str) -> Account | None:
    """The account of a session that has neither rested too long, nor ended, nor been revoked."""
    now = context.now()
    with context.reading() as connection:
        session = accounts.find_session(connection, digest(token))
        user = None if session is None else accounts.find(connection, session["user_id"])
    if session is None or user is None or user["disabled_at"] is not None:
        return None
    idle, _life = session_limits(
        Role(user["role"]), idle=context.settings.session_idle, life=context.settings.session_life
    )
    if session["revoked_at"] is not None or now >= min(session["expires_at"], session["last_seen_at"] + idle):
        return None
    if now - session["last_seen_at"] >= _TOUCH_EVERY:
        _touch(context, lambda connection: accounts.touch_session(connection, session["id"], now))
    return account_of(context.settings, user, session_id=session["id"])


def account_of_token(context: Context, token: str) -> Account | None:
    """The account of a program's token that is neither expired nor revoked."""
    now = context.now()
    with context.reading(autocommit=True) as connection:
        found = accounts.find_token_and_account(connection, digest(token))
    if found is None:
        return None
    held, user = found
    if user["disabled_at"] is not None or held["revoked_at"] is not None or held["expires_at"] <= now:
        return None
    if held["last_used_at"] is None or now - held["last_used_at"] >= _TOUCH_EVERY:
        _touch(context, lambda connection: accounts.touch_token(connection, held["id"], now))
    return account_of(context.settings, user, token_scope=TokenScope(held["scope"]))


def _touch(context: Context, keep: Callable[[Connection], None]) -> None:
    # Reading must not fail because somebody writes: then the next request keeps the time.
    with suppress(UnavailableError), context.work(actor="system") as work:
        keep(work.connection)
        work.commit()
