"""The figures of a solved draft that its pages name, counted from what the draft says of each township."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from fieldapp.domain.planning.outcomes import OUTCOMES
from fieldapp.services.read_plans import DraftView


def figures_of(draft: DraftView) -> dict[str, Any] | None:
    """Townships by outcome, and what they add up to; None of a draft that is not solved."""
    if draft.plan is None:
        return None
    counted = Counter(row["change"] for row in draft.difference)
    fits = [row["fit"] for row in draft.difference if row["fit"] is not None]
    return {outcome: counted[outcome] for outcome in OUTCOMES} | {
        "roster": len(draft.difference),
        "covered": draft.plan["covered"],
        "waiting": sum(row["waits"] for row in draft.difference),
        "mean_fit": sum(fits) / len(fits) if fits else None,
        "distance_km": draft.plan["objective"]["distance_km"],
        "fragile": None if draft.fragility is None else count_fragile(draft.fragility),
    }


def count_fragile(rows: Sequence[Mapping[str, Any]]) -> int:
    """How many of those who lead a township cannot be spared."""
    return sum(bool(row["townships"]) for row in rows)
