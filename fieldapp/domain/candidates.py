"""Candidates: who fits a township best and why, and where a commissioner would help most.

A candidate that is not possible is still shown, after the others, with what stands in the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property

import numpy as np

from fieldapp.domain.assignments import Assignment, takes_up
from fieldapp.domain.errors import InvalidInputError, NotFoundError
from fieldapp.domain.reasons import Reason, reasons_for
from fieldapp.domain.suitability import (
    Fit,
    Post,
    Recusal,
    Suitability,
    Suitor,
    Weights,
    by_commissioner,
    measure_suitability,
)
from geodata.errors import Message


class Conflict(StrEnum):
    """What makes a pair impossible for the wanted term."""

    RECUSED = "recused"
    RETIRED = "retired"
    NO_CAPACITY = "no_capacity"
    TAKEN = "taken"


@dataclass(frozen=True)
class Candidate:
    """A commissioner for a township: ``score`` 0 to 100, its ``parts`` 0 to 1 each, and why in words."""

    commissioner_id: str
    township_code: str
    score: float
    parts: Mapping[str, float]
    possible: bool
    conflicts: tuple[Conflict, ...]
    reasons: tuple[Reason, ...]
    fit: Fit
    home_km: float | None
    served_km: float | None
    free: int


class Candidates:
    """Every commissioner against every township for one term, weighed once and asked many times.

    ``assignments`` are all that may matter: those of the term, and those of the past for continuity.
    Raises `InvalidInputError` where the term ends before it begins.
    """

    def __init__(
        self,
        suitors: Sequence[Suitor],
        posts: Sequence[Post],
        *,
        starts_on: date,
        ends_on: date,
        assignments: Iterable[Assignment] = (),
        recusals: Iterable[Recusal] = (),
        weights: Weights | None = None,
    ) -> None:
        if ends_on < starts_on:
            raise InvalidInputError(
                Message(
                    "The last day {ends_on} is before the first day {starts_on}. Correct one of the two.",
                    starts_on=starts_on,
                    ends_on=ends_on,
                ),
                code="assignment.term",
            )
        # By their ids, so that the order in which rows were read changes nothing.
        self.suitors = tuple(sorted(suitors, key=lambda one: one.id))
        self.posts = tuple(sorted(posts, key=lambda one: one.code))
        self.starts_on, self.ends_on = starts_on, ends_on
        self._held = by_commissioner(assignments)
        self._recusals = {(one.commissioner_id, one.township_code): one for one in recusals}
        self._rows = {one.id: position for position, one in enumerate(self.suitors)}
        self._columns = {one.code: position for position, one in enumerate(self.posts)}
        self.suitability: Suitability = measure_suitability(
            self.suitors,
            self.posts,
            starts_on=starts_on,
            ends_on=ends_on,
            held=self._held,
            weights=weights or Weights(),
        )

    @cached_property
    def possible(self) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
        """Which pairs nothing stands against (commissioners by id x townships by code)."""
        retired = [one.retired_on is not None and one.retired_on <= self.ends_on for one in self.suitors]
        able = (self.suitability.free > 0) & ~np.array(retired, np.bool_)
        open_posts = np.array([one.code not in self._taken for one in self.posts], np.bool_)
        possible = able[:, None] & open_posts
        for commissioner_id, township_code in self._recusals:
            if commissioner_id in self._rows and township_code in self._columns:
                possible[self._rows[commissioner_id], self._columns[township_code]] = False
        return possible

    def for_township(self, code: str) -> tuple[Candidate, ...]:
        """All commissioners for a township, the possible ones first, the best first.

        Raises `NotFoundError` where the township is not among those weighed.
        """
        if code not in self._columns:
            raise NotFoundError(Message("There is no township {code} to be staffed.", code=code))
        column = self._columns[code]
        order = self._order(
            self.suitability.score[:, column], self.possible[:, column], (slice(None), column)
        )
        return tuple(self._candidate(int(row), column) for row in order)

    def for_commissioner(self, commissioner_id: str) -> tuple[Candidate, ...]:
        """All townships for a commissioner, those first where he or she would help most.

        Raises `NotFoundError` where the commissioner is not among those weighed.
        """
        if commissioner_id not in self._rows:
            raise NotFoundError(Message("There is no commissioner {id} to be assigned.", id=commissioner_id))
        row = self._rows[commissioner_id]
        order = self._order(self.suitability.score[row], self.possible[row], (row, slice(None)))
        return tuple(self._candidate(row, int(column)) for column in order)

    def _order(
        self,
        score: np.ndarray[tuple[int], np.dtype[np.float64]],
        possible: np.ndarray[tuple[int], np.dtype[np.bool_]],
        line: tuple[int | slice, int | slice],
    ) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
        """Possible first, then by score, then by distance; the last tie goes by id, as the arrays are."""
        distance_km = np.nan_to_num(self.suitability.home_km[line], nan=np.inf)
        return np.lexsort((distance_km, -score, ~possible))

    @cached_property
    def _taken(self) -> dict[str, Assignment]:
        """By township, the first assignment that takes up days of the wanted term."""
        taken: dict[str, list[Assignment]] = defaultdict(list)
        for assignments in self._held.values():
            for one in assignments:
                if takes_up(one, self.starts_on, self.ends_on):
                    taken[one.township_code].append(one)
        return {
            code: min(ones, key=lambda one: (one.starts_on, one.commissioner_id))
            for code, ones in taken.items()
        }

    def _candidate(self, row: int, column: int) -> Candidate:
        suitor, post, measured = self.suitors[row], self.posts[column], self.suitability
        home_km, served_km = (
            None if np.isnan(km[row, column]) else round(float(km[row, column]), 1)
            for km in (measured.home_km, measured.served_km)
        )
        holder = self._taken.get(post.code)
        recusal = self._recusals.get((suitor.id, post.code))
        conflicts = {
            Conflict.RECUSED: recusal is not None,
            Conflict.RETIRED: suitor.retired_on is not None and suitor.retired_on <= self.ends_on,
            Conflict.NO_CAPACITY: measured.free[row] == 0,
            Conflict.TAKEN: holder is not None,
        }
        fit = Fit(measured.fit[row, column])
        return Candidate(
            commissioner_id=suitor.id,
            township_code=post.code,
            score=float(measured.score[row, column]),
            parts={name: float(part[row, column]) for name, part in measured.parts.items()},
            possible=not any(conflicts.values()),
            conflicts=tuple(conflict for conflict, stands in conflicts.items() if stands),
            reasons=reasons_for(
                suitor,
                post,
                fit=fit,
                home_km=home_km,
                served_km=served_km,
                free=int(measured.free[row]),
                held=self._held.get(suitor.id, ()),
                starts_on=self.starts_on,
                ends_on=self.ends_on,
                recusal=recusal,
                holder=holder,
                holder_name=self._name(holder),
            ),
            fit=fit,
            home_km=home_km,
            served_km=served_km,
            free=int(measured.free[row]),
        )

    def _name(self, holder: Assignment | None) -> str:
        if holder is None:
            return ""
        row = self._rows.get(holder.commissioner_id)
        return holder.commissioner_id if row is None else self.suitors[row].name
