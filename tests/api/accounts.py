"""Programs that ask the API in the name of somebody: one of each role."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import insert

from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.identify_person import digest

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
COUNTY = "230184"


def store_accounts(context: Context, *, commissioner_id: str | None = "C-0001") -> None:
    """An account of each role with a token that may do everything the account may; the role is the token."""
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        for role in Role:
            user: dict[str, Any] = {
                "username": role.value,
                "display_name": f"演示{role.value}",
                "role": role.value,
            }
            if role is Role.COMMISSIONER:
                user["commissioner_id"] = commissioner_id
            key = connection.execute(
                insert(schema.users).values(created_at=NOW, **user)
            ).inserted_primary_key[0]  # type: ignore[index]
            if role is Role.COUNTY_OFFICER:
                connection.execute(insert(schema.user_counties).values(user_id=key, county_code=COUNTY))
            for scope in ("write", "read"):
                connection.execute(
                    insert(schema.api_tokens).values(
                        token_hash=digest(token_of(role, scope)),
                        user_id=key,
                        name=scope,
                        scope=scope,
                        created_at=NOW,
                        expires_at=NOW + timedelta(days=30),
                    )
                )


def token_of(role: Role, scope: str = "write") -> str:
    """The token of a role."""
    return f"{role.value}-{scope}"


def headers_of(role: Role, scope: str = "write") -> dict[str, str]:
    """What a program of a role sends with each request."""
    return {"Authorization": f"Bearer {token_of(role, scope)}", "Accept-Language": "en"}


def client_of(app: Flask, role: Role, scope: str = "write") -> FlaskClient:
    """A client that asks as somebody of a role."""
    client = app.test_client()
    for name, value in headers_of(role, scope).items():
        client.environ_base["HTTP_" + name.upper().replace("-", "_")] = value
    return client
