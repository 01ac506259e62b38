"""Two connections at the same moment: the database lets exactly one of them have it.

Both stand ready before either writes; nobody waits for anything but the other.
"""

from __future__ import annotations

import multiprocessing
import threading
from datetime import date
from multiprocessing.synchronize import Barrier as ProcessBarrier
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from fieldapp.domain.errors import ConflictError
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.schema import (
    assignments,
    commissioners,
    featured_products,
    roster_memberships,
)
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from tests.persistence.register import DUJIA, LALIN, ONION, RICE, make_register, term

Barrier = threading.Barrier | ProcessBarrier

_NEW_YEAR, _JUNE = date(2026, 1, 1), date(2026, 6, 1)
_FIRST_HALF = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 7, 31)}
_SECOND_HALF = {"starts_on": date(2026, 7, 31), "ends_on": date(2026, 12, 31)}
_NEXT_YEAR = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}

# What two writers try at once, and the code that the loser is told.
RACES: dict[str, tuple[list[Any], str]] = {
    "two proposals for a township whose terms share one day": (
        [
            insert(assignments).values(term(LALIN, "C-1", **_FIRST_HALF)),
            insert(assignments).values(term(LALIN, "C-2", **_SECOND_HALF)),
        ],
        "assignment.overlap",
    ),
    "two townships for a commissioner who may lead one": (
        [
            insert(assignments).values(term(LALIN, "C-1", **_FIRST_HALF)),
            insert(assignments).values(term(DUJIA, "C-1", **_SECOND_HALF)),
        ],
        "commissioner.capacity",
    ),
    "two featured products of a township": (
        [
            insert(featured_products).values(township_code=LALIN, product_id=RICE, starts_on=_NEW_YEAR),
            insert(featured_products).values(township_code=LALIN, product_id=ONION, starts_on=_JUNE),
        ],
        "featured_product.overlap",
    ),
    "two memberships of the roster": (
        [
            insert(roster_memberships).values(township_code=LALIN, starts_on=_NEW_YEAR),
            insert(roster_memberships).values(township_code=LALIN, starts_on=_JUNE),
        ],
        "roster.overlap",
    ),
}


def _attempt(database_url: str, barrier: Barrier, statement: Any) -> str:
    """Write it in a transaction of its own once both are there; tells "done" or the refusal's code."""
    engine = make_engine(database_url)
    try:
        with engine.connect() as connection:  # the connection is there before the race begins
            connection.execute(select(func.count()).select_from(assignments)).all()
        barrier.wait()
        with UnitOfWork(engine, actor="racer") as work:
            work.connection.execute(statement)
            work.commit()
    except ConflictError as conflict:
        return conflict.code
    finally:
        engine.dispose()
    return "done"


def _race(database_url: str, statements: list[Any]) -> list[str]:
    barrier = threading.Barrier(len(statements))
    verdicts: list[str] = []

    def run(statement: Any) -> None:
        verdicts.append(_attempt(database_url, barrier, statement))

    threads = [threading.Thread(target=run, args=(statement,)) for statement in statements]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(verdicts)


@pytest.mark.parametrize("race", RACES)
def test_exactly_one_of_two_threads_has_it(database_url: str, context: Context, race: str) -> None:
    make_register(context.engine)
    statements, code = RACES[race]
    assert _race(database_url, statements) == sorted(["done", code])
    table = statements[0].table
    with context.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(table)) == 1


def _run_in_process(database_url: str, barrier: ProcessBarrier, number: int, race: str, answers: Any) -> None:
    answers.put(_attempt(database_url, barrier, RACES[race][0][number]))


@pytest.mark.parametrize(
    "race",
    [
        "two proposals for a township whose terms share one day",
        "two townships for a commissioner who may lead one",
    ],
)
def test_exactly_one_of_two_processes_has_it(database_url: str, context: Context, race: str) -> None:
    make_register(context.engine)
    spawning = multiprocessing.get_context("spawn")
    barrier, answers = spawning.Barrier(2), spawning.Queue()
    processes = [
        spawning.Process(target=_run_in_process, args=(database_url, barrier, number, race, answers))
        for number in range(2)
    ]
    for process in processes:
        process.start()
    verdicts = sorted(answers.get(timeout=60) for _ in processes)
    for process in processes:
        process.join()
        process.close()
    answers.close()
    answers.join_thread()
    assert verdicts == sorted(["done", RACES[race][1]])


def test_a_capacity_lowered_while_a_second_township_is_given_stays_true(
    database_url: str, context: Context
) -> None:
    make_register(context.engine, capacity=2)
    long = {"starts_on": date(2026, 1, 1), "ends_on": date(2999, 12, 31)}
    with context.engine.begin() as connection:
        connection.execute(insert(assignments).values(term(LALIN, "C-1", **long)))
    verdicts = _race(
        database_url,
        [
            insert(assignments).values(term(DUJIA, "C-1", **long)),
            update(commissioners).where(commissioners.c.id == "C-1").values(capacity=1),
        ],
    )
    assert verdicts == ["commissioner.capacity", "done"]


def _open_and_write(context: Context, statement: Any) -> UnitOfWork:
    work = UnitOfWork(context.engine, actor="first").__enter__()
    work.connection.execute(statement)
    return work


@pytest.mark.parametrize("race", RACES)
def test_who_waits_for_the_first_is_refused_by_what_the_first_committed(
    postgresql_url: str, postgresql_context: Context, race: str
) -> None:
    """PostgreSQL lets both write before either commits: the second must wait, and then see."""
    make_register(postgresql_context.engine)
    (first, second), code = RACES[race]
    verdicts: list[str] = []
    barrier = threading.Barrier(2)
    work = _open_and_write(postgresql_context, first)
    waiting = threading.Thread(target=lambda: verdicts.append(_attempt(postgresql_url, barrier, second)))
    waiting.start()
    barrier.wait()
    _until_it_waits(waiting, postgresql_context)
    assert verdicts == []
    work.commit()
    work.__exit__(None, None, None)
    waiting.join()
    assert verdicts == [code]


def _until_it_waits(thread: threading.Thread, context: Context) -> None:
    """Return once a connection to this database waits for a lock, or the thread is over."""
    blocked = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0"
    )
    with context.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while thread.is_alive() and not connection.exec_driver_sql(blocked).scalar():
            pass


def test_writers_who_wait_for_each_other_are_parted_and_one_is_told_to_try_again(
    postgresql_url: str, postgresql_context: Context
) -> None:
    make_register(postgresql_context.engine, capacity=9)
    barrier = threading.Barrier(2)
    verdicts: list[str] = []

    def write(townships: tuple[str, str], commissioner: str) -> None:
        engine = make_engine(postgresql_url)
        try:
            with UnitOfWork(engine, actor="racer") as work:
                work.connection.exec_driver_sql("SET LOCAL deadlock_timeout = '50ms'")
                work.connection.execute(insert(assignments).values(term(townships[0], commissioner)))
                barrier.wait()
                work.connection.execute(
                    insert(assignments).values(term(townships[1], commissioner, **_NEXT_YEAR))
                )
                work.commit()
            verdicts.append("done")
        except ConflictError as conflict:
            verdicts.append(conflict.code)
        finally:
            engine.dispose()

    threads = [
        threading.Thread(target=write, args=((LALIN, DUJIA), "C-1")),
        threading.Thread(target=write, args=((DUJIA, LALIN), "C-2")),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["concurrent", "done"]
