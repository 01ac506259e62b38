"""Publish a plan as proposed assignments, all of it or nothing, and take that back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.errors import ConflictError, Fault
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.i18n import translate
from fieldapp.persistence import assignments, plan_drafts
from fieldapp.persistence.register import lock_register
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.open_draft import PLAN, hold_draft, require_state
from fieldapp.services.planning_input import require_term_in_reach
from fieldapp.services.propose_assignment import Proposal, write_proposals
from fieldapp.services.read_plans import compare_draft
from fieldapp.services.steps import ACTIONS, done_since, row_of, write_step
from geodata.errors import Counted, Message


class PlanRefusedError(ConflictError):
    """A plan that cannot be published or undone as it is; ``faults`` say all that stands in the way."""

    def __init__(self, message: Message, faults: Sequence[Fault], *, code: str) -> None:
        super().__init__(message, code=code)
        self.faults = tuple(faults)


def publish_plan(
    context: Context, draft_id: int, *, revision: int | None, by: Person
) -> tuple[Assignment, ...]:
    """Propose every assignment that a ready plan is new in, by the rules that hold for proposals by hand.

    What is kept needs no proposal. Raises `PlanRefusedError` with the list of what has changed since the
    plan was solved, or of terms that have to be ended or handed over first; `ConflictError` where it is not
    ready, has nothing new, or somebody was faster; `InvalidInputError` where its term has passed since; and
    what proposing raises. Then nothing is written.
    """
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        written = publish_held(work, context, draft_id, revision=revision, by=by)
        work.commit()
    return written


def publish_held(
    work: UnitOfWork, context: Context, draft_id: int, *, revision: int | None, by: Person
) -> tuple[Assignment, ...]:
    """The same; not committed yet, and the register is locked."""
    row = hold_draft(
        work.connection, draft_id, revision=revision, by=by, action=Action.PLAN_PUBLISH, whole=True
    )
    require_state(row, DraftState.READY)
    require_term_in_reach(row["starts_on"], row["ends_on"], today=context.today())
    standing = compare_draft(work.connection, row, today=context.today())
    _require_unchanged(standing.changes)
    _require_free(standing.terms.hindrances)
    if not standing.terms.proposals:
        raise ConflictError(
            Message("This plan keeps everything as it is, so there is nothing to publish."),
            code="plan.nothing",
        )
    written = write_proposals(
        work,
        [
            Proposal(
                township_code=one.township_code,
                commissioner_id=one.commissioner_id,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
                note=plan_in_words(context, draft_id),
            )
            for one in standing.terms.proposals
        ],
        by=by,
    )
    plan_drafts.add_publications(work.connection, draft_id, (one.id for one in written))
    plan_drafts.save(
        work.connection,
        draft_id,
        state=DraftState.PUBLISHED.value,
        revision=row["revision"] + 1,
        published_at=context.now(),
        published_by=by.user_id,
    )
    work.record("plan.published", PLAN, draft_id, after={"proposals": len(written)}, topic=None)
    return written


def undo_plan(context: Context, draft_id: int, *, revision: int | None, by: Person) -> None:
    """Withdraw every proposal that a plan was published as.

    Raises `PlanRefusedError` that names those with which something was done since; then nothing is written.
    """
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        row = hold_draft(work.connection, draft_id, revision=revision, by=by, action=Action.PLAN_PUBLISH)
        require_state(row, DraftState.PUBLISHED)
        proposals = [
            assignments.load(work.connection, each)
            for each in plan_drafts.publications(work.connection, draft_id)
        ]
        _require_untouched(work, proposals)
        for one in proposals:
            require(by, ACTIONS[Step.WITHDRAW], row_of(work.connection, one))
            withdrawn = transitions.withdraw(one, today=context.today())
            write_step(work, Step.WITHDRAW, one, withdrawn, reason=plan_in_words(context, draft_id))
        plan_drafts.save(
            work.connection,
            draft_id,
            state=DraftState.UNDONE.value,
            revision=row["revision"] + 1,
            undone_at=context.now(),
        )
        work.record("plan.undone", PLAN, draft_id, after={"proposals": len(proposals)}, topic=None)
        work.commit()


def plan_in_words(context: Context, draft_id: int) -> str:
    """How notes and the audit log call a plan: by number, for its name may hold that of a person.

    What stands there is not found again when the person is erased.
    """
    return translate(Message("plan {id}", id=draft_id), context.settings.locale)


def _require_unchanged(changes: Sequence[Message]) -> None:
    if changes:
        raise PlanRefusedError(
            Counted(
                "{count} thing has changed since this plan was solved, so nothing was published. "
                "Solve it again, look at it, then publish.",
                "{count} things have changed since this plan was solved, so nothing was published. "
                "Solve it again, look at it, then publish.",
                count=len(changes),
            ),
            [Fault(f"/changes/{number}", change) for number, change in enumerate(changes)],
            code="plan.outdated",
        )


def _require_free(hindrances: Mapping[str, Message]) -> None:
    if hindrances:
        raise PlanRefusedError(
            Counted(
                "{count} township of this plan is held by a term that runs on, so nothing was published. "
                "End or hand over that term, or keep it by pinning, then solve the plan again.",
                "{count} townships of this plan are held by terms that run on, so nothing was published. "
                "End or hand over those terms, or keep them by pinning, then solve the plan again.",
                count=len(hindrances),
            ),
            [Fault(f"/hindrances/{code}", hindrance) for code, hindrance in hindrances.items()],
            code="plan.hindered",
        )


def _require_untouched(work: UnitOfWork, proposals: Sequence[Assignment]) -> None:
    # A proposal is stored as its first revision, and every step after it raises that.
    touched = [one for one in proposals if one.state is not AssignmentState.PROPOSED or one.revision != 1]
    if touched:
        raise PlanRefusedError(
            Message(
                "With {count} of the {all} proposals something was done since, so the plan cannot be undone. "
                "Withdraw the others one by one.",
                count=len(touched),
                all=len(proposals),
            ),
            [Fault(f"/assignments/{one.id}", done_since(work.connection, one)) for one in touched],
            code="plan.acted_upon",
        )
