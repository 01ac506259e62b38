"""A planning problem as plain values, whole: what is kept with a draft, so that it can be solved again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from fieldapp.domain.planning.distances import Distances, distances_of
from fieldapp.domain.planning.policy import PlanningPolicy
from fieldapp.domain.planning.problem import Pair, PlanningProblem
from fieldapp.domain.suitability import AssessmentGrade, Post, Recusal, Suitor


def problem_values(problem: PlanningProblem, distances: Distances | None = None) -> dict[str, Any]:
    """The problem in the types of JSON, with what it is measured by beside straight lines."""
    return {
        "people": [asdict(one) | {"retired_on": _written(one.retired_on)} for one in problem.people],
        "townships": [asdict(one) for one in problem.townships],
        "starts_on": problem.starts_on.isoformat(),
        "ends_on": problem.ends_on.isoformat(),
        "current": pair_values(sorted(problem.current)),
        "pins": pair_values(problem.pins),
        "forbids": pair_values(problem.forbids),
        "recusals": [asdict(one) for one in problem.recusals],
        "busy": dict(problem.busy),
        "institutions": dict(problem.institutions),
        "counties": dict(problem.counties),
        "policy": problem.policy.to_json(),
    } | (distances or Distances()).values()


def problem_of(values: Mapping[str, Any], *, measured: bool = True) -> PlanningProblem:
    """Read what `problem_values` wrote; unless it is to be ``measured``, without the distances.

    There can be very many of them, which take long to read.
    """
    policy = PlanningPolicy.from_json(values["policy"])
    return PlanningProblem(
        people=[_suitor(one) for one in values["people"]],
        townships=[Post(**one) for one in values["townships"]],
        starts_on=date.fromisoformat(values["starts_on"]),
        ends_on=date.fromisoformat(values["ends_on"]),
        current=frozenset(pairs_of(values["current"])),
        pins=pairs_of(values["pins"]),
        forbids=pairs_of(values["forbids"]),
        recusals=[Recusal(**one) for one in values["recusals"]],
        busy=values["busy"],
        institutions=values["institutions"],
        counties=values["counties"],
        policy=policy,
        travel=distances_of(values).measure(policy) if measured else None,
    )


def pair_values(pairs: Iterable[Pair]) -> list[list[str]]:
    return [[pair.township_code, pair.commissioner_id] for pair in pairs]


def pairs_of(values: Iterable[tuple[str, str]]) -> list[Pair]:
    return [Pair(township, commissioner) for township, commissioner in values]


def _suitor(values: Mapping[str, Any]) -> Suitor:
    retired, grade = values["retired_on"], values["last_grade"]
    return Suitor(
        **{
            **values,
            "specialties": tuple(values["specialties"]),
            "retired_on": None if retired is None else date.fromisoformat(retired),
            "last_grade": None if grade is None else AssessmentGrade(grade),
        }
    )


def _written(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
