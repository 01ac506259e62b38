"""The accounts of a demonstration: one for each role, their passwords made from the installation's key."""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.permissions import Role
from fieldapp.persistence import accounts, schema
from fieldapp.services.context import Context
from fieldapp.services.passwords import hashed

COUNTY = "230184"  # 五常市
_NAMES = {
    "admin": (Role.ADMINISTRATOR, "管理员（演示）"),
    "officer": (Role.BUREAU_OFFICER, "市局经办（演示）"),
    "county": (Role.COUNTY_OFFICER, "五常经办（演示）"),
    "commissioner": (Role.COMMISSIONER, "特派员（演示）"),
    "viewer": (Role.VIEWER, "领导（演示）"),
}


@dataclass(frozen=True)
class DemoAccount:
    username: str
    password: str


def demonstration_accounts(context: Context) -> list[DemoAccount]:
    """The accounts with their passwords: the same at every start, others in every installation."""
    return [DemoAccount(name, _password(context, name)) for name in _NAMES]


def add_demonstration_accounts(context: Context) -> None:
    """Add those accounts that are not there yet."""
    with context.work(actor="demonstration") as work:
        for username, (role, display_name) in _NAMES.items():
            if accounts.find_by_name(work.connection, username) is not None:
                continue
            values = {
                "username": username,
                "display_name": display_name,
                "role": role.value,
                "created_at": context.now(),
                "password_hash": hashed(_password(context, username)),
                "demonstration": True,
            }
            if role is Role.COMMISSIONER:
                person = _serving_commissioner(work.connection, context)
                values |= {"commissioner_id": person.id, "display_name": person.name}
            county_codes = (COUNTY,) if role is Role.COUNTY_OFFICER else ()
            user_id = accounts.add(work.connection, values, county_codes)
            work.record("user.added", "user", user_id, after={"role": role.value}, topic=None)
        work.commit()


def _password(context: Context, username: str) -> str:
    key = hmac.new(context.settings.secret_key.encode(), f"demonstration {username}".encode(), hashlib.sha256)
    letters = base64.b32encode(key.digest()).decode().lower()
    return "-".join(letters[start : start + 4] for start in (0, 4, 8))


def _serving_commissioner(connection: Connection, context: Context) -> Row[Any, Any]:
    today = context.today()
    serving = (
        select(schema.commissioners.c.id, schema.commissioners.c.name)
        .join(schema.assignments, schema.assignments.c.commissioner_id == schema.commissioners.c.id)
        .where(
            schema.assignments.c.state == AssignmentState.ACTIVE.value,
            schema.assignments.c.starts_on <= today,
            schema.assignments.c.ends_on >= today,
        )
        .order_by(schema.assignments.c.township_code.startswith(COUNTY).desc(), schema.commissioners.c.id)
    )
    return connection.execute(serving.limit(1)).one()
