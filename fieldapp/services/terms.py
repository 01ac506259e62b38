"""Terms on a line of days: which of one township overlap, and how many a commissioner serves at a time."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fieldapp.domain.assignments import AssignmentState


@dataclass(frozen=True)
class Term:
    """The days of one assignment that takes up its township; ``key`` tells it from others."""

    key: object
    township_code: str
    commissioner_id: str
    starts_on: date
    last_day: date


@dataclass(frozen=True)
class Load:
    """The most townships that a commissioner serves at a time, and the first day on which it is so."""

    townships: int
    day: date


def term_of(key: object, values: Mapping[str, Any]) -> Term | None:
    """The term of an assignment; one that was withdrawn takes up no day."""
    if values["state"] == AssignmentState.WITHDRAWN:
        return None
    return Term(
        key,
        values["township_code"],
        values["commissioner_id"],
        values["starts_on"],
        values["ended_on"] or values["ends_on"],
    )


def terms_of(rows: Iterable[Mapping[str, Any]]) -> list[Term]:
    """The terms of stored assignments, by their ids."""
    return [term for row in rows if (term := term_of(row["id"], row)) is not None]


def overlaps(terms: Iterable[Term]) -> Iterator[tuple[Term, Term]]:
    """Pairs of terms of one township that share a day: each term with the longest-lasting one before it."""
    by_township: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_township[term.township_code].append(term)
    for group in by_township.values():
        group.sort(key=lambda term: (term.starts_on, term.last_day))
        lasting = group[0]
        for term in group[1:]:
            if term.starts_on <= lasting.last_day:
                yield lasting, term
            lasting = max(lasting, term, key=lambda one: one.last_day)


def served_together(terms: Iterable[Term]) -> Iterator[tuple[Term, list[Term]]]:
    """Each term with those of the same commissioner that are served on its first day, itself included.

    A load can only grow on a day on which a term begins, so these are the days to look at.
    """
    by_commissioner: dict[str, list[Term]] = defaultdict(list)
    for term in terms:
        by_commissioner[term.commissioner_id].append(term)
    for group in by_commissioner.values():
        group.sort(key=lambda term: term.starts_on)
        serving: list[tuple[date, int, Term]] = []
        for position, term in enumerate(group):
            while serving and serving[0][0] < term.starts_on:
                heapq.heappop(serving)
            heapq.heappush(serving, (term.last_day, position, term))
            yield term, [one for _, _, one in serving]


def busiest_days(terms: Iterable[Term], *, ahead_of: date) -> dict[str, Load]:
    """The greatest load of each commissioner from a day on."""
    ahead = [
        replace(term, starts_on=max(term.starts_on, ahead_of)) for term in terms if term.last_day >= ahead_of
    ]
    loads: dict[str, Load] = {}
    for term, together in served_together(ahead):
        known = loads.get(term.commissioner_id)
        if known is None or len(together) > known.townships:
            loads[term.commissioner_id] = Load(len(together), term.starts_on)
    return loads
