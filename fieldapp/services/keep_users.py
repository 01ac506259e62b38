"""Accounts as an administrator keeps them: add, change, disable, and let in for the first time."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.accounts import folded_username
from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.domain.permissions import Action, Person, Role, Row, require
from fieldapp.domain.wording import one_line
from fieldapp.persistence import accounts, commissioners, townships
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.identify_person import digest
from fieldapp.services.passwords import check_new_password, hashed
from geodata.errors import Message

LINK_LIFE = timedelta(days=7)
CODE_LIFE = timedelta(days=30)  # printed codes travel by paper
# Without letters and digits that look alike on paper.
_CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
_CODE_GROUPS = 3


@dataclass(frozen=True)
class UserValues:
    """What an account is made of, as it was given."""

    username: str
    display_name: str
    role: Role
    phone: str | None = None
    county_codes: tuple[str, ...] = ()
    commissioner_id: str | None = None


@dataclass(frozen=True)
class FirstCode:
    """A printed code that lets one commissioner set a password."""

    user_id: int
    username: str
    display_name: str
    institution: str
    code: str
    expires_at: datetime


def list_users(context: Context, *, by: Person) -> list[Values]:
    """Every account, by user name."""
    require(by, Action.USER_READ, Row())
    with context.reading() as connection:
        return accounts.all_accounts(connection)


def find_user(context: Context, user_id: int, *, by: Person) -> Values:
    """One account; `NotFoundError` where there is none."""
    require(by, Action.USER_READ, Row(user_id=user_id))
    with context.reading() as connection:
        return accounts.get(connection, user_id)


def add_user(context: Context, values: UserValues, *, by: Person, password: str | None = None) -> int:
    """Add an account and return its id; without a password it needs a one-time link to begin with."""
    require(by, Action.USER_MANAGE, Row())
    if password is not None:
        check_new_password(password, known=(values.username, values.display_name))
    with context.work(actor=by.actor) as work:
        row, county_codes = _checked(work.connection, values)
        row |= {
            "created_at": context.now(),
            "password_hash": None if password is None else hashed(password),
            "must_set_password": password is None,
        }
        user_id = accounts.add(work.connection, row, county_codes)
        work.record("user.added", "user", user_id, after=_told(row, county_codes), topic=None)
        work.commit()
    return user_id


def change_user(context: Context, user_id: int, values: UserValues, *, by: Person, revision: int) -> None:
    """Change an account; `ConflictError` where it was changed meanwhile, or is the last administrator's."""
    require(by, Action.USER_MANAGE, Row(user_id=user_id))
    with context.work(actor=by.actor) as work:
        before = accounts.get(work.connection, user_id)
        row, county_codes = _checked(work.connection, values, user_id=user_id)
        if values.role is not Role.ADMINISTRATOR:
            _keep_an_administrator(work.connection, user_id)
        accounts.change(work.connection, user_id, row, revision=revision)
        accounts.set_counties(work.connection, user_id, county_codes)
        if (before["role"], before["county_codes"]) != (row["role"], county_codes):
            # Rights change at once; a session that began under others does not go on.
            accounts.revoke_sessions(work.connection, user_id, context.now())
        work.record(
            "user.changed",
            "user",
            user_id,
            before=_told(before, before["county_codes"]),
            after=_told(row, county_codes),
            topic=None,
        )
        work.commit()


def set_disabled(context: Context, user_id: int, *, by: Person, disabled: bool) -> None:
    """Close an account, with every session, token and link of it, or open it again."""
    require(by, Action.USER_MANAGE, Row(user_id=user_id))
    now = context.now()
    with context.work(actor=by.actor) as work:
        user = accounts.get(work.connection, user_id)
        if user["erased_at"] is not None and not disabled:
            raise ConflictError(Message("This account was erased and stays closed."), code="user.erased")
        if disabled:
            _keep_an_administrator(work.connection, user_id)
            shut_out(work.connection, user_id, now)
        accounts.change(work.connection, user_id, {"disabled_at": now if disabled else None})
        work.record("user.disabled" if disabled else "user.enabled", "user", user_id, topic=None)
        work.commit()


