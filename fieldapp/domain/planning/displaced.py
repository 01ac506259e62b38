"""Why a present commissioner leaves a township: what stands against staying, or what staying would cost.

The best plan in which somebody stays is the plan with that pair taken in, and the cheapest way from the
township back to the commissioner through what can still change: one search a township, not one solve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from fieldapp.domain.planning.alternatives import Change, change_of
from fieldapp.domain.planning.options import obstacle_of
from fieldapp.domain.planning.plan import Plan
from fieldapp.domain.planning.problem import Pair
from fieldapp.domain.planning.reasons import consequence_of
from fieldapp.domain.planning.rerouting import Rerouting
from fieldapp.domain.suitability import Post, Suitor
from geodata.errors import Message


@dataclass(frozen=True)
class Displaced:
    """A present commissioner whom the plan does not keep in a township; ``leads`` is what it gives instead.

    ``obstacle`` says why staying is no choice. Otherwise ``change`` is what the best plan in which he or she
    stays gives up, None where that covers one township less.
    """

    commissioner: Suitor
    leads: tuple[Post, ...]
    obstacle: Message | None
    change: Change | None


def find_displaced(plan: Plan) -> dict[str, Displaced]:
    """By township whose present commissioner does not stay, whoever leads it in the plan."""
    leaving = {
        pair.township_code: plan.problem.person[pair.commissioner_id]
        for pair in sorted(plan.problem.current)
        if pair.commissioner_id in plan.problem.person
        and pair.township_code in plan.problem.township
        and not _stays(plan, pair)
    }
    obstacles = {code: _obstacle(plan, person, code) for code, person in leaving.items()}
    changes = _changes(plan, {code: one for code, one in leaving.items() if obstacles[code] is None})
    return {
        code: Displaced(
            person,
            tuple(one.township for one in plan.by_commissioner.get(person.id, ())),
            obstacles[code],
            changes.get(code),
        )
        for code, person in leaving.items()
    }


def _stays(plan: Plan, pair: Pair) -> bool:
    planned = plan.by_township.get(pair.township_code)
    return planned is not None and planned.commissioner.id == pair.commissioner_id


def _obstacle(plan: Plan, person: Suitor, code: str) -> Message | None:
    """What rules the pair out, the first that holds."""
    planned = plan.by_township.get(code)
    if planned is not None and planned.pinned:
        return Message("somebody else is pinned there")
    if Pair(code, person.id) in plan.problem.forbids:
        return Message("forbidden here by hand")
    if Pair(code, person.id) in plan.problem.recused:
        return Message("recused from it")  # why stands with the recusal, where it can be erased
    return obstacle_of(plan.problem, person, code)


def _changes(plan: Plan, leaving: dict[str, Suitor]) -> dict[str, Change | None]:
    solution = plan.solution
    choices, layout, measured = solution.choices, solution.layout, solution.measured
    keys = choices.township * len(measured.row) + choices.person
    found: dict[str, Change | None] = {}
    if not leaving:
        return found
    columns = np.array([measured.column[code] for code in leaving], np.int64)
    people = np.array([measured.row[one.id] for one in leaving.values()], np.int64)
    rows = np.searchsorted(keys, columns * len(measured.row) + people)
    flow = solution.flow
    ways = Rerouting(flow.network, flow.units, flow.prices).ways(
        layout.township(columns), [np.array([layout.person(one)]) for one in people]
    )
    for code, row, (way,) in zip(leaving, rows.tolist(), ways, strict=True):
        found[code] = None if way is None else change_of(solution, [int(row), *way])
    return found


def explain_displaced(plan: Plan) -> dict[str, Message]:
    """By the same townships: where the present commissioner goes, and why he or she does not stay."""
    return {code: _told(plan, one) for code, one in find_displaced(plan).items()}


def _told(plan: Plan, one: Displaced) -> Message:
    facts = {"other": one.commissioner.name, "fate": _fate(plan, one)}
    if one.obstacle is not None:
        return Message(
            "{other}, who leads it today, {fate}; staying is ruled out: {cause}.", cause=one.obstacle, **facts
        )
    if one.change is None:
        return Message(
            "{other}, who leads it today, {fate}; if that pair stayed, one township less could be covered.",
            **facts,
        )
    return Message(
        "{other}, who leads it today, {fate}; to keep that pair {consequence}.",
        consequence=consequence_of(plan, one.change),
        **facts,
    )


def _fate(plan: Plan, one: Displaced) -> Message:
    if not one.leads:
        return Message("leads none in this plan")
    kept = [plan.by_township[post.code].kept for post in one.leads]
    townships = _listed(one.leads)
    if all(kept):
        return Message("keeps {townships}", townships=townships)
    if any(kept):
        return Message("leads {townships} in this plan", townships=townships)
    return Message("goes to {townships}", townships=townships)


def _listed(posts: Sequence[Post]) -> Message | str:
    names: list[Message | str] = [post.name for post in posts]
    return reduce(lambda one, more: Message("{one} and {more}", one=one, more=more), names)
