"""The second factor: codes of an authenticator (TOTP, RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

import pyotp
import segno

from fieldapp.domain.errors import Fault, InvalidInputError, UnauthenticatedError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import accounts
from fieldapp.services.context import Context
from fieldapp.services.identify_person import digest
from fieldapp.services.keep_users import code_secret
from fieldapp.services.log_in import open_session, reserve_attempt
from fieldapp.services.passwords import is_password
from geodata.errors import Message

RECOVERY_CODES = 10
_ISSUER = "fieldapp"
_ATTEMPTS = (5, 10)


@dataclass(frozen=True)
class Enrolment:
    """What an authenticator is given: ``secret`` to be typed, ``svg`` to be scanned."""

    secret: str
    svg: str


def begin_enrolment(context: Context, *, by: Person) -> Enrolment:
    """A new secret, which counts once `confirm_enrolment` was given a code of it."""
    user_id = _own(by)
    with context.work(actor=by.actor) as work:
        user = accounts.get(work.connection, user_id)
        if user["totp_confirmed_at"] is not None:
            raise InvalidInputError(
                Message("A second factor is set up already. Take it off first."), code="second_factor.set"
            )
        # A page that is loaded again shows the same secret: it may have been scanned.
        secret = user["totp_secret"] or pyotp.random_base32()
        if user["totp_secret"] is None:
            accounts.change(work.connection, user_id, {"totp_secret": secret})
            work.commit()
    address = pyotp.TOTP(secret).provisioning_uri(name=user["username"], issuer_name=_ISSUER)
    picture = segno.make(address, error="m")
    svg = picture.svg_inline(scale=4, border=4, dark="#000", light="#fff", omitsize=False)
    return Enrolment(secret, svg)


def confirm_enrolment(context: Context, code: str, *, by: Person) -> list[str]:
    """Take the second factor into use and return the recovery codes, which are shown this once."""
    user_id, now = _own(by), context.now()
    reserve_attempt(context, {f"enrol:{user_id}": _ATTEMPTS})
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    with context.work(actor=by.actor) as work:
        user = accounts.get(work.connection, user_id)
        step = None if user["totp_secret"] is None else _step_of(user["totp_secret"], code, now)
        if user["totp_confirmed_at"] is not None or step is None:
            message = Message("This code does not fit. Check the clock of the phone and type the next one.")
            raise InvalidInputError(message, [Fault("/code", message)], code="second_factor.wrong")
        accounts.change(work.connection, user_id, {"totp_confirmed_at": now})
        accounts.use_totp_step(work.connection, user_id, step)
        accounts.put_recovery_codes(work.connection, user_id, (digest(code_secret(each)) for each in codes))
        work.record("second_factor.set", "user", user_id, topic=None)
        work.commit()
    return codes


def remove_second_factor(context: Context, *, password: str, by: Person) -> None:
    """Take the second factor off; needs the password, so that an open screen is not enough."""
    user_id = _own(by)
    reserve_attempt(context, {f"password:{user_id}": (5, 15)})
    with context.work(actor=by.actor) as work:
        user = accounts.get(work.connection, user_id)
        if not is_password(user["password_hash"], password):
            message = Message("The present password is wrong.")
            raise InvalidInputError(message, [Fault("/password", message)], code="password.wrong")
        accounts.change(work.connection, user_id, {"totp_secret": None, "totp_confirmed_at": None})
        accounts.put_recovery_codes(work.connection, user_id, ())
        work.record("second_factor.removed", "user", user_id, topic=None)
        work.commit()


def finish_login(context: Context, user_id: int, code: str, *, address: str, user_agent: str) -> str:
    """Check the second factor of somebody whose password was right; the token of the session opened."""
    now = context.now()
    reserve_attempt(context, {f"second:{user_id}": _ATTEMPTS})
    with context.work(actor=f"user:{user_id}") as work:
        user = accounts.get(work.connection, user_id)
        step = None if user["totp_secret"] is None else _step_of(user["totp_secret"], code, now)
        if step is not None:
            right = accounts.use_totp_step(work.connection, user_id, step)
        else:
            spelled = digest(code_secret(code[:40]))
            right = accounts.use_recovery_code(work.connection, user_id, spelled, now)
            if right:
                work.record("recovery_code.used", "user", user_id, topic=None)
        if not right or user["disabled_at"] is not None:
            work.record("login.failed", "user", user_id, reason="second factor", topic=None)
        work.commit()
    if not right or user["disabled_at"] is not None:
        raise UnauthenticatedError(
            Message("This code is wrong or was used already. Wait for the next one."),
            code="second_factor.wrong",
        )
    return open_session(context, user_id, address=address, user_agent=user_agent, second_factor=True)


def recovery_codes_left(context: Context, *, by: Person) -> int:
    with context.reading() as connection:
        return accounts.recovery_codes_left(connection, _own(by))


def _own(by: Person) -> int:
    assert by.user_id is not None
    require(by, Action.ACCOUNT_MANAGE, Row(user_id=by.user_id))
    return by.user_id


def _step_of(secret: str, code: str, now: datetime) -> int | None:
    """The thirty seconds that a code belongs to: those of now, or the ones next to them."""
    typed = "".join(code.split())
    if not (typed.isascii() and typed.isdigit()):
        return None
    totp = pyotp.TOTP(secret)
    current = totp.timecode(now)
    fitting = [
        step
        for step in (current - 1, current, current + 1)
        if hmac.compare_digest(totp.generate_otp(step), typed)
    ]
    return fitting[0] if fitting else None


def _recovery_code() -> str:
    letters = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(2))
