"""Accounts with their counties, and the sessions, tokens and one-time links that let people in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, func, insert, or_, select, update

from fieldapp.domain.errors import ConflictError, NotFoundError
from fieldapp.domain.permissions import Role
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    api_tokens,
    one_time_links,
    recovery_codes,
    sessions,
    user_counties,
    users,
)
from geodata.errors import Message

# Asked with every request of a program, so it is put together once.
_TOKEN_AND_ACCOUNT = (
    select(*api_tokens.c, *users.c)
    .join_from(api_tokens, users, users.c.id == api_tokens.c.user_id)
    .where(api_tokens.c.token_hash == bindparam("token_hash"))
)


def find(connection: Connection, user_id: int) -> Values | None:
    """The account with this id, ``county_codes`` with it."""
    return next(iter(_with_counties(connection, users.c.id == user_id)), None)


def get(connection: Connection, user_id: int) -> Values:
    """The same; `NotFoundError` when there is none."""
    found = find(connection, user_id)
    if found is None:
        raise NotFoundError(Message("There is no account with the id {id}.", id=user_id))
    return found


def find_by_name(connection: Connection, name: str) -> Values | None:
    """The account of this user name or phone; a user name counts first."""
    found = list(_with_counties(connection, or_(users.c.username == name, users.c.phone == name)))
    return next((user for user in found if user["username"] == name), found[0] if found else None)


def find_by_commissioner(connection: Connection, commissioner_id: str) -> Values | None:
    return next(iter(_with_counties(connection, users.c.commissioner_id == commissioner_id)), None)


def all_accounts(connection: Connection) -> list[Values]:
    """Every account, by user name, ``county_codes`` with each."""
    return _with_counties(connection)


def labels(connection: Connection) -> dict[str, str]:
    """The user name of each account by the name that the audit log gives it."""
    return {
        f"user:{row.id}": row.username for row in connection.execute(select(users.c.id, users.c.username))
    }


def _with_counties(connection: Connection, *conditions: ColumnElement[bool]) -> list[Values]:
    rows = connection.execute(select(users).where(*conditions).order_by(users.c.username)).all()
    held: dict[int, list[str]] = defaultdict(list)
    of = user_counties.c.user_id
    chosen = select(user_counties).where(of.in_([row.id for row in rows]))
    for county in connection.execute(chosen.order_by(user_counties.c.county_code)):
        held[county.user_id].append(county.county_code)
    return [dict(row._mapping) | {"county_codes": tuple(held[row.id])} for row in rows]


def add(connection: Connection, values: Values, county_codes: Iterable[str] = ()) -> int:
    """Insert an account; its id."""
    user_id = _inserted(connection, users, values)
    set_counties(connection, user_id, county_codes)
    return user_id


def change(connection: Connection, user_id: int, values: Values, *, revision: int | None = None) -> None:
    """Change an account; `ConflictError` where ``revision`` is given and no longer the stored one."""
    statement = update(users).where(users.c.id == user_id).values(**values, revision=users.c.revision + 1)
    if revision is not None:
        statement = statement.where(users.c.revision == revision)
    if connection.execute(statement).rowcount == 0:
        raise ConflictError(
            Message("Somebody else changed this account meanwhile. Load it again and repeat the change."),
            code="user.changed",
        )


def note_login(connection: Connection, user_id: int, now: datetime) -> None:
    """Keep when an account was last logged in to; that changes nothing that somebody may be editing."""
    connection.execute(update(users).where(users.c.id == user_id).values(last_login_at=now))


def set_counties(connection: Connection, user_id: int, county_codes: Iterable[str]) -> None:
    """Put the counties of a county officer in place."""
    connection.execute(delete(user_counties).where(user_counties.c.user_id == user_id))
    rows = [{"user_id": user_id, "county_code": code} for code in sorted(set(county_codes))]
    if rows:
        connection.execute(insert(user_counties), rows)


def add_session(connection: Connection, values: Values) -> int:
    return _inserted(connection, sessions, values)


def find_session(connection: Connection, token_hash: str) -> Values | None:
    """The session of a token's digest, revoked or not."""
    return _one(connection, sessions, sessions.c.token_hash == token_hash)


def touch_session(connection: Connection, session_id: int, now: datetime) -> None:
    connection.execute(update(sessions).where(sessions.c.id == session_id).values(last_seen_at=now))


def open_sessions(connection: Connection, user_id: int, now: datetime) -> list[Values]:
    """The sessions of an account that were neither revoked nor reached their end, newest first."""
    chosen = select(sessions).where(
        sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now
    )
    return _all(connection, chosen.order_by(sessions.c.last_seen_at.desc(), sessions.c.id.desc()))


def revoke_sessions(
    connection: Connection, user_id: int, now: datetime, *, only: int | None = None, keep: int | None = None
) -> int:
    """End the sessions of an account, or the one ``only``, or all but the one to ``keep``; how many."""
    statement = update(sessions).where(sessions.c.user_id == user_id, sessions.c.revoked_at.is_(None))
    if only is not None:
        statement = statement.where(sessions.c.id == only)
    if keep is not None:
        statement = statement.where(sessions.c.id != keep)
    return connection.execute(statement.values(revoked_at=now)).rowcount


