"""Why each pair is in a plan, in one true sentence: what the best plan without it would give up."""

from __future__ import annotations

from collections.abc import Iterable

from fieldapp.domain.planning.alternatives import Alternative, Change, find_alternatives
from fieldapp.domain.planning.plan import Plan, PlannedPair
from geodata.errors import Message


def explain_pairs(plan: Plan, codes: Iterable[str] | None = None) -> dict[str, Message]:
    """By township of the plan (or of some): why this commissioner, against the best plan without the pair."""
    wanted = plan.by_township if codes is None else [code for code in codes if code in plan.by_township]
    alternatives = find_alternatives(plan, [code for code in wanted if not plan.by_township[code].pinned])
    return {
        code: _pinned(plan.by_township[code])
        if plan.by_township[code].pinned
        else _reason(plan, plan.by_township[code], alternatives[code])
        for code in wanted
    }


def _pinned(pair: PlannedPair) -> Message:
    return Message(
        "{name} was pinned to {township} by hand.", name=pair.commissioner.name, township=pair.township.name
    )


def _reason(plan: Plan, pair: PlannedPair, alternative: Alternative | None) -> Message:
    name, township = pair.commissioner.name, pair.township.name
    if alternative is None:
        if pair.kept:
            return Message(
                "{name} leads {township} already; without that, one township less could be covered.",
                name=name,
                township=township,
            )
        return Message(
            "Without {name} in {township}, one township less could be covered.", name=name, township=township
        )
    if pair.kept and alternative.change.kept == 1 and not alternative.change.owed:
        if alternative.instead is not None:
            return Message(
                "{name} leads {township} already, and keeping that costs no coverage; otherwise it would be "
                "best to cover {instead} instead.",
                name=name,
                township=township,
                instead=alternative.instead.name,
            )
        return Message(
            "{name} leads {township} already, and keeping that costs no coverage; the best alternative would "
            "be {alternative}.",
            name=name,
            township=township,
            alternative=_named(alternative),
        )
    if pair.kept:
        return Message(
            "{name} leads {township} already; the best alternative, {alternative}, {consequence}.",
            name=name,
            township=township,
            alternative=_named(alternative),
            consequence=consequence_of(plan, alternative.change),
        )
    return Message(
        "{name} is chosen for {township}: the best alternative, {alternative}, {consequence}.",
        name=name,
        township=township,
        alternative=_named(alternative),
        consequence=consequence_of(plan, alternative.change),
    )


def _named(alternative: Alternative) -> Message | str:
    if alternative.commissioner is not None:
        return alternative.commissioner.name
    return Message(
        "to cover {township} instead", township=alternative.instead.name if alternative.instead else ""
    )


def consequence_of(plan: Plan, change: Change) -> Message:
    """What a change would give up over the whole plan: the first thing in the order that differs."""
    if change.owed:
        return Message("would leave a quota short of its lower limit")
    if change.kept:
        return Message("would end {count} more of the present pairs", count=change.kept)
    if change.fit:
        return Message("would make specialties fit worse by {loss} in all", loss=round(change.fit, 2))
    if change.km and change.is_known:
        return Message("would add {km} km of travel in all", km=round(change.km, 1))
    if change.km:
        return Message(
            "would add {km} km of travel in all, an unknown distance counting as {unknown_km} km",
            km=round(change.km, 1),
            unknown_km=plan.problem.policy.unknown_km,
        )
    return Message("would be just as good")
