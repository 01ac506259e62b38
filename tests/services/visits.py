"""Logs of visits as a commissioner of the small register sends them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert

from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.visits import RESULTS, visit_of
from fieldapp.persistence import schema
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.record_visit import Recorded, SentVisit, record_visit
from tests.accounts import make_account
from tests.services.small_register import LALIN

ONE = UUID("0197a0b0-0000-7000-8000-000000000001")
TWO = UUID("0197a0b0-0000-7000-8000-000000000002")
# What differs in a visit of the same day that begins when the first one is over.
LATER = {"started_at": "2026-11-20T13:00:00+08:00", "ended_at": "2026-11-20T15:00:00+08:00", "fix": None}
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
PHOTO, OTHER_PHOTO = "a" * 64, "b" * 64


def body(**more: Any) -> dict[str, Any]:
    """The body of a visit to the commissioner's own township, as the interfaces show it."""
    said: dict[str, Any] = {
        "base_revision": None,
        "township_code": LALIN,
        "started_at": "2026-11-20T09:10:00+08:00",
        "ended_at": "2026-11-20T11:40:00+08:00",
        "mode": "on_site",
        "content": "查看苗情，指导水肥管理。",
        "service_days": 0.5,
        "results": dict.fromkeys(RESULTS, 0) | {"farmers_trained": 12},
        "fix": {
            "lon": 127.0,
            "lat": 45.2,
            "accuracy_m": 12.0,
            "captured_at": "2026-11-20T09:12:00+08:00",
            "mocked": False,
        },
        "photos": [PHOTO],
    }
    return said | more


def apart(number: int) -> dict[str, str]:
    """The times of one of many visits, of which none goes on while another does."""
    start = datetime.fromisoformat("2026-11-10T08:00:00+08:00") + timedelta(hours=3 * number)
    return {"started_at": start.isoformat(), "ended_at": (start + timedelta(hours=2)).isoformat()}


def commissioner(context: Context, commissioner_id: str = "C-0001") -> Person:
    """The account of a commissioner."""
    return make_account(
        context,
        Role.COMMISSIONER,
        username=f"account-{commissioner_id.lower()}",
        commissioner_id=commissioner_id,
    )


def sent(by: Person, visit_id: UUID = ONE, **more: Any) -> SentVisit:
    """A log that arrives; ``more`` are members of its body that differ."""
    return sent_body(by, body(**more), visit_id)


def sent_body(by: Person, said: Mapping[str, Any], visit_id: UUID = ONE) -> SentVisit:
    read = dict(said)
    for name in ("started_at", "ended_at"):
        read[name] = datetime.fromisoformat(read[name])
    if read["fix"] is not None:
        read["fix"] = read["fix"] | {"captured_at": datetime.fromisoformat(read["fix"]["captured_at"])}
    return SentVisit(id=visit_id, visit=visit_of(read), base_revision=said["base_revision"], by=by)


def record(context: Context, by: Person, visit_id: UUID = ONE, **more: Any) -> Recorded:
    """Record such a log."""
    return record_visit(context, sent(by, visit_id, **more))


def store_visit(
    work: UnitOfWork, *digests: str, commissioner_id: str = "C-0001", started_at: datetime = START
) -> UUID:
    """Put a visit to 拉林满族镇 into the database as it is, with these photos; not graded, not committed."""
    visit_id = uuid4()
    work.connection.execute(
        insert(schema.visits).values(
            id=visit_id,
            township_code=LALIN,
            commissioner_id=commissioner_id,
            started_at=started_at,
            ended_at=started_at + timedelta(hours=1),
            visited_on=started_at.date(),
            received_at=started_at + timedelta(hours=2),
            mode="on_site",
            service_days=0.5,
            fix_lon=127.0,
            fix_lat=45.2,
            fix_accuracy_m=9.0,
            fix_captured_at=started_at,
            fix_mocked=False,
        )
    )
    for position, sha256 in enumerate(digests):
        values = {"visit_id": visit_id, "position": position, "sha256": sha256}
        work.connection.execute(insert(schema.visit_photos).values(values))
    return visit_id
