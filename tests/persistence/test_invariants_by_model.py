"""Random assignments against a plain model of the invariants: the same verdict on both engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import IntegrityError

from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.schema import assignments
from fieldapp.persistence.violations import code_of
from tests.persistence.register import DUJIA, LALIN, make_register

FIRST_DAY = date(2026, 1, 1)
CAPACITY = {"C-1": 1, "C-2": 9}


@dataclass(frozen=True)
class Term:
    township: str
    commissioner: str
    starts: int
    ends: int
    state: str
    ended: int | None

    def days(self) -> set[int]:
        """The days it takes up, counted from the first."""
        if self.state == "withdrawn":
            return set()
        return set(range(self.starts, (self.ends if self.ended is None else self.ended) + 1))

    def values(self) -> dict[str, Any]:
        def day(number: int | None) -> date | None:
            return None if number is None else FIRST_DAY + timedelta(days=number)

        return {
            "township_code": self.township,
            "commissioner_id": self.commissioner,
            "state": self.state,
            "starts_on": day(self.starts),
            "ends_on": day(self.ends),
            "ended_on": day(self.ended),
            "end_reason": "resigned" if self.state == "ended" else None,
        }


@dataclass
class Model:
    """The two rules, day by day, with nothing clever."""

    held: list[Term] = field(default_factory=list)

    def verdicts(self, term: Term) -> set[str]:
        """The codes of the rules that ``term`` breaks; "done", with the term then held, if none."""
        broken = set()
        if any(term.days() & other.days() for other in self.held if other.township == term.township):
            broken.add("assignment.overlap")
        mine = [other.days() for other in self.held if other.commissioner == term.commissioner]
        if any(1 + sum(day in days for days in mine) > CAPACITY[term.commissioner] for day in term.days()):
            broken.add("commissioner.capacity")
        if not broken:
            self.held.append(term)
        return broken or {"done"}


@st.composite
def terms(draw: st.DrawFn) -> Term:
    """A term within a dozen days, so that many of them meet."""
    starts = draw(st.integers(0, 11))
    ends = starts + draw(st.integers(0, 5))
    state = draw(st.sampled_from(["proposed", "on_notice", "active", "ended", "withdrawn"]))
    ended = draw(st.none() | st.integers(starts, ends)) if state == "ended" else None
    township = draw(st.sampled_from([LALIN, DUJIA]))
    return Term(township, draw(st.sampled_from(sorted(CAPACITY))), starts, ends, state, ended)


@pytest.fixture
def engines(sqlite_url: str, postgresql_url: str, tmp_path: Path) -> Iterator[list[Engine]]:
    made = [make_engine(sqlite_url), make_engine(postgresql_url)]
    for engine in made:
        make_register(engine)
    yield made
    for engine in made:
        engine.dispose()


def _verdict(connection: Connection, term: Term) -> str | None:
    try:
        with connection.begin_nested():
            connection.execute(insert(assignments).values(term.values()))
    except IntegrityError as error:
        return code_of(error)
    return "done"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sequence=st.lists(terms(), min_size=2, max_size=10))
def test_both_engines_judge_every_sequence_of_assignments_as_the_model_does(
    engines: list[Engine], sequence: list[Term]
) -> None:
    model = Model()
    expected = [model.verdicts(term) for term in sequence]
    for engine in engines:
        with engine.connect() as connection, connection.begin() as transaction:
            found = [_verdict(connection, term) for term in sequence]
            transaction.rollback()
        assert all(verdict in allowed for verdict, allowed in zip(found, expected, strict=True)), (
            engine.dialect.name,
            found,
            expected,
        )
