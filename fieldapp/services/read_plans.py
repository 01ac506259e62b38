"""Plans to look at: the drafts there are, and one of them with its reasons and what has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.permissions import Action, Person
from fieldapp.domain.planning import Pair
from fieldapp.domain.planning.beginnings import Beginning, find_beginnings
from fieldapp.domain.planning.changes import what_changed
from fieldapp.domain.planning.distances import distances_in_words
from fieldapp.domain.planning.drafts import DraftState, Stage
from fieldapp.domain.planning.keeping import pairs_of, problem_of
from fieldapp.domain.planning.terms import Terms, plan_terms
from fieldapp.persistence import assignments, plan_drafts
from fieldapp.persistence.coverage import snapshot
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.first_days import (
    counted_on_first_day,
    told_first_days,
    told_proposals,
    with_first_days,
)
from fieldapp.services.kept_sentences import recalled
from fieldapp.services.open_draft import fail_silent_drafts, find_draft, may_see, wish_of
from fieldapp.services.page_register import Place
from fieldapp.services.planning_input import PlanningInput, Wish, read_planning_input
from fieldapp.services.planning_policy import policy_in_force, require_planner
from geodata.errors import Message

_Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class DraftSummary:
    """A draft in a list; no ``county_codes`` means the whole city."""

    id: int
    name: str
    state: DraftState
    revision: int
    stage: Stage | None  # of a draft that is being solved
    share: float | None
    error: Message | None
    created_at: datetime
    created_by_name: str | None
    starts_on: date
    ends_on: date
    county_codes: tuple[str, ...]
    covered: int | None  # of a solved one: so many townships, of so many
    roster: int | None
    policy_version: int
    solved_at: datetime | None
    published_at: datetime | None
    undone_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DraftView(DraftSummary):
    """One draft, whole; what a solved one alone has is None or empty before.

    ``plan`` is the plan document; every reason is a `Message`. ``outdated`` says what has changed since it
    was solved, ``hindrances`` what has to be done before it can be published, and ``lapses`` which kept terms
    end before it does and are not renewed by it, of a ready draft. ``first_days`` say what it does not cover
    on its first day: of each township ``difference`` has ``begins_on``, and whether it ``waits`` open.
    """

    pins: tuple[Pair, ...]
    forbids: tuple[Pair, ...]
    distances: Message  # where they come from
    outdated: tuple[Message, ...] = ()
    hindrances: tuple[Message, ...] = ()
    lapses: tuple[Message, ...] = ()
    first_days: tuple[Message, ...] = ()
    writes: Message | None = None  # what publishing would propose, in a sentence
    proposals: tuple[Assignment, ...] = ()  # what publishing would write
    plan: Mapping[str, Any] | None = None
    difference: _Rows = field(default=())
    counties: _Rows = field(default=())
    leftover: _Rows = field(default=())
    fragility: _Rows | None = None  # of a solved one too, until `read_fragility` was asked
    assignment_ids: tuple[int, ...] = ()  # what it was published as


@dataclass(frozen=True)
class Standing:
    """How a solved draft stands to the register as it is now."""

    changes: tuple[Message, ...]
    terms: Terms
    assignments: Sequence[Assignment]


def list_drafts(context: Context, *, by: Person) -> tuple[DraftSummary, ...]:
    """The drafts that the person may see, the latest first; raises `ForbiddenError`."""
    require_planner(by, Action.PLAN_READ)
    fail_silent_drafts(context)
    with context.reading() as connection:
        rows = plan_drafts.listed(connection)
    return tuple(DraftSummary(**_summary(row)) for row in rows if may_see(by, row))


def page_drafts(context: Context, place: Place, *, by: Person) -> tuple[Sequence[DraftSummary], int | None]:
    """A page of the same list, and the id after which it goes on; None at its end."""
    found = list_drafts(context, by=by)
    if place.after is not None:
        found = tuple(each for each in found if each.id < int(place.after))
    page = found[: place.limit]
    return page, page[-1].id if len(found) > place.limit else None


def read_draft(context: Context, draft_id: int, *, by: Person) -> DraftView:
    """One draft; `NotFoundError` where there is none, or none that the person may see."""
    require_planner(by, Action.PLAN_READ)
    fail_silent_drafts(context)
    with snapshot(context.engine) as connection:
        row = find_draft(connection, draft_id, by=by)
        solved = None if row["plan"] is None else compare_draft(connection, row, today=context.today())
        standing = solved if row["state"] == DraftState.READY else None
        published = plan_drafts.publications(connection, draft_id)
        written = [
            replace(assignments.load(connection, id_), state=AssignmentState.PROPOSED) for id_ in published
        ]
    facts = recalled(row["facts"] or {})
    if solved is not None:
        beginnings = _beginnings(row, solved, None if standing is not None else written)
        facts["difference"] = with_first_days(facts["difference"], beginnings)
        facts["counties"] = counted_on_first_day(facts["counties"], facts["difference"])
        facts["first_days"] = told_first_days(facts["difference"], row["starts_on"])
    if standing is not None:
        proposed = [one.township_code for one in standing.terms.proposals]
        facts["writes"] = told_proposals(facts["difference"], proposed)
    return DraftView(
        **_summary(row),
        pins=tuple(pairs_of(row["pins"])),
        forbids=tuple(pairs_of(row["forbids"])),
        distances=distances_in_words(row["input"]),
        outdated=() if standing is None else standing.changes,
        hindrances=() if standing is None else tuple(standing.terms.hindrances.values()),
        lapses=() if standing is None else tuple(standing.terms.lapses.values()),
        proposals=() if standing is None else standing.terms.proposals,
        plan=recalled(row["plan"]),
        assignment_ids=tuple(published),
        **facts,
    )


def compare_draft(connection: Connection, row: Values, *, today: date) -> Standing:
    """Hold a solved draft to the register as it is now."""
    kept = problem_of(row["input"], measured=False)
    wish = wish_of(row)
    # Edits contradict what has changed rather than the other way round, so they are left aside.
    plain = Wish(wish.starts_on, wish.ends_on, wish.county_codes)
    now: PlanningInput = read_planning_input(connection, plain, kept.policy, today=today)
    terms = plan_terms(
        [Pair(one["township"], one["commissioner"]) for one in row["plan"]["pairs"]],
        now.assignments,
        people=kept.person,
        townships=kept.township,
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
    )
    return Standing(
        (*_rules_changed(connection, row, now), *what_changed(kept, now.problem)), terms, now.assignments
    )


def _beginnings(
    row: Values, standing: Standing, published: Sequence[Assignment] | None
) -> dict[str, Beginning]:
    """From when each pair leads: as it was published, or as it would be now."""
    return find_beginnings(
        [Pair(one["township"], one["commissioner"]) for one in row["plan"]["pairs"]],
        standing.assignments,
        standing.terms.proposals if published is None else published,
        standing.terms.hindrances if published is None else (),
        starts_on=row["starts_on"],
        ends_on=row["ends_on"],
    )


def _rules_changed(connection: Connection, row: Values, now: PlanningInput) -> Iterator[Message]:
    """What else a plan would be made by now: another version of the policy, other imported distances."""
    holds, own = policy_in_force(connection).version, row["policy_version"]
    if holds != own:
        yield Message(
            "Version {version} of the planning policy holds now; this plan was made under version {own}.",
            version=holds,
            own=own,
        )
    if now.distances.values()["travel"] != row["input"]["travel"]:
        yield Message("The imported distances are others now.")


def _summary(row: Values) -> dict[str, Any]:
    progress = row["progress"] or {}
    return {
        "id": row["id"],
        "name": row["name"],
        "state": DraftState(row["state"]),
        "revision": row["revision"],
        "stage": Stage(progress["stage"]) if progress else None,
        "share": progress.get("share"),
        "error": recalled(row["error"]),
        "county_codes": tuple(row["county_codes"]),
    } | {
        name: row[name]
        for name in (
            "created_at",
            "created_by_name",
            "starts_on",
            "ends_on",
            "policy_version",
            "covered",
            "roster",
            "solved_at",
            "published_at",
            "undone_at",
        )
    }
