"""Plan in one go, as the command line does: to look at, or published at once; nothing or all is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fieldapp.domain.assignments import Assignment
from fieldapp.domain.permissions import Action, Person
from fieldapp.domain.planning import Pair
from fieldapp.domain.planning.beginnings import find_beginnings
from fieldapp.domain.planning.distances import distances_in_words
from fieldapp.domain.planning.terms import plan_terms
from fieldapp.persistence.register import lock_register
from fieldapp.services.ask_roads import measure_by_road
from fieldapp.services.context import Context
from fieldapp.services.draft_plan import checked_name, read_input, store_draft
from fieldapp.services.explain_plan import OnStage
from fieldapp.services.first_days import (
    counted_on_first_day,
    told_first_days,
    told_proposals,
    told_published,
    with_first_days,
)
from fieldapp.services.kept_sentences import recalled
from fieldapp.services.open_draft import counties_for, require_for
from fieldapp.services.planning_input import Wish
from fieldapp.services.publish_plan import publish_held
from fieldapp.services.solve_draft import solved_at_once
from geodata.errors import Message


@dataclass(frozen=True)
class PlannedAtOnce:
    """The plan document and what becomes of each township and county; every reason is a `Message`.

    ``draft_id`` and ``proposed`` are those of a plan that was published.
    """

    plan: Mapping[str, Any]
    difference: Sequence[Mapping[str, Any]]
    counties: Sequence[Mapping[str, Any]]
    distances: Message  # where they come from
    first_days: tuple[Message, ...]  # what is not covered on the first day
    writes: Message | None  # what publishing would propose, or has proposed
    draft_id: int | None = None
    proposed: tuple[Assignment, ...] = ()


def plan_at_once(
    context: Context,
    wish: Wish,
    *,
    by: Person,
    publish_as: str | None = None,
    on_stage: OnStage = lambda _: None,
) -> PlannedAtOnce:
    """Plan, and with a name publish it under that; raises as `draft_plan` and `publish_plan` do."""
    name = None if publish_as is None else checked_name(publish_as)
    wish = replace(wish, county_codes=counties_for(by, wish.county_codes))
    require_for(by, Action.PLAN_WRITE, wish.county_codes)
    found, policy = read_input(context, wish)
    found = found.measured_by(measure_by_road(context, found.problem, found.distances))
    solved = solved_at_once(context, found.problem, on_stage=on_stage)
    facts = recalled(solved["facts"])
    document = recalled(solved["plan"])
    pairs = [Pair(one["township"], one["commissioner"]) for one in document["pairs"]]
    term = {"starts_on": wish.starts_on, "ends_on": wish.ends_on}
    problem = found.problem
    terms = plan_terms(pairs, found.assignments, people=problem.person, townships=problem.township, **term)
    difference = with_first_days(
        facts["difference"],
        find_beginnings(pairs, found.assignments, terms.proposals, terms.hindrances, **term),
    )
    planned = PlannedAtOnce(
        document,
        difference,
        counted_on_first_day(facts["counties"], difference),
        distances_in_words(found.values()),
        told_first_days(difference, wish.starts_on),
        told_proposals(difference, [one.township_code for one in terms.proposals]),
    )
    if name is None:
        return planned
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        draft_id = store_draft(
            work, context, name, wish=wish, found=found, policy=policy, solved=solved, by=by
        )
        proposed = publish_held(work, context, draft_id, revision=None, by=by)
        work.commit()
    codes = [one.township_code for one in proposed]
    writes = told_published(difference, codes)
    return replace(planned, writes=writes, draft_id=draft_id, proposed=proposed)
