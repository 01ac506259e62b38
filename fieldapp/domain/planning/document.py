"""The plan document that programs read; its fields are fixed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fieldapp.domain.planning.displaced import explain_displaced
from fieldapp.domain.planning.leftovers import explain_uncovered
from fieldapp.domain.planning.plan import Plan
from fieldapp.domain.planning.reasons import explain_pairs
from fieldapp.domain.planning.shortage import find_shortages
from geodata.errors import Message


def plan_document(plan: Plan, say: Callable[[Message], Any] = str) -> dict[str, Any]:
    """The plan with its reasons, as plain values; ``say`` puts a sentence into the reader's language."""
    displaced = explain_displaced(plan)
    reasons, uncovered = (
        {
            code: Message("{reason} {present}", reason=reason, present=displaced[code])
            if code in displaced
            else reason
            for code, reason in given.items()
        }
        for given in (explain_pairs(plan), explain_uncovered(plan))
    )
    return {
        "optimal": plan.optimal,
        "covered": plan.objective.covered,
        "objective": {
            "covered": plan.objective.covered,
            "kept": plan.objective.kept,
            "fit": plan.objective.fit,
            "distance_km": plan.objective.distance_km,
        },
        "pairs": [
            {
                "township": one.township.code,
                "commissioner": one.commissioner.id,
                "kept": one.kept,
                "fit": one.fit,
                "distance_km": one.distance_km,
                "reason": say(reasons[one.township.code]),
            }
            for one in plan.pairs
        ],
        "uncovered": [
            {"township": post.code, "reason": say(uncovered[post.code])} for post in plan.uncovered
        ],
        "shortages": [
            {
                "townships": [post.code for post in one.group.townships],
                "commissioners": [person.id for person in one.group.commissioners],
                "missing": one.missing,
                "specialty": one.specialty,
                "reason": say(one.reason),
            }
            for one in find_shortages(plan)
        ],
    }
