"""Accounts for tests: made without the cost of a password, and logged in without a form."""

from __future__ import annotations

from collections.abc import Iterable

from flask.testing import FlaskClient

from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import accounts
from fieldapp.services.context import Context
from fieldapp.services.log_in import open_session


def make_account(
    context: Context,
    role: Role = Role.ADMINISTRATOR,
    *,
    username: str | None = None,
    county_codes: Iterable[str] = (),
    commissioner_id: str | None = None,
    **more: object,
) -> Person:
    """An account of a role; the person that it is."""
    with context.work(actor="test") as work:
        name = username or role.value
        found = accounts.find_by_name(work.connection, name)
        if found is None:
            values = {
                "username": name,
                "display_name": name,
                "role": role.value,
                "created_at": context.now(),
                "commissioner_id": commissioner_id,
            }
            user_id = accounts.add(work.connection, values | more, county_codes)
        else:
            user_id = found["id"]
        work.commit()
    return Person(role, frozenset(county_codes), commissioner_id, user_id)


def sign_in(client: FlaskClient, context: Context, person: Person | None = None) -> Person:
    """Log a test client in as a person; as an administrator where none is given."""
    person = person or make_account(context)
    assert person.user_id is not None
    token = open_session(context, person.user_id, address="127.0.0.1", user_agent="test")
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True
    return person
