"""Visits of one commissioner at the same time: when they are, and what that leaves of the grade."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.evidence_meanwhile import (
    OtherVisit,
    precedes,
    reason_of_other,
    reasons_of_others,
    together,
)
from fieldapp.domain.evidence_reasons import reason_of
from fieldapp.domain.visits import VisitMode

NINE = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def visit(begins: int, ends: int, *, number: int = 1, is_here: bool = False) -> OtherVisit:
    """A visit on site, so many minutes after nine."""
    return OtherVisit(
        id=UUID(int=number),
        township="山河镇",
        is_here=is_here,
        visited_on=NINE.date(),
        started_at=NINE + timedelta(minutes=begins),
        ended_at=NINE + timedelta(minutes=ends),
        mode=VisitMode.ON_SITE,
    )


@pytest.mark.parametrize(
    ("one", "other", "by"),
    [
        ((0, 60), (60, 90), None),
        ((0, 60), (59, 90), 1),
        ((0, 60), (0, 60), 60),
        ((0, 600), (100, 130), 130),  # within the other, and nearer to its beginning
        ((0, 60), (30, 30), 30),
        ((0, 60), (60, 60), None),
        ((0, 0), (0, 0), 0),
        ((0, 60), (0, 0), 0),
        ((0, 60), (-90, -1), None),
    ],
)
def test_two_visits_go_on_together_until_one_is_moved_out_of_the_other(
    one: tuple[int, int], other: tuple[int, int], by: int | None
) -> None:
    expected = None if by is None else timedelta(minutes=by)
    assert together(visit(*one), visit(*other)) == expected


MINUTES = st.tuples(st.integers(-99, 99), st.integers(0, 99)).map(lambda drawn: (drawn[0], sum(drawn)))


@given(MINUTES, MINUTES)
def test_it_is_said_of_both_or_of_neither(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert together(visit(*one), visit(*other)) == together(visit(*other), visit(*one))


@pytest.mark.parametrize(
    ("other", "code", "at_best", "sentence"),
    [
        (
            visit(30, 90),
            "meanwhile.elsewhere",
            "D",
            "Another visit of the same commissioner, in 山河镇, was going on at that time.",
        ),
        (
            visit(50, 90),
            "meanwhile.briefly",
            "B",
            "Another visit of the same commissioner, in 山河镇, overlaps with it by 10 min.",
        ),
        (
            replace(visit(30, 90), mode=VisitMode.REMOTE),
            "meanwhile.remote",
            "B",
            (
                "Another visit of the same commissioner, in 山河镇, was going on at that time; "
                "not both were on site."
            ),
        ),
        (
            visit(30, 90, is_here=True),
            "meanwhile.here",
            "B",
            "Another visit of the same commissioner in the same township was going on at that time.",
        ),
    ],
)
def test_nobody_is_in_two_townships_at_once_and_the_rest_is_only_told(
    other: OtherVisit, code: str, at_best: str, sentence: str
) -> None:
    reason = reason_of_other(visit(0, 60), other)
    assert reason is not None
    assert (reason.code, reason.at_best.value, str(reason.sentence)) == (code, at_best, sentence)
    assert reason_of(reason.stored).visit_id == other.id


@given(st.permutations(range(1, 6)))
def test_of_many_of_a_kind_one_is_named_in_whatever_order_they_come(order: list[int]) -> None:
    others = [visit(10, 50, number=number, is_here=number % 2 == 0) for number in order]
    told = {reason.code: reason.visit_id for reason in reasons_of_others(visit(0, 60), others)}
    assert told == {"meanwhile.elsewhere": UUID(int=1), "meanwhile.here": UUID(int=2)}


def test_one_that_is_named_already_gives_way_only_to_a_smaller_id() -> None:
    reasons = [reason_of_other(visit(0, 60), visit(10, 50, number=number)) for number in (1, 2)]
    smaller, larger = reasons
    assert smaller is not None
    assert larger is not None
    assert (precedes(smaller, larger), precedes(larger, smaller), precedes(larger, None)) == (
        True,
        False,
        True,
    )
