"""Log in with a name and a password, and out again; whoever guesses is slowed down."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from fieldapp.domain.accounts import session_limits
from fieldapp.domain.errors import ThrottledError, UnauthenticatedError
from fieldapp.domain.permissions import Role
from fieldapp.persistence import accounts, login_failures
from fieldapp.services.context import Context
from fieldapp.services.identify_person import digest
from fieldapp.services.passwords import hashed, is_outdated, is_password
from geodata.errors import Message

_FORGOTTEN_AFTER = timedelta(hours=1)
_LOCKED_FOR = timedelta(minutes=15)
# Failures that cost nothing, and those from which on nobody is let in for a while. Behind one address
# there may be a whole office.
_ACCOUNT_LIMITS = (3, 10)
_ADDRESS_LIMITS = (20, 60)


@dataclass(frozen=True)
class Admission:
    """A password that was right: a session's token, or None where a second factor is still to be given."""

    user_id: int
    token: str | None


def log_in(context: Context, *, name: str, password: str, address: str, user_agent: str) -> Admission:
    """Check name (or phone) and password, and open a session where they are enough.

    Raises `UnauthenticatedError`, in the same words and after the same work whatever was wrong, and
    `ThrottledError` where too many attempts of this account or address failed.
    """
    with context.reading() as connection:
        user = accounts.find_by_name(connection, name.strip().casefold()[:60])
    keys = _keys(user, name, address)
    # The attempt is counted before it is made, so that many at once are not more than many in a row.
    reserve_attempt(context, keys)
    right = is_password(None if user is None else user["password_hash"], password)
    if user is None or not right or user["disabled_at"] is not None:
        _tell_failure(context, user)
        raise UnauthenticatedError(
            Message("Name or password is wrong. Check both; after several attempts you have to wait."),
            code="login.wrong",
        )
    # A whole office may log in from one address: who knows the password is not held against it.
    with context.work(actor="system") as work:
        login_failures.give_back(
            work.connection, _address_key(address), context.now(), free=_ADDRESS_LIMITS[0]
        )
        work.commit()
    if user["totp_confirmed_at"] is not None:
        return Admission(user["id"], None)
    if is_outdated(user["password_hash"]):
        with context.work(actor=f"user:{user['id']}") as work:
            accounts.change(work.connection, user["id"], {"password_hash": hashed(password)})
            work.commit()
    token = open_session(context, user["id"], address=address, user_agent=user_agent)
    return Admission(user["id"], token)


def open_session(
    context: Context, user_id: int, *, address: str, user_agent: str, second_factor: bool = False
) -> str:
    """Open a session for somebody who has shown who they are; its token, which is kept nowhere."""
    now, token = context.now(), secrets.token_urlsafe(32)
    with context.work(actor=f"user:{user_id}") as work:
        user = accounts.get(work.connection, user_id)
        _idle, life = session_limits(
            Role(user["role"]), idle=context.settings.session_idle, life=context.settings.session_life
        )
        session_id = accounts.add_session(
            work.connection,
            {
                "token_hash": digest(token),
                "user_id": user_id,
                "created_at": now,
                "last_seen_at": now,
                "expires_at": now + life,
                "user_agent": user_agent[:200],
                "address": address[:45],
                "second_factor": second_factor,
            },
        )
        accounts.note_login(work.connection, user_id, now)
        accounts.forget_sessions(work.connection, now - timedelta(days=90))
        login_failures.clear(work.connection, [f"user:{user_id}", f"second:{user_id}"])
        login_failures.forget(work.connection, now - _FORGOTTEN_AFTER)
        work.record("login.succeeded", "user", user_id, after={"session": session_id}, topic=None)
        work.commit()
    return token


def log_out(context: Context, user_id: int, session_id: int) -> None:
    """End a session."""
    with context.work(actor=f"user:{user_id}") as work:
        accounts.revoke_sessions(work.connection, user_id, context.now(), only=session_id)
        work.record("logout", "user", user_id, after={"session": session_id}, topic=None)
        work.commit()


def reserve_attempt(context: Context, keys: Mapping[str, tuple[int, int]]) -> None:
    """Count one attempt under each key; `ThrottledError` where one of them has to wait."""
    now = context.now()
    with context.work(actor="system") as work:
        counted = {
            key: login_failures.counted(work.connection, key, now, _FORGOTTEN_AFTER) for key in sorted(keys)
        }
        blocked_until = max(until for _failures, until in counted.values())
        if blocked_until > now:
            seconds = int((blocked_until - now).total_seconds()) + 1
            raise ThrottledError(
                Message("Too many attempts failed. Wait {seconds} seconds, then try again.", seconds=seconds),
                seconds=seconds,
            )
        for key, (failures, _until) in counted.items():
            free, locking = keys[key]
            until = now + _delay(failures + 1, free, locking)
            login_failures.keep(work.connection, key, failures + 1, now, until)
        work.commit()


def _delay(failures: int, free: int, locking: int) -> timedelta:
    if failures <= free:
        return timedelta(0)
    if failures >= locking:
        return _LOCKED_FOR
    return timedelta(seconds=2.0 ** (failures - free))


def _keys(user: Mapping[str, Any] | None, name: str, address: str) -> dict[str, tuple[int, int]]:
    # A name that nobody has is slowed down just as one that somebody has.
    unknown = hashlib.sha256(name.strip().casefold().encode()).hexdigest()
    account = f"name:{unknown}" if user is None else f"user:{user['id']}"
    return {account: _ACCOUNT_LIMITS, _address_key(address): _ADDRESS_LIMITS}


def _address_key(address: str) -> str:
    return f"address:{address[:45]}"


def _tell_failure(context: Context, user: Mapping[str, Any] | None) -> None:
    # What was typed as a name is not kept: it may be a password.
    with context.work(actor="anonymous") as work:
        work.record("login.failed", "user", "unknown" if user is None else user["id"], topic=None)
        work.commit()
