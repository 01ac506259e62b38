"""Two officers at the same moment: one has it, the other is told what the first did."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Person
from fieldapp.persistence import schema
from fieldapp.persistence.engine import make_engine
from fieldapp.services.context import Context
from fieldapp.services.propose_assignment import propose_assignment
from fieldapp.services.put_on_notice import put_on_notice
from fieldapp.services.withdraw_assignment import withdraw_assignment
from tests.services.assigning import OFFICER, WUCHANG_OFFICER, add_users, proposal, proposed
from tests.services.small_register import SHAHE, SHANHE, fill, rows

Attempt = Callable[[Context, Person], object]
NAMES = {OFFICER: "市局赵", WUCHANG_OFFICER: "五常钱"}


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    add_users(context)
    return context


def _race(context: Context, attempts: dict[Person, Attempt]) -> tuple[list[Person], list[ConflictError]]:
    """Who won, and what the losers were told."""
    barrier = threading.Barrier(len(attempts))
    won: list[Person] = []
    refused: list[ConflictError] = []

    def run(who: Person, attempt: Attempt) -> None:
        own = replace(context, engine=make_engine(context.settings.database_url))
        try:
            with own.reading():
                barrier.wait()
            attempt(own, who)
            won.append(who)
        except ConflictError as conflict:
            refused.append(conflict)
        finally:
            own.close()

    threads = [threading.Thread(target=run, args=each) for each in attempts.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won, refused


def test_one_of_two_proposals_for_a_township_is_written(register: Context) -> None:
    won, refused = _race(
        register,
        {
            OFFICER: lambda own, by: propose_assignment(own, proposal(SHANHE, "C-0002"), by=by),
            WUCHANG_OFFICER: lambda own, by: propose_assignment(own, proposal(SHANHE, "C-0003"), by=by),
        },
    )
    assert (len(won), len(refused)) == (1, 1)
    assert refused[0].code == "assignment.overlap"
    assert NAMES[won[0]] in str(refused[0])
    assert len(rows(register, schema.assignments)) == 2


def test_one_of_two_townships_gets_a_commissioner_of_capacity_one(register: Context) -> None:
    won, refused = _race(
        register,
        {
            OFFICER: lambda own, by: propose_assignment(own, proposal(SHANHE, "C-0003"), by=by),
            WUCHANG_OFFICER: lambda own, by: propose_assignment(own, proposal(SHAHE, "C-0003"), by=by),
        },
    )
    assert (len(won), len(refused)) == (1, 1)
    assert refused[0].code == "commissioner.capacity"


def test_of_a_notice_and_a_withdrawal_one_counts_and_the_other_is_told(register: Context) -> None:
    standing = proposed(register)
    won, refused = _race(
        register,
        {
            OFFICER: lambda own, by: put_on_notice(own, standing.id or 0, revision=1, by=by),
            WUCHANG_OFFICER: lambda own, by: withdraw_assignment(own, standing.id or 0, revision=1, by=by),
        },
    )
    assert (len(won), len(refused)) == (1, 1)
    assert refused[0].code == "assignment.changed"
    assert NAMES[won[0]] in str(refused[0])
    (row,) = (each for each in rows(register, schema.assignments) if each["id"] == standing.id)
    assert row["revision"] == 2
    assert row["state"] == ("on_notice" if won[0] is OFFICER else "withdrawn")