def give_link(context: Context, user_id: int, *, by: Person) -> str:
    """The secret of a one-time link by which the person sets a new password; older links are void.

    A second factor is taken off: whoever lost the password may have lost the phone, too.
    """
    require(by, Action.USER_MANAGE, Row(user_id=user_id))
    secret, now = secrets.token_urlsafe(24), context.now()
    with context.work(actor=by.actor) as work:
        user = accounts.get(work.connection, user_id)
        _require_open(user)
        _keep_link(work.connection, user_id, secret, now, LINK_LIFE)
        accounts.change(work.connection, user_id, {"totp_secret": None, "totp_confirmed_at": None})
        accounts.put_recovery_codes(work.connection, user_id, ())
        accounts.revoke_sessions(work.connection, user_id, now)
        work.record("user.link_given", "user", user_id, topic=None)
        work.commit()
    return secret


def set_password_for(context: Context, username: str, password: str, *, by: Person) -> None:
    """Set a password for somebody, who must set another at the next login; for the command line."""
    with context.work(actor=by.actor) as work:
        user = by_username(work.connection, username)
        require(by, Action.USER_MANAGE, Row(user_id=user["id"]))
        _require_open(user)
        check_new_password(password, known=(user["username"], user["display_name"]))
        values = {"password_hash": hashed(password), "must_set_password": True}
        accounts.change(work.connection, user["id"], values)
        accounts.revoke_sessions(work.connection, user["id"], context.now())
        work.record("password.set", "user", user["id"], topic=None)
        work.commit()


def add_commissioner_accounts(
    context: Context, *, by: Person, renew: bool = False, only: Iterable[str] | None = None
) -> list[FirstCode]:
    """Give every serving commissioner without an account one, and a code that is printed once.

    With ``renew`` those who have an account but never set a password get a new code as well.
    """
    require(by, Action.USER_MANAGE, Row())
    now, codes = context.now(), []
    wanted = None if only is None else frozenset(only)
    with context.work(actor=by.actor) as work:
        held = {user["commissioner_id"]: user for user in accounts.all_accounts(work.connection)}
        for person in list(commissioners.stream(work.connection)):
            if person["retired_on"] is not None and person["retired_on"] <= context.today():
                continue
            if wanted is not None and person["id"] not in wanted:
                continue
            user = held.get(person["id"])
            if user is None:
                user_id, username = _add_commissioner(work.connection, person, now)
                work.record(
                    "user.added", "user", user_id, after={"commissioner_id": person["id"]}, topic=None
                )
            elif renew and user["password_hash"] is None and user["disabled_at"] is None:
                user_id, username = user["id"], user["username"]
            else:
                continue
            code = _new_code()
            _keep_link(work.connection, user_id, code_secret(code), now, CODE_LIFE)
            work.record("user.code_given", "user", user_id, topic=None)
            codes.append(
                FirstCode(user_id, username, person["name"], person["institution"], code, now + CODE_LIFE)
            )
        work.commit()
    return codes


def by_username(connection: Connection, username: str) -> Values:
    """The account of a user name or phone; `InvalidInputError` where there is none."""
    user = accounts.find_by_name(connection, username.strip().casefold())
    if user is None:
        message = Message("There is no account with the name {name}.", name=username.strip()[:60])
        raise InvalidInputError(message, code="user.unknown")
    return user


def code_secret(typed: str) -> str:
    """A printed code as it is kept, however it was typed."""
    return "".join(unicodedata.normalize("NFKC", typed).upper().replace("-", " ").split())


def shut_out(connection: Connection, user_id: int, now: datetime) -> None:
    """End everything by which an account could be used."""
    accounts.revoke_sessions(connection, user_id, now)
    accounts.revoke_tokens(connection, user_id, now)
    accounts.revoke_links(connection, user_id)


def _new_code() -> str:
    groups = ("".join(secrets.choice(_CODE_LETTERS) for _ in range(4)) for _ in range(_CODE_GROUPS))
    return "-".join(groups)


def _keep_link(connection: Connection, user_id: int, secret: str, now: datetime, life: timedelta) -> None:
    values = {"token_hash": digest(secret), "user_id": user_id, "created_at": now, "expires_at": now + life}
    accounts.put_link(connection, values)


