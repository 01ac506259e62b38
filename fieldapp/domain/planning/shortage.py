"""What stands in the way of full coverage: the smallest cut of the network, in terms a person can act on.

Townships that cannot all be covered fall into groups. In each, the townships can be led by nobody but the
group's commissioners, and these have fewer places than there are townships: that proves the shortage.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fieldapp.domain.planning import amounts
from fieldapp.domain.planning.network import SINK, SOURCE, residual
from fieldapp.domain.planning.plan import Plan
from fieldapp.domain.planning.policy import Quota, QuotaOf
from fieldapp.domain.planning.reaching import reached
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.domain.suitability import Post, Suitor
from geodata.errors import Counted, Message

Integers = npt.NDArray[np.int64]
_NAMED = 5
_WORTH_NAMING = 12  # of more, the first few names say nothing


@dataclass(frozen=True)
class Group:
    """Townships that share too few places: ``commissioners`` are all who could lead one of them.

    ``uncovered`` are those that the plan leaves open; it could be others of the group, but never fewer.
    ``quota`` is what holds the number down where it is not the people.
    """

    townships: tuple[Post, ...]
    uncovered: tuple[Post, ...]
    commissioners: tuple[Suitor, ...]
    quota: Quota | None = None

    @property
    def places(self) -> int:
        return len(self.townships) - len(self.uncovered)


@dataclass(frozen=True)
class Shortage:
    """A group, and the people who would help it: ``missing`` more with ``specialty`` (None: with any).

    One who lives ``near`` one of these townships each covers them; nobody helps where a quota is used up.
    ``reason`` tells all of the group at once, so shortages of one group have one.
    """

    group: Group
    missing: int
    specialty: str | None
    near: tuple[Post, ...]
    reason: Message


def find_groups(plan: Plan) -> tuple[Group, ...]:
    """The groups that share too few places; those in which people could help first, the largest gap first."""
    if not plan.uncovered:
        return ()
    groups = _short_of_people(plan)
    groups += _short_of_quota(plan, {post.code for group in groups for post in group.uncovered})
    return tuple(
        sorted(
            groups,
            key=lambda one: (
                not one.commissioners and one.quota is not None,
                -len(one.uncovered),
                one.townships[0].code,
            ),
        )
    )


def _short_of_people(plan: Plan) -> list[Group]:
    """The parts of the network from which an uncovered township can be reached, backwards."""
    solution = plan.solution
    layout, network, problem = solution.layout, solution.flow.network, plan.problem
    everything = np.ones(len(network.tail), np.bool_)
    tail, head, _ = residual(network, solution.flow.units, everything, solution.flow.units)
    short = reached(layout.nodes, head, tail, [SINK])
    short[[SOURCE, SINK]] = False
    inside = np.flatnonzero(short[network.tail] & short[network.head])
    joined = coo_array(
        (np.ones(len(inside), np.bool_), (network.tail[inside], network.head[inside])),
        shape=(layout.nodes, layout.nodes),
    )
    _, part = connected_components(joined, directed=False)
    covered = plan.by_township
    members: dict[int, tuple[list[Post], list[Suitor], list[Quota]]] = {}
    for node in np.flatnonzero(short).tolist():
        posts, people, quotas = members.setdefault(int(part[node]), ([], [], []))
        at = node - 2
        if at < layout.people:
            people.append(problem.people[at])
        elif at < layout.people + layout.townships:
            posts.append(problem.townships[at - layout.people])
        else:
            quotas.append(layout.groups[at - layout.people - layout.townships])
    return [
        Group(
            tuple(posts),
            tuple(post for post in posts if post.code not in covered),
            tuple(people),
            next((quota for quota in quotas if quota.of is QuotaOf.INSTITUTION), None),
        )
        for posts, people, quotas in members.values()
        if any(post.code not in covered for post in posts)
    ]


def _short_of_quota(plan: Plan, told: set[str]) -> list[Group]:
    """Counties whose quota is used up while townships of theirs are open, beside those told already."""
    groups = []
    for quota in plan.problem.policy.quotas:
        if quota.of is QuotaOf.COUNTY and quota.at_most is not None:
            posts = [one for one in plan.problem.townships if one.county_code == quota.key]
            open_ = tuple(one for one in posts if one.code not in plan.by_township and one.code not in told)
            if open_:
                groups.append(Group(tuple(posts), open_, (), quota))
    return groups


def find_shortages(plan: Plan) -> tuple[Shortage, ...]:
    """For each group who is missing, as few kinds of specialists as will do."""
    return tuple(shortage for group in find_groups(plan) for shortage in _remedies(plan, group))


def _remedies(plan: Plan, group: Group) -> list[Shortage]:
    if group.quota is not None and group.quota.of is QuotaOf.COUNTY:
        return [Shortage(group, len(group.uncovered), None, (), _used_up(plan, group, group.quota))]
    left = list(group.uncovered)
    remedies: list[tuple[str | None, list[Post]]] = []
    while left:
        specialty, near = _best_specialty(plan, left)
        left = [post for post in left if post not in near]
        remedies.append((specialty, near))
    reason = _shared(plan, group, remedies)
    return [Shortage(group, len(near), specialty, tuple(near), reason) for specialty, near in remedies]


def _best_specialty(plan: Plan, posts: list[Post]) -> tuple[str | None, list[Post]]:
    """The specialty that fits the most of some townships best, and these; None where any would do."""
    fit = plan.problem.policy.fit
    wanted = {post.code: fit.get(post.category or "", {}) for post in posts}
    indifferent = [post for post in posts if not any(wanted[post.code].values())]
    counts = Counter(
        specialty
        for scores in wanted.values()
        for specialty, score in scores.items()
        if score and score == max(scores.values())
    )
    if not counts:
        return None, indifferent
    # The order of the tree settles a tie.
    order = list(SPECIALTIES)
    best = min(counts, key=lambda one: (-counts[one], order.index(one)))
    fitted = [
        post
        for post in posts
        if post in indifferent or wanted[post.code].get(best, 0) == max(wanted[post.code].values())
    ]
    return best, fitted


def _shared(plan: Plan, group: Group, remedies: list[tuple[str | None, list[Post]]]) -> Message:
    """One sentence on a group, and what would help it, whatever number of specialties that takes."""
    facts = {
        "count": len(group.townships),
        "townships": named(group.townships),
        "places": amounts.places(group.places),
        "people": amounts.commissioners(len(group.commissioners)),
        "names": named(group.commissioners),
        "remedy": _remedy(group, remedies),
    }
    if not group.commissioners:
        return Message("Nobody can lead {townships}. {remedy}", **_only(facts, "townships", "remedy"))
    if group.quota is not None:
        return Message(
            "{count} townships ({townships}) share {places} of {people} ({names}), as the quota of {key} "
            "allows no more. {remedy}",
            key=group.quota.key,
            **facts,
        )
    if len(group.townships) > _WORTH_NAMING:
        short = _only(facts, "count", "places", "people", "remedy")
        if len(group.townships) == len(plan.problem.townships):
            return Message("All {count} townships of the plan share {places} of {people}. {remedy}", **short)
        return Message("{count} townships share {places} of {people}. {remedy}", **short)
    return Message("{count} townships ({townships}) share {places} of {people} ({names}). {remedy}", **facts)


def _only(facts: Mapping[str, object], *names: str) -> dict[str, object]:
    return {name: facts[name] for name in names}


def _remedy(group: Group, remedies: list[tuple[str | None, list[Post]]]) -> Message:
    parts = [_who(specialty, near) for specialty, near in remedies]
    told = parts[-1]
    for part in reversed(parts[:-1]):
        told = Message("{one}; {more}", one=part, more=told)
    return Counted(
        "{count} more commissioner would close the gap: {who}.",
        "{count} more commissioners would close the gaps: {who}.",
        count=len(group.uncovered),
        who=told,
    )


def _who(specialty: str | None, near: list[Post]) -> Message:
    if specialty is None:
        return Message("{count} with any specialty near {near}", count=len(near), near=named(near))
    return Message(
        "{count} with the specialty {specialty} near {near}",
        count=len(near),
        specialty=SPECIALTIES[specialty],
        near=named(near),
    )


def _used_up(plan: Plan, group: Group, quota: Quota) -> Message:
    return Message(
        "The quota of {county} allows {allowed} and is used up; {count} stay open: {townships}. "
        "Raise the quota.",
        county=plan.problem.county_name(quota.key),
        allowed=amounts.townships(quota.at_most or 0),
        count=len(group.uncovered),
        townships=named(group.uncovered),
    )


def named(some: tuple[Post, ...] | tuple[Suitor, ...] | list[Post]) -> Message | str:
    """Their names, the first few of many."""
    names = "、".join(one.name for one in some[:_NAMED])
    if len(some) <= _NAMED:
        return names
    return Message("{names} and {count} more", names=names, count=len(some) - _NAMED)
