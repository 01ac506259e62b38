"""One transaction, its audit events and its counters: all of it or nothing."""

from __future__ import annotations

import threading
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from shapely import MultiPolygon, Point, box
from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import IntegrityError

from fieldapp.domain.errors import UnavailableError
from fieldapp.persistence.engine import connected, make_engine
from fieldapp.persistence.schema import audit_events, counties, institutions, townships, visits
from fieldapp.persistence.unit_of_work import PLACES, REGISTER, VISITS, UnitOfWork, change_versions
from fieldapp.services.context import Context
from tests.persistence.register import LALIN, make_register

AT_FIRST = {REGISTER: 0, PLACES: 0, VISITS: 0}


def _names(context: Context) -> list[str]:
    with context.engine.connect() as connection:
        return list(connection.scalars(select(institutions.c.name).order_by(institutions.c.name)))


def _events(context: Context) -> list[Any]:
    with context.engine.connect() as connection:
        return list(connection.execute(select(audit_events).order_by(audit_events.c.id)).all())


def _versions(context: Context) -> dict[str, int]:
    with context.engine.connect() as connection:
        return change_versions(connection)


def test_nothing_is_written_without_commit(context: Context) -> None:
    with context.work(actor="officer") as work:
        work.connection.execute(insert(institutions).values(name="东北农业大学"))
        work.record("institution.added", "institution", 1)
    assert (_names(context), _events(context), _versions(context)) == ([], [], AT_FIRST)


def test_nothing_is_written_when_something_goes_wrong_before_the_commit(context: Context) -> None:
    def go_wrong() -> None:
        with context.work(actor="officer") as work:
            work.connection.execute(insert(institutions).values(name="东北农业大学"))
            work.record("institution.added", "institution", 1)
            raise LookupError

    with pytest.raises(LookupError):
        go_wrong()
    assert (_names(context), _events(context), _versions(context)) == ([], [], AT_FIRST)


def test_rows_audit_events_and_counters_arrive_together(context: Context) -> None:
    with context.work(actor="officer") as work:
        work.connection.execute(insert(institutions).values(id=1, name="东北农业大学"))
        work.record(
            "institution.added",
            "institution",
            1,
            after={
                "name": "东北农业大学",
                "on": date(2026, 11, 22),
                "days": Decimal("0.5"),
                "visit": UUID(int=7),
            },
            reason="new",
        )
        work.record("institution.named", "institution", 1)
        work.commit()
    assert _names(context) == ["东北农业大学"]
    assert _versions(context) == {REGISTER: 1, PLACES: 1, VISITS: 0}
    first, second = _events(context)
    assert (first.actor, first.action, first.subject_type, first.subject_id, first.reason) == (
        "officer",
        "institution.added",
        "institution",
        "1",
        "new",
    )
    assert first.after == {
        "name": "东北农业大学",
        "on": "2026-11-22",
        "days": "0.5",
        "visit": str(UUID(int=7)),
    }
    assert (second.before, second.after) == (None, None)
    assert first.at == context.now()


def test_an_assignment_raises_the_counter_of_the_register_alone(context: Context) -> None:
    with context.work(actor="officer") as work:
        work.record("assignment.proposed", "assignment", 1)
        work.commit()
    assert _versions(context) == {REGISTER: 1, PLACES: 0, VISITS: 0}


def test_an_event_without_values_stores_null_and_not_the_word(context: Context) -> None:
    with context.work(actor="officer") as work:
        work.record("visit.reviewed", "visit", 1, topic=VISITS)
        work.commit()
    with context.engine.connect() as connection:
        absent = select(func.count()).where(audit_events.c.before.is_(None), audit_events.c.after.is_(None))
        assert connection.scalar(absent.select_from(audit_events)) == 1
    assert _versions(context) == {REGISTER: 0, PLACES: 0, VISITS: 1}


def test_an_event_that_cannot_be_kept_undoes_the_change_it_tells_of(context: Context) -> None:
    def tell_what_cannot_be_told() -> None:
        with context.work(actor="officer") as work:
            work.connection.execute(insert(institutions).values(name="东北农业大学"))
            work.record("institution.added", "institution", 1, after={"seat": object()})
            work.commit()

    with pytest.raises(Exception, match="has no form in JSON"):
        tell_what_cannot_be_told()
    assert (_names(context), _events(context)) == ([], [])


def test_a_second_commit_tells_nothing_twice(context: Context) -> None:
    with context.work(actor="officer") as work:
        work.record("institution.added", "institution", 1)
        work.commit()
        work.commit()
    assert len(_events(context)) == 1
    assert _versions(context)[REGISTER] == 1