def forget_sessions(connection: Connection, before: datetime) -> None:
    """Drop sessions that ended before an instant: the audit log tells of them."""
    connection.execute(delete(sessions).where(sessions.c.expires_at < before))


def add_token(connection: Connection, values: Values) -> int:
    return _inserted(connection, api_tokens, values)


def find_token(connection: Connection, token_hash: str) -> Values | None:
    return _one(connection, api_tokens, api_tokens.c.token_hash == token_hash)


def find_token_and_account(connection: Connection, token_hash: str) -> tuple[Values, Values] | None:
    """A token, expired or revoked or not, and the account of it, ``county_codes`` with that."""
    found = connection.execute(_TOKEN_AND_ACCOUNT, {"token_hash": token_hash}).one_or_none()
    if found is None:
        return None
    values = tuple(found)
    token = dict(zip(api_tokens.c.keys(), values, strict=False))
    user = dict(zip(users.c.keys(), values[len(api_tokens.c) :], strict=True))
    county_codes: tuple[str, ...] = ()
    if user["role"] == Role.COUNTY_OFFICER.value:
        held = select(user_counties.c.county_code).where(user_counties.c.user_id == user["id"])
        county_codes = tuple(connection.scalars(held.order_by(user_counties.c.county_code)))
    return token, user | {"county_codes": county_codes}


def touch_token(connection: Connection, token_id: int, now: datetime) -> None:
    connection.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(last_used_at=now))


def tokens_of(connection: Connection, user_id: int) -> list[Values]:
    """The tokens of an account that were not revoked, newest first."""
    chosen = select(api_tokens).where(api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
    return _all(connection, chosen.order_by(api_tokens.c.id.desc()))


def revoke_tokens(connection: Connection, user_id: int, now: datetime, *, only: int | None = None) -> int:
    statement = update(api_tokens).where(api_tokens.c.user_id == user_id, api_tokens.c.revoked_at.is_(None))
    if only is not None:
        statement = statement.where(api_tokens.c.id == only)
    return connection.execute(statement.values(revoked_at=now)).rowcount


def put_link(connection: Connection, values: Values) -> None:
    """Keep a one-time link; an older one of the same account is void."""
    revoke_links(connection, values["user_id"])
    connection.execute(insert(one_time_links).values(values))


def revoke_links(connection: Connection, user_id: int) -> None:
    connection.execute(
        delete(one_time_links).where(one_time_links.c.user_id == user_id, one_time_links.c.used_at.is_(None))
    )


def find_link(connection: Connection, token_hash: str, now: datetime) -> Values | None:
    """A link that can still be used."""
    link = one_time_links.c
    return _one(
        connection,
        one_time_links,
        link.token_hash == token_hash,
        link.used_at.is_(None),
        link.expires_at > now,
    )


def use_link(connection: Connection, link_id: int, now: datetime) -> bool:
    """Mark a link as used; False where somebody else was first."""
    statement = update(one_time_links).where(
        one_time_links.c.id == link_id, one_time_links.c.used_at.is_(None)
    )
    return connection.execute(statement.values(used_at=now)).rowcount == 1


def put_recovery_codes(connection: Connection, user_id: int, hashes: Iterable[str]) -> None:
    """Replace the recovery codes of an account."""
    connection.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    rows = [{"user_id": user_id, "code_hash": code} for code in hashes]
    if rows:
        connection.execute(insert(recovery_codes), rows)


def use_recovery_code(connection: Connection, user_id: int, code_hash: str, now: datetime) -> bool:
    """Mark a code as used; False where it is none of the account's, or was used."""
    code = recovery_codes.c
    statement = update(recovery_codes).where(
        code.user_id == user_id, code.code_hash == code_hash, code.used_at.is_(None)
    )
    return connection.execute(statement.values(used_at=now)).rowcount == 1


def recovery_codes_left(connection: Connection, user_id: int) -> int:
    chosen = select(func.count()).where(
        recovery_codes.c.user_id == user_id, recovery_codes.c.used_at.is_(None)
    )
    return connection.scalar(chosen) or 0


def use_totp_step(connection: Connection, user_id: int, step: int) -> bool:
    """Remember the thirty seconds whose code was taken; False where that one or a later one was before."""
    statement = update(users).where(
        users.c.id == user_id, or_(users.c.totp_last_step.is_(None), users.c.totp_last_step < step)
    )
    return connection.execute(statement.values(totp_last_step=step)).rowcount == 1


def _inserted(connection: Connection, table: Table, values: Values) -> int:
    key = connection.execute(insert(table).values(values)).inserted_primary_key
    assert key is not None  # the tables have keys
    return int(key[0])


def _one(connection: Connection, table: Table, *conditions: ColumnElement[bool]) -> Values | None:
    row = connection.execute(select(table).where(*conditions)).one_or_none()
    return None if row is None else dict(row._mapping)


def _all(connection: Connection, statement: Any) -> list[Values]:
    return [dict(row._mapping) for row in connection.execute(statement)]
