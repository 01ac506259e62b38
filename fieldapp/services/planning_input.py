"""What a plan is made from, read from the register as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.assignments import Assignment, AssignmentState, is_serving, takes_up
from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.domain.planning import ContradictionError, Pair, PlanningPolicy, PlanningProblem, state_problem
from fieldapp.domain.planning.distances import Distances, TravelKm
from fieldapp.domain.planning.keeping import problem_values
from fieldapp.domain.suitability import Suitor
from fieldapp.persistence import commissioners, travel_distances
from fieldapp.persistence.candidates import CandidateInputs, read_candidate_inputs
from fieldapp.persistence.unit_of_work import REGISTER, change_versions
from fieldapp.services.measure_coverage import LATEST
from geodata.errors import Message

# A term that began earlier is over, or nearly so; another year was meant.
LONGEST_AGO = timedelta(days=365)


@dataclass(frozen=True)
class Wish:
    """What somebody wants planned; no ``county_codes`` means the whole city."""

    starts_on: date
    ends_on: date
    county_codes: tuple[str, ...] = ()
    pins: tuple[Pair, ...] = ()
    forbids: tuple[Pair, ...] = ()


@dataclass(frozen=True)
class PlanningInput:
    """The problem, and what stands beside it in the register."""

    problem: PlanningProblem
    distances: Distances
    assignments: Sequence[Assignment]
    register_version: int

    def measured_by(self, distances: Distances) -> PlanningInput:
        """The same by other distances."""
        problem = replace(self.problem, travel=distances.measure(self.problem.policy))
        return replace(self, problem=problem, distances=distances)

    def values(self) -> dict[str, Any]:
        """What is kept of it with a draft."""
        return problem_values(self.problem, self.distances)


def read_planning_input(
    connection: Connection, wish: Wish, policy: PlanningPolicy, *, today: date
) -> PlanningInput:
    """State the problem as the register stands; `ContradictionError` where edits cannot be met.

    The roster and the featured products are those of the term's first day, or of today if it has passed.
    """
    version = change_versions(connection)[REGISTER]
    inputs = read_candidate_inputs(connection, as_of=max(today, wish.starts_on))
    _require_counties(wish, inputs)
    _require_known(wish, inputs)
    posts = [one for one in inputs.posts if not wish.county_codes or one.county_code in wish.county_codes]
    counties = {one.county_code for one in posts}
    codes = {one.code for one in posts}
    people = _people(inputs, wish, codes, today)
    ids = {one.id for one in people}
    distances = Distances(_travel_among(travel_distances.find_table(connection), ids, codes))
    problem = state_problem(
        people,
        posts,
        inputs.assignments,
        as_of=today,
        starts_on=wish.starts_on,
        ends_on=wish.ends_on,
        pins=wish.pins,
        forbids=wish.forbids,
        recusals=[
            one for one in inputs.recusals if one.township_code in codes and one.commissioner_id in ids
        ],
        institutions={id_: name for id_, name in inputs.institutions.items() if id_ in ids},
        counties={code: name for code, name in inputs.counties.items() if code in counties},
        policy=policy,
        travel=distances.measure(policy),
    )
    return PlanningInput(problem, distances, inputs.assignments, version)


def _people(inputs: CandidateInputs, wish: Wish, codes: set[str], today: date) -> list[Suitor]:
    """Everybody but those who are out of service already and neither lead nor are pinned."""
    first = max(today, wish.starts_on)
    leading = {
        one.commissioner_id
        for one in inputs.assignments
        if one.township_code in codes
        and (
            is_serving(one, today)
            or (one.state is not AssignmentState.ENDED and takes_up(one, wish.starts_on, wish.ends_on))
        )
    } | {pin.commissioner_id for pin in wish.pins}
    return [
        one for one in inputs.suitors if one.retired_on is None or one.retired_on > first or one.id in leading
    ]


def _travel_among(table: TravelKm | None, ids: set[str], codes: set[str]) -> TravelKm | None:
    if table is None:
        return None
    return TravelKm(
        table.name, {pair: km for pair, km in table.km.items() if pair[0] in ids and pair[1] in codes}
    )


def _require_counties(wish: Wish, inputs: CandidateInputs) -> None:
    faults = [
        Fault(f"/county_codes/{position}", Message("There is no county with the code {code}.", code=code))
        for position, code in enumerate(wish.county_codes)
        if code not in inputs.counties
    ]
    if faults:
        raise InvalidInputError(faults[0].message, faults, code="plan.counties")


def _require_known(wish: Wish, inputs: CandidateInputs) -> None:
    """Refuse to forbid what is not there, which is a slip of the pen.

    Who is out of service stays forbidden, so that an earlier draft can be solved again.
    """
    ids = {one.id for one in inputs.suitors}
    codes = {
        one.code for one in inputs.posts if not wish.county_codes or one.county_code in wish.county_codes
    }
    faults = []
    for position, forbid in enumerate(wish.forbids):
        if forbid.commissioner_id not in ids:
            message = Message(
                "{id} is forbidden but is no commissioner. Remove the prohibition.", id=forbid.commissioner_id
            )
        elif forbid.township_code not in codes:
            message = Message(
                "{code} is forbidden but is no township of this plan. Remove the prohibition.",
                code=forbid.township_code,
            )
        else:
            continue
        faults.append(Fault(f"/forbids/{position}", message))
    if faults:
        raise ContradictionError(faults[0].message, faults)


def require_term_in_reach(starts_on: date, ends_on: date, *, today: date) -> None:
    """Raise `InvalidInputError` for a term that is over, began long ago, or lies beyond all measuring."""
    earliest = today - LONGEST_AGO
    faults = []
    if starts_on < earliest:
        message = Message(
            "A plan cannot begin on {day}, more than a year ago. Choose a day from {first} on.",
            day=starts_on,
            first=earliest,
        )
        faults.append(Fault("/starts_on", message))
    if starts_on <= ends_on < today:
        message = Message(
            "The last day of the plan, {day}, has passed. Choose a later one.",
            day=ends_on,
        )
        faults.append(Fault("/ends_on", message))
    for pointer, day in (("/starts_on", starts_on), ("/ends_on", ends_on)):
        if day > LATEST:
            message = Message("A plan cannot reach {day}. Choose a day until {last}.", day=day, last=LATEST)
            faults.append(Fault(pointer, message))
    if faults:
        raise InvalidInputError(faults[0].message, faults, code="plan.term")


def require_same_names(connection: Connection, found: PlanningInput) -> None:
    """Raise `ConflictError` where somebody has another name than when the input was read.

    The register is locked. Else a person who was erased in between would come back with the plan.
    """
    names = commissioners.names(connection)
    if any(names.get(one.id, one.name) != one.name for one in found.problem.people):
        raise ConflictError(
            Message("The register of commissioners was changed at this moment. Do that once more."),
            code="plan.register_changed",
        )
