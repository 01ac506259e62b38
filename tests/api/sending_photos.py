"""A phone that sends photos piece by piece, for the tests of what becomes of them."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence.schema import visit_photos, visits
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import LALIN, fill

UPLOADS = "/api/v1/photos"
TUS = {"Tus-Resumable": "1.0.0"}
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def app(context: Context) -> Flask:
    fill(context)
    store_accounts(context)
    return create_app(context=context)


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    return client_of(app, Role.COMMISSIONER)


def begin(client: FlaskClient, size: int, *, sha256: str | None = None, **headers: str) -> TestResponse:
    metadata = "filename " + base64.b64encode("稻田.jpg".encode()).decode()
    if sha256 is not None:
        metadata += ",sha256 " + base64.b64encode(sha256.encode()).decode()
    sent = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata}
    return client.post(UPLOADS, headers=sent | headers)


def send(client: FlaskClient, address: str, piece: bytes, offset: int, **headers: str) -> TestResponse:
    return client.patch(
        address,
        data=piece,
        content_type="application/offset+octet-stream",
        headers=TUS | {"Upload-Offset": str(offset)} | headers,
    )


def send_whole(client: FlaskClient, content: bytes, *, sha256: str | None = "") -> TestResponse:
    told = hashlib.sha256(content).hexdigest() if sha256 == "" else sha256
    begun = begin(client, len(content), sha256=told)
    assert begun.status_code == 201, begun.text
    return send(client, begun.location, content, 0)


def offset_of(client: FlaskClient, address: str) -> int:
    answer = client.head(address, headers=TUS)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return int(answer.headers["Upload-Offset"])


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def count(context: Context, table: Any) -> int:
    with context.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def log(context: Context, *digests: str, commissioner: str = "C-0001") -> UUID:
    visit_id = uuid4()
    with context.work(actor="test") as work:
        work.connection.execute(
            insert(visits).values(
                id=visit_id,
                township_code=LALIN,
                commissioner_id=commissioner,
                started_at=START,
                ended_at=START + timedelta(hours=1),
                visited_on=START.date(),
                received_at=START + timedelta(hours=2),
                mode="on_site",
                service_days=0.5,
                fix_lon=127.0,
                fix_lat=45.2,
                fix_accuracy_m=9.0,
                fix_captured_at=START,
                fix_mocked=False,
            )
        )
        for position, sha256 in enumerate(digests):
            work.connection.execute(
                insert(visit_photos).values(visit_id=visit_id, position=position, sha256=sha256)
            )
        work.touch_visits(visit_id)
        regrade(work, [visit_id])
        work.commit()
    return visit_id


def visit(context: Context, visit_id: UUID) -> Any:
    with context.engine.connect() as connection:
        return connection.execute(select(visits).where(visits.c.id == visit_id)).one()
