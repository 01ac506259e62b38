"""What one more commissioner would change in a plan."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.permissions import Action, Person
from fieldapp.domain.planning import solve_plan, what_if
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.domain.planning.keeping import problem_of
from fieldapp.services.context import Context
from fieldapp.services.open_draft import find_draft, require_state
from fieldapp.services.planning_policy import require_planner
from fieldapp.services.solve_draft import is_small
from geodata.errors import Message


@dataclass(frozen=True)
class Answer:
    """How many townships the plan would cover, how many more that is, and which of those it leaves open.

    ``straight_lines`` tells that the one more is measured along these, while the plan knows roads.
    """

    covered: int
    gained: int
    townships: tuple[str, ...]
    straight_lines: bool


def ask_what_if(
    context: Context,
    draft_id: int,
    *,
    specialty: str | None,
    lon: float | None,
    lat: float | None,
    capacity: int = 1,
    by: Person,
) -> Answer:
    """Solve a plan again with one commissioner more, who lives at a place (EPSG:4326); nothing is stored.

    Raises `NotFoundError`, `ConflictError` for a draft that is not solved, and `InvalidInputError` for an
    unknown specialty or a plan too large to wait for.
    """
    require_planner(by, Action.PLAN_READ)
    with context.reading() as connection:
        row = find_draft(connection, draft_id, by=by)
    require_state(row, DraftState.READY, DraftState.PUBLISHED, DraftState.UNDONE)
    problem = problem_of(row["input"])
    if not is_small(problem):
        message = Message("This plan is too large for that. Draft one for fewer counties.")
        raise InvalidInputError(message, [Fault("", message)], code="plan.too_large")
    found = what_if(solve_plan(problem), specialty=specialty, lon=lon, lat=lat, capacity=capacity)
    return Answer(
        found.plan.objective.covered,
        found.gained,
        tuple(post.code for post in found.newly_covered),
        straight_lines=row["input"]["travel"] is not None or row["input"].get("roads") is not None,
    )
