"""A phone that sends photos piece by piece, for the tests of what becomes of them."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from fieldapp.persistence.schema import visits
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from tests.services.visits import START, store_visit

UPLOADS = "/api/v1/photos"
TUS = {"Tus-Resumable": "1.0.0"}


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


def log(context: Context, *digests: str, commissioner: str = "C-0001", hours: int = 0) -> UUID:
    """A visit to 拉林满族镇 with these photos, so many hours after the first one; stored and graded."""
    began = START + timedelta(hours=hours)
    with context.work(actor="test") as work:
        visit_id = store_visit(work, *digests, commissioner_id=commissioner, started_at=began)
        work.touch_visits(visit_id)
        regrade(work, [visit_id])
        work.commit()
    return visit_id


def visit(context: Context, visit_id: UUID) -> Any:
    with context.engine.connect() as connection:
        return connection.execute(select(visits).where(visits.c.id == visit_id)).one()
