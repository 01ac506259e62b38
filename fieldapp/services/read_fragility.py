"""Who cannot be spared in a plan: found out when somebody first looks, then kept with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person
from fieldapp.domain.planning import solve_plan
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.domain.planning.keeping import problem_of
from fieldapp.persistence import plan_drafts
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.explain_plan import fragility_of
from fieldapp.services.kept_sentences import recalled
from fieldapp.services.open_draft import find_draft, require_state
from fieldapp.services.planning_policy import require_planner
from geodata.errors import Message


def read_fragility(context: Context, draft_id: int, *, by: Person) -> Sequence[Mapping[str, Any]]:
    """Everybody who leads a township in the plan, those first who cannot be spared; with the best repair.

    Raises `NotFoundError`, and `ConflictError` for a draft that is not solved.
    """
    require_planner(by, Action.PLAN_READ)
    with context.reading() as connection:
        row = find_draft(connection, draft_id, by=by)
    require_state(row, DraftState.READY, DraftState.PUBLISHED, DraftState.UNDONE)
    facts = row["facts"]
    if "fragility" not in facts:
        facts |= {"fragility": _found(row)}
        with context.work(actor="system") as work:
            plan_drafts.save_facts(work.connection, draft_id, row["revision"], facts)
            work.commit()
    found: Sequence[Mapping[str, Any]] = recalled(facts["fragility"])
    return found


def _found(row: Values) -> list[dict[str, Any]]:
    """Who cannot be spared in the plan that the kept input gives, which is the one that is kept."""
    plan = solve_plan(problem_of(row["input"]))
    kept = {(each["township"], each["commissioner"]) for each in row["plan"]["pairs"]}
    if {(one.township.code, one.commissioner.id) for one in plan.pairs} != kept:
        raise ConflictError(
            Message(
                "This cannot be found out any more: what the plan was made from was changed by erasing a "
                "person, or solved by an earlier version of the program. Solve the plan again."
            ),
            code="plan.input_changed",
        )
    return fragility_of(plan)