def _add_commissioner(connection: Connection, person: Mapping[str, Any], now: datetime) -> tuple[int, str]:
    username = folded_username(person["id"])
    if accounts.find_by_name(connection, username) is not None:
        raise ConflictError(
            Message(
                "The user name {name} belongs to another account. Rename that one, then repeat the step.",
                name=username,
            ),
            code="user.name_taken",
        )
    phone = person["phone"]
    if phone is not None and accounts.find_by_name(connection, phone) is not None:
        phone = None
    values = {
        "username": username,
        "display_name": person["name"],
        "role": Role.COMMISSIONER.value,
        "phone": phone,
        "commissioner_id": person["id"],
        "created_at": now,
        "must_set_password": True,
        "demonstration": person["demonstration"],
    }
    return accounts.add(connection, values), username


def _checked(
    connection: Connection, values: UserValues, *, user_id: int | None = None
) -> tuple[Values, tuple[str, ...]]:
    faults: list[Fault] = []
    username = folded_username(values.username)
    display_name = one_line(unicodedata.normalize("NFKC", values.display_name))
    phone = "".join(unicodedata.normalize("NFKC", values.phone or "").split()) or None
    if not 1 <= len(display_name) <= 60:
        faults.append(Fault("/display_name", Message("A name has 1 to 60 characters.")))
    if phone is not None and not (phone.lstrip("+").isdigit() and 5 <= len(phone) <= 30):
        faults.append(Fault("/phone", Message("{value} is not a phone number.", value=phone[:30])))
    for pointer, given in (("/username", username), ("/phone", phone)):
        holder = None if given is None else accounts.find_by_name(connection, given)
        if holder is not None and holder["id"] != user_id:
            faults.append(Fault(pointer, Message("{value} belongs to another account.", value=str(given))))
    county_codes = _counties_of(connection, values, faults)
    commissioner_id = _commissioner_of(connection, values, user_id, faults)
    if faults:
        raise InvalidInputError(Message("The account cannot be kept like this."), faults, code="user.invalid")
    row = {
        "username": username,
        "display_name": display_name,
        "role": values.role.value,
        "phone": phone,
        "commissioner_id": commissioner_id,
    }
    return row, county_codes


def _counties_of(connection: Connection, values: UserValues, faults: list[Fault]) -> tuple[str, ...]:
    if values.role is not Role.COUNTY_OFFICER:
        return ()
    wanted = set(values.county_codes)
    if not wanted or not wanted <= townships.county_names(connection).keys():
        faults.append(Fault("/county_codes", Message("A county officer needs one or more counties.")))
    return tuple(sorted(wanted))


def _commissioner_of(
    connection: Connection, values: UserValues, user_id: int | None, faults: list[Fault]
) -> str | None:
    wanted = values.commissioner_id
    if values.role is not Role.COMMISSIONER:
        return None
    if wanted is None or commissioners.find(connection, wanted) is None:
        faults.append(
            Fault("/commissioner_id", Message("Give the number of a commissioner in the register."))
        )
        return None
    holder = accounts.find_by_commissioner(connection, wanted)
    if holder is not None and holder["id"] != user_id:
        faults.append(Fault("/commissioner_id", Message("This commissioner has an account already.")))
    return wanted


def _require_open(user: Mapping[str, Any]) -> None:
    if user["disabled_at"] is not None:
        raise ConflictError(Message("This account is disabled. Enable it first."), code="user.disabled")


def _keep_an_administrator(connection: Connection, user_id: int) -> None:
    """Raise `ConflictError` where without this account nobody could manage users."""
    administrators = [
        user["id"]
        for user in accounts.all_accounts(connection)
        if user["role"] == Role.ADMINISTRATOR and user["disabled_at"] is None
    ]
    if administrators == [user_id]:
        raise ConflictError(
            Message("This is the only administrator. Make another one first."), code="user.last_administrator"
        )


def _told(row: Mapping[str, Any], county_codes: Iterable[str]) -> Values:
    """What the audit log keeps of an account: no name and no phone."""
    return {
        "role": row["role"],
        "county_codes": list(county_codes),
        "commissioner_id": row["commissioner_id"],
    }
