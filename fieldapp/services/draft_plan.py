"""Draft plans: a new one, the same one solved again around edits, another name, and none of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.permissions import Action, Person
from fieldapp.domain.planning import Pair
from fieldapp.domain.planning.drafts import LONGEST_NAME, DraftState
from fieldapp.domain.planning.keeping import pair_values
from fieldapp.persistence import plan_drafts
from fieldapp.persistence.coverage import snapshot
from fieldapp.persistence.register import Values, lock_register
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.ask_roads import carry_roads, measure_by_road
from fieldapp.services.context import Context
from fieldapp.services.open_draft import (
    PLAN,
    counties_for,
    find_draft,
    hold_draft,
    require_for,
    require_state,
    wish_of,
)
from fieldapp.services.planning_input import (
    PlanningInput,
    Wish,
    read_planning_input,
    require_same_names,
    require_term_in_reach,
)
from fieldapp.services.planning_policy import KeptPolicy, ensure_policy, policy_in_force
from fieldapp.services.solve_draft import is_small, solved_at_once, start_solver, to_be_solved
from geodata.errors import Message

_EDITABLE = tuple(state for state in DraftState if state.is_editable)
_RUNNING = tuple(state for state in DraftState if state.is_running)
_KEPT = (DraftState.PUBLISHED, DraftState.UNDONE)


def draft_plan(context: Context, name: str, wish: Wish, *, by: Person) -> int:
    """Draft a plan under the policy that holds, solved at once or in the background; returns its id.

    Raises `ForbiddenError` outside of one's counties, `InvalidInputError` for what cannot be planned
    (`ContradictionError` where pins contradict something, `QuotaError` where a quota cannot be met), and
    `RoutingError` where the routing server does not answer.
    """
    name = checked_name(name)
    wish = replace(wish, county_codes=counties_for(by, wish.county_codes))
    require_for(by, Action.PLAN_WRITE, wish.county_codes)
    found, policy, solved = _solved(context, wish)
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        draft_id = store_draft(
            work, context, name, wish=wish, found=found, policy=policy, solved=solved, by=by
        )
        work.commit()
    _start_if_waiting(context, draft_id, 1, solved)
    return draft_id


def store_draft(
    work: UnitOfWork,
    context: Context,
    name: str,
    *,
    wish: Wish,
    found: PlanningInput,
    policy: KeptPolicy,
    solved: Values,
    by: Person,
) -> int:
    """Store a new draft and record it; not committed yet, and the register is locked. Returns its id."""
    require_same_names(work.connection, found)
    ensure_policy(work, context)
    row = _columns(wish, found, policy) | solved
    draft_id = plan_drafts.add(
        work.connection, row | {"name": name, "created_at": context.now(), "created_by": by.user_id}
    )
    told = {"starts_on": wish.starts_on, "ends_on": wish.ends_on}
    work.record("plan.drafted", PLAN, draft_id, after=told, topic=None)
    return draft_id


def read_wish(context: Context, draft_id: int, *, by: Person) -> Wish:
    """What was wanted of a draft, to draft another one like it; raises `NotFoundError`."""
    with context.reading() as connection:
        return wish_of(find_draft(connection, draft_id, by=by, whole=False))


def edit_draft(
    context: Context,
    draft_id: int,
    *,
    pins: Sequence[Pair],
    forbids: Sequence[Pair],
    revision: int,
    by: Person,
) -> None:
    """Solve a draft again around other pins and prohibitions, from the register as it stands now.

    Raises as `draft_plan` does, `NotFoundError`, and `ConflictError` where somebody has edited it
    meanwhile, or it is being solved, or was published.
    """
    with context.work(actor=by.actor) as work:
        row = hold_draft(
            work.connection, draft_id, revision=revision, by=by, action=Action.PLAN_WRITE, whole=True
        )
        require_state(row, *_EDITABLE)
    wish = replace(wish_of(row), pins=tuple(pins), forbids=tuple(forbids))
    found, policy, solved = _solved(context, wish, kept=row["input"])
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        row = hold_draft(work.connection, draft_id, revision=revision, by=by, action=Action.PLAN_WRITE)
        require_state(row, *_EDITABLE)
        require_same_names(work.connection, found)
        ensure_policy(work, context)
        changed = _columns(wish, found, policy)
        plan_drafts.save(work.connection, draft_id, **changed, **solved, revision=revision + 1)
        work.record(
            "plan.edited",
            PLAN,
            draft_id,
            before={"pins": row["pins"], "forbids": row["forbids"]},
            after={"pins": changed["pins"], "forbids": changed["forbids"]},
            topic=None,
        )
        work.commit()
    _start_if_waiting(context, draft_id, revision + 1, solved)


def rename_draft(context: Context, draft_id: int, name: str, *, by: Person) -> None:
    """Give a plan another name."""
    name = checked_name(name)
    with context.work(actor=by.actor) as work:
        hold_draft(work.connection, draft_id, revision=None, by=by, action=Action.PLAN_WRITE)
        plan_drafts.save(work.connection, draft_id, name=name)
        work.record("plan.renamed", PLAN, draft_id, topic=None)
        work.commit()


def cancel_draft(context: Context, draft_id: int, *, by: Person) -> None:
    """Stop solving a draft; `ConflictError` where it is not being solved."""
    with context.work(actor=by.actor) as work:
        row = hold_draft(work.connection, draft_id, revision=None, by=by, action=Action.PLAN_WRITE)
        require_state(row, *_RUNNING)
        plan_drafts.save(
            work.connection, draft_id, state=DraftState.CANCELLED.value, progress=None, beat_at=None
        )
        work.record("plan.cancelled", PLAN, draft_id, topic=None)
        work.commit()


def discard_draft(context: Context, draft_id: int, *, by: Person) -> None:
    """Delete a draft; `ConflictError` for one that was published, which is kept to explain what it did."""
    with context.work(actor=by.actor) as work:
        row = hold_draft(work.connection, draft_id, revision=None, by=by, action=Action.PLAN_WRITE)
        require_state(row, *(state for state in DraftState if state not in _KEPT))
        plan_drafts.remove(work.connection, draft_id)
        work.record("plan.discarded", PLAN, draft_id, topic=None)
        work.commit()


def read_input(context: Context, wish: Wish) -> tuple[PlanningInput, KeptPolicy]:
    """The input as it stands, under the policy that holds; nothing is locked. Not measured by road yet.

    Raises `InvalidInputError` for a term that nobody can mean.
    """
    require_term_in_reach(wish.starts_on, wish.ends_on, today=context.today())
    with snapshot(context.engine) as connection:
        policy = policy_in_force(connection)
        return read_planning_input(connection, wish, policy.policy, today=context.today()), policy


def _solved(
    context: Context, wish: Wish, *, kept: Values | None = None
) -> tuple[PlanningInput, KeptPolicy, Values]:
    """The same, and the columns of what comes of it; ``kept`` is the input of the draft before an edit."""
    found, policy = read_input(context, wish)
    if kept is not None:
        found = carry_roads(context, found, kept)
    if not is_small(found.problem):
        return found, policy, to_be_solved(context)
    found = found.measured_by(measure_by_road(context, found.problem, found.distances))
    return found, policy, solved_at_once(context, found.problem)


def _columns(wish: Wish, found: PlanningInput, policy: KeptPolicy) -> Values:
    return {
        "starts_on": wish.starts_on,
        "ends_on": wish.ends_on,
        "county_codes": list(wish.county_codes),
        "policy_version": policy.version,
        "pins": pair_values(found.problem.pins),
        "forbids": pair_values(found.problem.forbids),
        "input": found.values(),
        "register_version": found.register_version,
    }


def _start_if_waiting(context: Context, draft_id: int, revision: int, solved: Values) -> None:
    if solved["state"] == DraftState.WAITING:
        start_solver(context, draft_id, revision)


def checked_name(name: str) -> str:
    """The name of a plan as it is stored; `InvalidInputError` for none or one too long."""
    words = " ".join(name.split())
    if not 1 <= len(words) <= LONGEST_NAME:
        message = Message("Give the plan a name of 1 to {most} characters.", most=LONGEST_NAME)
        raise InvalidInputError(message, [Fault("/name", message)], code="plan.name")
    return words
