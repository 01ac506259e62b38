"""A person sets a password: the own one anew, or the first one by a link or a printed code."""

from __future__ import annotations

from fieldapp.domain.errors import Fault, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import accounts
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.identify_person import digest
from fieldapp.services.keep_users import code_secret
from fieldapp.services.log_in import reserve_attempt
from fieldapp.services.passwords import check_new_password, hashed, is_password
from geodata.errors import Message

_ATTEMPTS = (5, 15)


def change_password(
    context: Context, *, current: str, password: str, by: Person, session_id: int | None
) -> None:
    """Set the own password; every other session ends. Raises `InvalidInputError` with what is wrong."""
    assert by.user_id is not None
    require(by, Action.ACCOUNT_MANAGE, Row(user_id=by.user_id))
    reserve_attempt(context, {f"password:{by.user_id}": _ATTEMPTS})
    with context.reading() as connection:
        user = accounts.get(connection, by.user_id)
    if not is_password(user["password_hash"], current):
        message = Message("The present password is wrong.")
        raise InvalidInputError(message, [Fault("/current", message)], code="password.wrong")
    if is_password(user["password_hash"], password):
        message = Message("This is the present password. Choose another one.")
        raise InvalidInputError(message, [Fault("/password", message)], code="password.same")
    _keep(context, user, password, actor=by.actor, session_id=session_id)


def link_owner(context: Context, secret: str) -> Values:
    """The account of a link that can still be used; `NotFoundError` otherwise."""
    with context.reading() as connection:
        link = accounts.find_link(connection, digest(secret), context.now())
        user = None if link is None else accounts.find(connection, link["user_id"])
    if link is None or user is None or user["disabled_at"] is not None:
        raise NotFoundError(
            Message("This link or code was used, has expired or was replaced. Ask for a new one."),
            code="link.invalid",
        )
    return user


def check_code(context: Context, secret: str, *, address: str) -> None:
    """Raise `NotFoundError` unless a typed code can still be used; whoever guesses has to wait."""
    reserve_attempt(context, {f"link:{address[:45]}": (20, 60)})
    link_owner(context, secret)


def set_password_by_link(context: Context, secret: str, password: str, *, address: str) -> int:
    """Set a password by a one-time link or a printed code, and return whose it is."""
    check_code(context, secret, address=address)
    user = link_owner(context, secret)
    _keep(context, user, password, actor=f"user:{user['id']}", link=secret)
    return int(user["id"])


def typed_secret(typed: str) -> str:
    """The secret behind what somebody typed: a printed code in any spelling."""
    return code_secret(typed[:100])


def _keep(
    context: Context,
    user: Values,
    password: str,
    *,
    actor: str,
    session_id: int | None = None,
    link: str | None = None,
) -> None:
    check_new_password(password, known=(user["username"], user["display_name"], user["phone"] or ""))
    now = context.now()
    with context.work(actor=actor) as work:
        if link is not None:
            found = accounts.find_link(work.connection, digest(link), now)
            if found is None or not accounts.use_link(work.connection, found["id"], now):
                raise NotFoundError(
                    Message("This link or code was used, has expired or was replaced. Ask for a new one."),
                    code="link.invalid",
                )
        values = {"password_hash": hashed(password), "must_set_password": False}
        accounts.change(work.connection, user["id"], values)
        accounts.revoke_sessions(work.connection, user["id"], now, keep=session_id)
        work.record("password.set", "user", user["id"], topic=None)
        work.commit()
