"""Visits as one list: whose, filtered how, and in what form."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.withdraw_visit import withdraw_visit
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import LALIN, SHANHE, fill, rows
from tests.services.visits import commissioner, record


@pytest.fixture
def app(context: Context) -> Flask:
    """Three visits to 拉林满族镇, one of which was withdrawn."""
    fill(context)
    store_accounts(context, commissioner_id="C-0002")
    me = commissioner(context)
    record(context, me, UUID(int=1), content="=1+1")
    no_fix = {"fix": None, "started_at": "2026-11-21T09:10:00+08:00", "ended_at": "2026-11-21T11:10:00+08:00"}
    record(context, me, UUID(int=2), **no_fix)
    record(context, me, UUID(int=3))
    withdraw_visit(context, UUID(int=3), base_revision=1, by=me)
    return create_app(context=context)


def _features(app: Flask, query: str = "", role: Role = Role.BUREAU_OFFICER) -> list[dict[str, Any]]:
    answer = client_of(app, role).get(f"/api/v1/visits.geojson{query}")
    assert (answer.status_code, answer.mimetype) == (200, "application/geo+json")
    features: list[dict[str, Any]] = answer.get_json(force=True)["features"]
    return features


def test_every_visit_that_was_not_withdrawn_is_a_feature(app: Flask, context: Context) -> None:
    first, second = _features(app)
    assert first["geometry"] == {"type": "Point", "coordinates": [127.0, 45.2]}
    assert (second["geometry"], second["properties"]["visited_on"]) == (None, "2026-11-21")
    assert first["properties"]["started_at"] == "2026-11-20T09:10:00+08:00"
    assert first["properties"]["service_days"] == 0.5
    assert rows(context, schema.audit_events, schema.audit_events.c.id)[-1]["action"] == "table.exported"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        (f"?township={LALIN}", 2),
        (f"?township={SHANHE}", 0),
        ("?county=230184", 2),
        ("?county=230108", 0),
        ("?commissioner=C-0001", 2),
        ("?commissioner=C-0002", 0),
        ("?from=2026-11-21", 1),
        ("?to=2026-11-20", 1),
        ("?from=2026-11-20&to=2026-11-21", 2),
    ],
)
def test_the_list_can_be_filtered(app: Flask, query: str, count: int) -> None:
    assert len(_features(app, query)) == count


def test_each_sees_only_what_is_theirs(app: Flask) -> None:
    assert len(_features(app, role=Role.COUNTY_OFFICER)) == 2
    assert _features(app, role=Role.COMMISSIONER) == []  # somebody else's commissioner


def test_the_table_says_the_same_and_no_spreadsheet_computes_it(app: Flask) -> None:
    answer = client_of(app, Role.BUREAU_OFFICER).get("/api/v1/visits.csv")
    assert (answer.status_code, answer.mimetype) == (200, "text/csv")
    table = list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert [row["id"] for row in table] == [str(UUID(int=1)), str(UUID(int=2))]
    assert table[0]["content"] == "'=1+1"
    assert table[0]["township"] == "拉林满族镇"
