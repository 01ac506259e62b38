"""Why a township stays uncovered, and why a commissioner is left over, in one true sentence each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from fieldapp.domain.planning import amounts
from fieldapp.domain.planning.plan import Plan
from fieldapp.domain.planning.policy import QuotaOf
from fieldapp.domain.planning.shortage import Group, find_groups
from fieldapp.domain.suitability import Post, Suitor
from geodata.errors import Counted, Message

Integers = npt.NDArray[np.int64]


def explain_uncovered(plan: Plan) -> dict[str, Message]:
    """By township that the plan leaves uncovered: why."""
    return {
        post.code: _uncovered(plan, post, group) for group in find_groups(plan) for post in group.uncovered
    }


def _uncovered(plan: Plan, post: Post, group: Group) -> Message:
    if group.quota is not None and group.quota.of is QuotaOf.COUNTY:
        return Message(
            "The quota of {county} allows {allowed} and is used up.",
            county=plan.problem.county_name(group.quota.key),
            allowed=amounts.townships(group.quota.at_most or 0),
        )
    if group.commissioners:
        return Message(
            "Whoever could lead {township} is needed: it is one of {count} townships that share {places} of "
            "{people}.",
            township=post.name,
            count=len(group.townships),
            places=amounts.places(group.places),
            people=amounts.commissioners(len(group.commissioners)),
        )
    stands = count_obstacles(plan, post)
    if not stands.asked:
        return Message("There is no commissioner to lead {township}.", township=post.name)
    return Message(
        "Nobody can lead {township}. Of {asked} commissioners, {full} have no place left in this term; "
        "{ruled_out} are recused or forbidden here; {unfit} lack the specialty; {far} live too far away, "
        "or it is not known where.",
        township=post.name,
        asked=stands.asked,
        full=stands.full,
        ruled_out=stands.ruled_out,
        unfit=stands.unfit,
        far=stands.far,
    )


@dataclass(frozen=True)
class Obstacles:
    """What stands between one township and all commissioners, or one commissioner and all townships.

    Each is counted once, with the first of these that holds.
    """

    asked: int
    full: int  # no place left, or the township is pinned to somebody else
    ruled_out: int
    unfit: int
    far: int


def count_obstacles(plan: Plan, of: Post | Suitor) -> Obstacles:
    """Count what rules pairs out; in a plan from nearest pairs, what was not considered counts as far."""
    measured, choices = plan.solution.measured, plan.solution.choices
    if isinstance(of, Post):
        person = np.arange(len(plan.problem.people))
        township = np.full(len(person), measured.column[of.code])
        full = choices.places[person] <= 0
    else:
        township = np.arange(len(plan.problem.townships))
        person = np.full(len(township), measured.row[of.id])
        full = ~choices.open[township]
    people = max(len(plan.problem.people), 1)
    keys = township * people + person
    ruled_out = np.isin(keys, measured.ruled_out) & ~full
    unfit = measured.fit(person, township) < measured.least[measured.category[township]]
    unfit &= ~full & ~ruled_out
    possible = np.isin(keys, choices.township * people + choices.person)
    far = ~(full | ruled_out | unfit | possible)
    return Obstacles(len(keys), int(full.sum()), int(ruled_out.sum()), int(unfit.sum()), int(far.sum()))


def explain_left_over(plan: Plan) -> dict[str, Message]:
    """By commissioner who leads nothing in the plan: why."""
    return dict(_left_over(plan))


def _left_over(plan: Plan) -> Iterator[tuple[str, Message]]:
    choices, problem = plan.solution.choices, plan.problem
    counts = np.bincount(choices.person, minlength=len(problem.people))
    tenths = np.full(len(problem.people), np.iinfo(np.int64).max)
    np.minimum.at(tenths, choices.person, choices.tenths)
    nearest = np.zeros(len(problem.people), np.int64)
    rows = np.flatnonzero(choices.tenths == tenths[choices.person])[::-1]
    nearest[choices.person[rows]] = choices.township[rows]  # the first of equals stays
    for person in plan.left_over:
        row = plan.solution.measured.row[person.id]
        could = int(counts[row])
        yield person.id, _idle(plan, person, could, problem.townships[int(nearest[row])] if could else None)


def _idle(plan: Plan, person: Suitor, could: int, nearest: Post | None) -> Message:
    problem = plan.problem
    if problem.is_leaving(person):
        return Message(
            "{name} is out of service from {day}, before the term ends.",
            name=person.name,
            day=person.retired_on,
        )
    if not problem.places(person):
        return Message(
            "{name} has no place left: {busy} of {capacity} are taken up in this term by townships that are "
            "not planned here.",
            name=person.name,
            busy=problem.busy.get(person.id, 0),
            capacity=person.capacity,
        )
    if nearest is None:
        stands = count_obstacles(plan, person)
        return Message(
            "{name} can lead none of {asked} townships: {full} are pinned to others; {ruled_out} are ruled "
            "out by recusals or by hand; for {unfit} the specialty is lacking; {far} are too far away, or it "
            "is not known how far.",
            name=person.name,
            asked=stands.asked,
            full=stands.full,
            ruled_out=stands.ruled_out,
            unfit=stands.unfit,
            far=stands.far,
        )
    holder = plan.by_township.get(nearest.code)
    if holder is None:
        return Counted(
            "{name} could lead {count} township, but the quotas of counties and institutions leave no room.",
            "{name} could lead {count} townships, but the quotas of counties and institutions leave no room.",
            name=person.name,
            count=could,
        )
    facts = {"name": person.name, "township": nearest.name, "other": holder.commissioner.name}
    if holder.kept:
        return Counted(
            "{name} could lead {count} township, which needs no other: {township} keeps {other}.",
            "{name} could lead {count} townships, and none of them needs another; the nearest, {township}, "
            "keeps {other}.",
            count=could,
            **facts,
        )
    return Counted(
        "{name} could lead {count} township, which needs no other: {township} goes to {other}.",
        "{name} could lead {count} townships, and none of them needs another; the nearest, {township}, "
        "goes to {other}.",
        count=could,
        **facts,
    )
