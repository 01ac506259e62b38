"""Coverage from the database: what is read, what is kept, and when it is measured anew; on both engines."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from shapely import MultiPolygon, box
from sqlalchemy import Connection, event, insert, update

from fieldapp.domain.coverage import CoveragePolicy
from fieldapp.domain.errors import InvalidInputError, NotFoundError
from fieldapp.persistence import schema
from fieldapp.persistence.unit_of_work import VISITS
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import Coverage, coverage_version, measure_coverage
from tests.persistence.register import DUJIA, LALIN, RICE, assign, make_register

TODAY = date(2026, 11, 22)
DAY = timedelta(days=1)
BOUNDARY = MultiPolygon([box(127, 45, 127.1, 45.1)])


@pytest.fixture
def register(context: Context) -> Context:
    """Two townships on the roster; Lalin has a commissioner with an approved agreement, and a product."""
    make_register(context.engine)
    with context.engine.begin() as connection:
        for code in (LALIN, DUJIA):
            connection.execute(
                insert(schema.roster_memberships).values(township_code=code, starts_on=date(2025, 1, 1))
            )
        connection.execute(insert(schema.roster_targets).values(starts_on=date(2025, 1, 1), target=168))
        connection.execute(
            insert(schema.featured_products).values(
                township_code=LALIN, product_id=RICE, starts_on=date(2025, 6, 1)
            )
        )
        assign(
            connection,
            state="active",
            agreement_state="approved",
            agreement_approved_on=date(2026, 1, 10),
        )
        connection.execute(
            update(schema.townships).where(schema.townships.c.code == LALIN).values(boundary=BOUNDARY)
        )
    return context


@contextmanager
def changing(context: Context, topic: str = "register") -> Iterator[Connection]:
    """A change as the services make it: with its audit event, so that the versions rise."""
    with context.work(actor="test") as work:
        yield work.connection
        work.record("test.changed", "test", 1, topic=topic)
        work.commit()


def visit(visited_on: date, **more: Any) -> dict[str, Any]:
    instant = datetime(visited_on.year, visited_on.month, visited_on.day, 2, tzinfo=UTC)
    return {
        "id": uuid.uuid4(),
        "township_code": LALIN,
        "commissioner_id": "C-1",
        "started_at": instant,
        "ended_at": instant,
        "received_at": instant,
        "visited_on": visited_on,
        "mode": "on_site",
        "service_days": 1,
    } | more


def of(coverage: Coverage, code: str) -> dict[str, Any]:
    (found,) = [row for row in coverage.document()["townships"] if row["code"] == code]
    return dict(found)


def test_the_document_says_what_is_stored(register: Context) -> None:
    with changing(register, VISITS) as connection:
        connection.execute(insert(schema.visits).values(**visit(TODAY - 3 * DAY, grade="A")))

    document = measure_coverage(register).document()

    assert document == {
        "as_of": "2026-11-22",
        "policy": {"window_days": 90},
        "county": None,
        "target": 168,
        "roster": 2,
        "counts": {"assigned": 1, "product": 1, "full": 1, "signed": 1, "visited": 1, "verified": 1},
        "status": {
            "uncovered": 1,
            "no_product": 0,
            "unsigned": 0,
            "dormant": 0,
            "unverified": 0,
            "covered": 1,
        },
        "counties": [
            {
                "code": "230184",
                "name": "五常市",
                "roster": 2,
                "counts": document["counts"],
                "status": document["status"],
            }
        ],
        "townships": [
            {
                "code": LALIN,
                "name": "拉林满族镇",
                "county_code": "230184",
                "status": "covered",
                "rungs": dict.fromkeys(("assigned", "product", "signed", "visited", "verified"), True),
                "full": True,
                "assignment_id": document["townships"][0]["assignment_id"],
                "commissioner_id": "C-1",
                "commissioner": "王春",
                "institution": "东北农业大学",
                "starts_on": "2026-01-01",
                "ends_on": "2026-12-31",
                "featured_product": "大米",
                "last_visit_on": "2026-11-19",
                "lapses_on": "2027-01-01",
            },
            {
                "code": DUJIA,
                "name": "杜家镇",
                "county_code": "230184",
                "status": "uncovered",
                "rungs": dict.fromkeys(("assigned", "product", "signed", "visited", "verified"), False),
                "full": False,
                "assignment_id": None,
                "commissioner_id": None,
                "commissioner": None,
                "institution": None,
                "starts_on": None,
                "ends_on": None,
                "featured_product": None,
                "last_visit_on": None,
                "lapses_on": None,
            },
        ],
    }


@pytest.mark.parametrize(
    ("stored", "visited", "verified"),
    [
        ({"grade": "A"}, True, True),
        ({"grade": "B"}, True, True),
        ({"grade": "C"}, True, False),
        ({"grade": None}, True, False),
        ({"grade": "D", "confirmation_approved": True}, True, True),
        ({"grade": "A", "review": "rejected"}, False, False),
        ({"grade": "A", "deleted_at": datetime(2026, 11, 20, tzinfo=UTC)}, False, False),
        ({"grade": "A", "commissioner_id": "C-2"}, False, False),
        ({"grade": "A", "visited_on": TODAY - 89 * DAY}, True, True),
        ({"grade": "A", "visited_on": TODAY - 90 * DAY}, False, False),
        ({"grade": "A", "visited_on": TODAY + DAY}, False, False),
    ],
)
def test_which_visits_count(register: Context, stored: dict[str, Any], visited: bool, verified: bool) -> None:
    with changing(register, VISITS) as connection:
        connection.execute(insert(schema.visits).values(**(visit(TODAY - DAY) | stored)))
    rungs = of(measure_coverage(register), LALIN)["rungs"]
    assert (rungs["visited"], rungs["verified"]) == (visited, verified)


def test_a_later_visit_without_evidence_does_not_hide_an_earlier_one_with_it(register: Context) -> None:
    with changing(register, VISITS) as connection:
        connection.execute(
            insert(schema.visits), [visit(TODAY, grade="D"), visit(TODAY - 9 * DAY, grade="A")]
        )
    township = of(measure_coverage(register), LALIN)
    assert township["rungs"]["verified"]
    assert township["last_visit_on"] == "2026-11-22"


def test_a_dormant_township_still_tells_its_last_visit(register: Context) -> None:
    with changing(register, VISITS) as connection:
        connection.execute(insert(schema.visits).values(**visit(date(2026, 3, 1), grade="A")))
    township = of(measure_coverage(register), LALIN)
    assert (township["status"], township["last_visit_on"]) == ("dormant", "2026-03-01")


def test_the_window_is_that_of_the_policy(register: Context) -> None:
    with changing(register, VISITS) as connection:
        connection.execute(insert(schema.visits).values(**visit(date(2026, 3, 1), grade="A")))
    coverage = measure_coverage(register, policy=CoveragePolicy(window_days=365))
    assert of(coverage, LALIN)["status"] == "covered"
    assert coverage.document()["policy"] == {"window_days": 365}


def test_the_past_and_the_future_are_told_from_the_terms(register: Context) -> None:
    assert of(measure_coverage(register, as_of=date(2025, 12, 31)), LALIN)["status"] == "uncovered"
    assert of(measure_coverage(register, as_of=date(2026, 1, 5)), LALIN)["status"] == "unsigned"
    assert of(measure_coverage(register, as_of=date(2027, 1, 1)), LALIN)["status"] == "uncovered"
    assert measure_coverage(register, as_of=date(2024, 12, 31)).counts.roster == 0


def test_a_renamed_township_is_told_under_the_name_of_the_day(register: Context) -> None:
    with changing(register) as connection:
        connection.execute(
            insert(schema.township_lineage).values(
                kind="renamed",
                effective_on=date(2026, 5, 1),
                from_code=LALIN,
                to_code=LALIN,
                from_name="拉林镇",
                to_name="拉林满族镇",
            )
        )
    assert of(measure_coverage(register, as_of=date(2026, 4, 30)), LALIN)["name"] == "拉林镇"
    assert of(measure_coverage(register), LALIN)["name"] == "拉林满族镇"


def test_boundaries_come_only_when_asked_for(register: Context) -> None:
    assert measure_coverage(register).table.geometry.isna().all()
    table = measure_coverage(register, geometry=True).table
    assert table.set_index("code").geometry[LALIN].equals(BOUNDARY)
    assert table.crs == "EPSG:4326"


def test_a_county_is_counted_alone(register: Context) -> None:
    with changing(register) as connection:
        connection.execute(insert(schema.counties).values(code="230112", name="阿城区"))
    county = measure_coverage(register, county="230184")
    assert (county.counts.roster, county.document()["county"]) == (2, "230184")
    assert measure_coverage(register, county="230112").counts.roster == 0


def test_an_unknown_county_is_not_found(register: Context) -> None:
    with pytest.raises(NotFoundError, match="999999") as raised:
        measure_coverage(register, county="999999")
    assert raised.value.code == "county.unknown"


@pytest.mark.parametrize("day", [date.min, date(1949, 9, 30), date(2201, 1, 1), date.max])
def test_a_day_out_of_reach_is_refused(register: Context, day: date) -> None:
    with pytest.raises(InvalidInputError) as raised:
        measure_coverage(register, as_of=day)
    assert raised.value.faults[0].pointer == "/as_of"


@contextmanager
def counted(context: Context) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*given: Any) -> None:
        statements.append(str(given[2]))

    event.listen(context.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(context.engine, "before_cursor_execute", note)


def test_what_was_measured_is_kept_and_costs_one_query_to_trust(register: Context) -> None:
    first = measure_coverage(register)
    with counted(register) as statements:
        assert measure_coverage(register) is first
        assert measure_coverage(register).encoded is first.encoded
    assert len([statement for statement in statements if statement.startswith("SELECT")]) == 2


def test_a_change_is_seen_at_once(register: Context) -> None:
    before, version = measure_coverage(register), coverage_version(register)
    with changing(register) as connection:
        connection.execute(
            update(schema.assignments).values(
                state="ended", ended_on=TODAY - DAY, end_reason="resigned", revision=2
            )
        )
    after = measure_coverage(register)
    assert coverage_version(register) != version
    assert of(after, LALIN)["status"] == "uncovered"
    assert after.encoded.etag != before.encoded.etag


def test_a_change_that_is_not_committed_is_not_seen(register: Context) -> None:
    before = measure_coverage(register)
    with register.work(actor="test") as work:
        work.connection.execute(update(schema.roster_memberships).values(ends_on=TODAY - DAY))
        work.record("test.changed", "test", 1)
    assert measure_coverage(register) is before


def test_what_is_kept_is_bounded(register: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fieldapp.services.measure_coverage.MOST_ROWS_KEPT", 10)
    first = measure_coverage(register)
    for number in range(1, 20):
        measure_coverage(register, as_of=TODAY + number * DAY)
    assert measure_coverage(register) is not first


def test_many_that_ask_at_once_measure_once(register: Context) -> None:
    together = Barrier(4)
    found: list[Coverage] = []

    def ask() -> None:
        together.wait(30)
        found.append(measure_coverage(register))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(found) == 4
    assert all(one is found[0] for one in found)