def test_what_a_rolled_back_savepoint_wrote_does_not_survive(context: Context) -> None:
    with context.work(actor="officer") as work:
        work.connection.execute(insert(institutions).values(name="before"))
        savepoint = work.connection.begin_nested()
        work.connection.execute(insert(institutions).values(name="within"))
        savepoint.rollback()
        work.connection.execute(insert(institutions).values(name="zz after"))
        work.commit()
    assert _names(context) == ["before", "zz after"]


def test_a_refused_row_in_a_savepoint_leaves_the_rest_of_the_work_standing(context: Context) -> None:
    with context.work(actor="officer") as work:
        work.connection.execute(insert(institutions).values(id=1, name="first"))
        with pytest.raises(IntegrityError), work.connection.begin_nested():
            work.connection.execute(insert(institutions).values(id=1, name="second"))
        work.commit()
    assert _names(context) == ["first"]


def test_geometry_and_instants_come_back_as_they_went_in(context: Context) -> None:
    make_register(context.engine)
    lalin, seat = townships.c.code == LALIN, Point(127.1, 45.2)
    outline = MultiPolygon([box(127.0, 45.1, 127.2, 45.3)])
    with context.engine.begin() as connection:
        connection.execute(counties.update().values(boundary=outline))
        connection.execute(townships.update().where(lalin).values(seat=seat))
    with context.engine.connect() as connection:
        assert connection.scalar(select(counties.c.boundary)) == outline
        assert connection.scalar(select(townships.c.seat).where(townships.c.code == LALIN)) == Point(
            127.1, 45.2
        )
        with pytest.raises(Exception, match="a Point column cannot hold a MultiPolygon"):
            connection.execute(townships.update().values(seat=outline))
        with pytest.raises(Exception, match="time zone"):
            connection.execute(visits.update().values(started_at=datetime(2026, 1, 1)))  # noqa: DTZ001


def test_one_engine_serves_many_threads(context: Context) -> None:
    barrier = threading.Barrier(8)
    failures: list[BaseException] = []

    def write(number: int) -> None:
        try:
            barrier.wait()
            with context.work(actor=f"thread {number}") as work:
                work.connection.execute(insert(institutions).values(name=f"institution {number}"))
                work.record("institution.added", "institution", number)
                work.commit()
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(_names(context)) == 8
    assert _versions(context)[REGISTER] == 8


def test_sqlite_is_durable_holds_foreign_keys_and_lets_readers_read(sqlite_context: Context) -> None:
    with sqlite_context.engine.connect() as connection:
        found = {
            pragma: connection.exec_driver_sql(f"PRAGMA {pragma}").scalar()
            for pragma in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10000}
    with sqlite_context.work(actor="officer") as work:
        work.connection.execute(insert(institutions).values(name="not yet"))
        assert _names(sqlite_context) == []


def test_a_writer_of_sqlite_takes_its_turn_before_it_reads(
    sqlite_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fieldapp.persistence.engine._PATIENCE_S", 1)
    other = make_engine(sqlite_context.settings.database_url)
    with (
        sqlite_context.work(actor="first"),
        pytest.raises(UnavailableError) as refused,
        UnitOfWork(other, actor="second"),
    ):
        raise AssertionError("the second writer got in")
    other.dispose()
    assert refused.value.code == "database.busy"


def test_a_full_disk_is_said_in_plain_words_and_nothing_is_written(sqlite_context: Context) -> None:
    def write_more_than_fits() -> None:
        with sqlite_context.work(actor="officer") as work:
            pages = work.connection.exec_driver_sql("PRAGMA page_count").scalar()
            work.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            work.connection.execute(insert(institutions), [{"name": f"{n}" * 30} for n in range(5000)])
            work.commit()

    with pytest.raises(UnavailableError, match="disk") as refused:
        write_more_than_fits()
    assert refused.value.code == "database.full"
    assert _names(sqlite_context) == []


def test_a_server_that_goes_away_is_said_in_plain_words(postgresql_context: Context) -> None:
    ended = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(UnavailableError) as refused, postgresql_context.work(actor="officer") as work:
        work.connection.execute(ended)
    assert refused.value.code == "database.unreachable"
    with pytest.raises(UnavailableError), connected(postgresql_context.engine) as connection:
        connection.execute(ended)


def test_a_database_out_of_reach_is_said_in_plain_words(tmp_path: Path) -> None:
    engine = make_engine(f"postgresql+psycopg://nobody@/nothing?host={tmp_path}")
    with pytest.raises(UnavailableError) as refused, UnitOfWork(engine, actor="officer"):
        raise AssertionError("there is no such server")
    assert refused.value.code == "database.unreachable"
    engine.dispose()


def test_a_statement_that_makes_no_sense_stays_a_defect(context: Context) -> None:
    with pytest.raises(Exception, match="no_such_table") as defect, connected(context.engine) as connection:
        connection.execute(text("SELECT * FROM no_such_table"))
    assert not isinstance(defect.value, UnavailableError)
