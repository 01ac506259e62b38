"""Review a visit: approve it, return it with a question, reject it with a reason, or take that back.

Every decision is made on what was seen. Whoever comes second is told who decided what.
"""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import Connection

from fieldapp.domain.errors import ConflictError, NotFoundError
from fieldapp.domain.permissions import Action, Person, Row, require, visible
from fieldapp.domain.reviewing import REVIEW_WORDS, STEPS, NoteKind, ReviewStep, required_note, stepped
from fieldapp.domain.visits import Review
from fieldapp.persistence import registers, townships, visit_history, visit_notes, visits
from fieldapp.persistence.register import Values
from fieldapp.persistence.unit_of_work import VISITS, UnitOfWork
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.who_did import who_did
from geodata.errors import Message

VISIT_EVENTS = {f"{visit_history.SUBJECT}.{step.value}": step.words for step in ReviewStep} | {
    "visit.recorded": Message("log the visit"),
    "visit.changed": Message("change the visit"),
    "visit.withdrawn": Message("withdraw the visit"),
    "visit.imported": Message("import"),
    "visit.remark": Message("add a remark"),
    "visit.confirmation_made": Message("make a confirmation for the recipient"),
    "visit.confirmation_answered": Message("confirm the visit as its recipient"),
    "visit.denied": Message("deny the visit as its recipient"),
    "visit.confirmation_approved": Message("approve the confirmation"),
    "visit.confirmation_revoked": Message("revoke the confirmation"),
}


def event_words(action: str) -> Message | str:
    """What an audit event of a visit did, for people."""
    return VISIT_EVENTS.get(action, action)


def review_visit(
    context: Context,
    visit_id: UUID,
    step: ReviewStep,
    *,
    text: str = "",
    revision: int,
    seen: Review,
    by: Person,
) -> Review:
    """Take an officer's step with a visit of which ``revision`` was seen, in the state ``seen``.

    Returns the state that it leaves. Raises `NotFoundError`, `ForbiddenError`, `InvalidInputError` where the
    note that the step needs is missing, and `ConflictError` that names who did what meanwhile.
    """
    note = required_note(step, text)
    with context.work(actor=by.actor) as work:
        stored = held_visit(work, visit_id, by, Action.VISIT_REVIEW)
        review = Review(stored.row["review"])
        if stored.revision != revision or review is not seen:
            raise _decided_meanwhile(work.connection, stored)
        left = write_step(context, work, stored, step, note=note, by=by)
        work.commit()
    return left


def held_visit(work: UnitOfWork, visit_id: UUID, by: Person, action: Action) -> StoredVisit:
    """A visit that nobody else changes until the transaction ends, by right.

    Raises `NotFoundError` for one that the person may not even read, `ForbiddenError` where the person may
    not do this with it, and `ConflictError` where it was withdrawn.
    """
    readable_visit(work.connection, visit_id, by)
    work.touch_visits(visit_id)
    stored = readable_visit(work.connection, visit_id, by)  # as whoever was faster has left it
    require(by, action, row_of(work.connection, stored, by))
    if stored.is_withdrawn:
        raise ConflictError(
            Message("The commissioner has withdrawn this visit. There is nothing to decide any more."),
            code="visit.deleted",
        )
    return stored


def readable_visit(connection: Connection, visit_id: UUID, by: Person) -> StoredVisit:
    """A visit that the person may read; `NotFoundError` where there is none."""
    stored = visits.readable(connection, visit_id, visible(by, "visit"))
    if stored is None:
        raise NotFoundError(
            Message("There is no visit with the id {id} among those that you may see.", id=visit_id),
            code="visit.unknown",
        )
    return stored


def row_of(connection: Connection, stored: StoredVisit, by: Person) -> Row:
    """What a visit belongs to, as far as permissions ask; that of a merged duplicate is one's own."""
    county = townships.get(connection, stored.visit.township_code)["county_code"]
    people = {stored.commissioner_id}
    if by.commissioner_id is not None and people <= set(registers.merged_ids(connection, by.commissioner_id)):
        people.add(by.commissioner_id)
    return Row(frozenset({county}), frozenset(people))


def write_step(
    context: Context,
    work: UnitOfWork,
    stored: StoredVisit,
    step: ReviewStep,
    *,
    note: str,
    by: Person,
    note_id: UUID | None = None,
) -> Review:
    """Write a step of the review with its note; not committed yet."""
    review = Review(stored.row["review"])
    before = None
    if step is ReviewStep.UNDO:
        before = visit_history.review_before(work.connection, stored.id, review)
    left = stepped(review, step, before=before)
    visit_history.set_review(work.connection, stored.id, left)
    told: Values = {"review": left.value, "revision": stored.revision}
    if (kind := STEPS[step].note) is not None:
        told["note"] = str(add_note(context, work, stored.id, kind, note, by=by, note_id=note_id))
    work.record(
        f"{visit_history.SUBJECT}.{step.value}",
        visit_history.SUBJECT,
        stored.id,
        before={"review": review.value},
        after=told,
        topic=VISITS,
    )
    if Review.REJECTED in (review, left):
        regrade(work, [stored.id])  # and those of the same time: a rejected visit speaks against no other
    return left


def add_note(
    context: Context,
    work: UnitOfWork,
    visit_id: UUID,
    kind: NoteKind,
    text: str,
    *,
    by: Person,
    note_id: UUID | None = None,
) -> UUID:
    """Write a note beside a visit and return its id; not committed yet."""
    note_id = note_id or uuid4()
    visit_notes.add(
        work.connection,
        {
            "id": note_id,
            "visit_id": visit_id,
            "kind": kind.value,
            "text": text,
            "at": context.now(),
            "by_id": by.user_id,
        },
    )
    return note_id


def _decided_meanwhile(connection: Connection, stored: StoredVisit) -> ConflictError:
    last = visit_history.last_event(connection, stored.id)
    state = REVIEW_WORDS[Review(stored.row["review"])]
    if last is None:
        return ConflictError(
            Message(
                "This visit was changed meanwhile: it is {state} now. Look again, then decide.", state=state
            ),
            code="visit.changed",
        )
    return ConflictError(
        Message(
            "{who} has done this meanwhile: {step}. The visit is {state} now. Look again, then decide.",
            who=who_did(last),
            step=event_words(last["action"]),
            state=state,
        ),
        code="visit.changed",
    )
