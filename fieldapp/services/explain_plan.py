"""A solved plan as it is kept: its document, and what follows from it, with every sentence in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fieldapp.domain.planning import (
    Change,
    Plan,
    PlanningProblem,
    compare_with_today,
    explain_left_over,
    plan_document,
    rank_fragility,
    solve_plan,
)
from fieldapp.domain.planning.drafts import Stage
from fieldapp.services.kept_sentences import kept
from geodata.errors import Message

UNCOVERED = "uncovered"  # today, and in the plan
_NAMED = 4

OnStage = Callable[[Stage], None]


def solve_and_explain(
    problem: PlanningProblem, *, with_fragility: bool, on_stage: OnStage = lambda _: None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Solve a problem; the plan document and the facts about it, as they are kept.

    ``with_fragility`` finds out who cannot be spared, too: that takes longer than all the rest.
    """
    plan = solve_plan(problem, on_stage=lambda stage: on_stage(Stage(stage)))
    on_stage(Stage.REASONS)
    document = plan_document(plan, say=kept)
    facts = {
        "difference": _difference(plan, document),
        "counties": [
            {
                "code": one.code,
                "name": one.name,
                "roster": one.townships,
                "before": one.before,
                "after": one.after,
            }
            for one in compare_with_today(plan).counties
        ],
        "leftover": _left_over(plan),
    }
    if with_fragility:
        on_stage(Stage.FRAGILITY)
        facts["fragility"] = fragility_of(plan)
    return document, facts


def _difference(plan: Plan, document: dict[str, Any]) -> list[dict[str, Any]]:
    """What becomes of every township, in their order, each with its reason."""
    steps = {step.township.code: step for step in compare_with_today(plan).steps}
    reasons = {one["township"]: one["reason"] for one in (*document["pairs"], *document["uncovered"])}
    names = {id_: person.name for id_, person in plan.problem.person.items()}
    rows = []
    for post in plan.problem.townships:
        step, pair = steps.get(post.code), plan.by_township.get(post.code)
        before = None if step is None else step.today
        rows.append(
            {
                "township": post.code,
                "name": post.name,
                "county_code": post.county_code,
                "product": post.product,
                "change": UNCOVERED if step is None else step.move.value,
                "commissioner": None if pair is None else pair.commissioner.id,
                "commissioner_name": None if pair is None else pair.commissioner.name,
                "before": before,
                "before_name": None if before is None else names.get(before, before),
                "pinned": pair is not None and pair.pinned,
                "fit": None if pair is None else pair.fit,
                "distance_km": None if pair is None else pair.distance_km,
                "reason": reasons[post.code],
            }
        )
    return rows


def _left_over(plan: Plan) -> list[dict[str, Any]]:
    reasons = explain_left_over(plan)
    return [
        {"commissioner": person.id, "name": person.name, "reason": kept(reasons[person.id])}
        for person in plan.left_over
    ]


def fragility_of(plan: Plan) -> list[dict[str, Any]]:
    """Who leads, those first who cannot be spared; ``townships`` are those that nobody else could cover."""
    return [
        {
            "commissioner": one.commissioner.id,
            "name": one.commissioner.name,
            "townships": [post.code for post in one.exposed],
            "repair": kept(_repair(plan, one.repair)),
        }
        for one in rank_fragility(plan)
    ]


def _repair(plan: Plan, change: Change) -> Message:
    """Who would take over what, the first few of them."""
    if not change.comes:
        return Message("Nobody else can take over.")
    moves = [
        Message(
            "{township} to {name}",
            township=plan.problem.township[pair.township_code].name,
            name=plan.problem.person[pair.commissioner_id].name,
        )
        for pair in change.comes[:_NAMED]
    ]
    told = moves[-1]
    if len(change.comes) > _NAMED:
        told = Message("{one}, and {count} more", one=told, count=len(change.comes) - _NAMED)
    for move in reversed(moves[:-1]):
        told = Message("{one}; {more}", one=move, more=told)
    return Message("Best repair: {moves}.", moves=told)
