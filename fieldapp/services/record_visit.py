"""Record a visit from the field: exactly once, however often it is sent, and never over somebody's change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from fieldapp.domain.errors import FieldappError, ForbiddenError, OutdatedError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.domain.visit_rules import refusal_of_term, require_valid
from fieldapp.domain.visits import Review, Visit, body_of
from fieldapp.persistence import assignments, registers, townships, visits
from fieldapp.persistence.unit_of_work import VISITS, UnitOfWork
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.read_visits import Beside, VisitDocument, document_of, read_beside, visit_document
from geodata.errors import Message


@dataclass(frozen=True, kw_only=True)
class SentVisit:
    """A log as it is sent, ``by`` whom: the visitor knew the visit at ``base_revision``, None for a new one.

    ``client_clock`` is what the visitor's clock showed when it was sent.
    """

    id: UUID
    visit: Visit
    base_revision: int | None
    by: Person
    client_clock: datetime | None = None


@dataclass(frozen=True)
class Recorded:
    """The visit as it is kept now, and whether it is new."""

    document: VisitDocument
    created: bool


@dataclass(frozen=True)
class _Kept:
    """A visit as it is kept; ``written`` just now, or found as it was sent."""

    stored: StoredVisit
    created: bool
    written: bool


def record_visit(context: Context, sent: SentVisit) -> Recorded:
    """Store a visit, or a change of one; it is committed when this returns.

    What says the same as what is stored changes nothing. Raises `OutdatedError` with the stored visit where
    that is another revision than the visitor knew (``visit.changed``) or was withdrawn (``visit.deleted``),
    `ForbiddenError` for another's visit or township, and `InvalidInputError` for what cannot be so.
    """
    kept, beside = context.work_together(
        lambda work: _record(context, work, sent), _grade_together, actor=sent.by.actor
    )
    return Recorded(document_of(context, kept.stored, beside), kept.created)


def _record(context: Context, work: UnitOfWork, sent: SentVisit) -> _Kept:
    # A visit of which no revision is known is nearly always new: then there is nothing to look up.
    if sent.base_revision is None:
        written = _written_as_new(context, work, sent)
        if written is not None:
            return _Kept(written, created=True, written=True)
    connection = work.connection
    while True:
        work.hold_visits(sent.id)
        stored = visits.find(connection, sent.id)
        if stored is not None:
            require_own(connection, stored, sent.by)
            if stored.visit == sent.visit and not stored.is_withdrawn:
                return _Kept(stored, created=False, written=False)
            if sent.base_revision != stored.revision:
                raise outdated(context, connection, stored)
        _require_recordable(context, connection, sent)
        written = _write(context, work, sent, stored)
        if written is not None:
            return _Kept(written, created=stored is None, written=True)
        # Somebody wrote this very visit a moment ago: what is to be done is judged anew by what is there.


def _written_as_new(context: Context, work: UnitOfWork, sent: SentVisit) -> StoredVisit | None:
    """The visit where it is new and may be recorded; None leaves it to a look at what is there."""
    try:
        _require_recordable(context, work.connection, sent)
    except FieldappError:
        return None  # sent once more it may be refused by now, and is taken all the same
    return _write(context, work, sent, None)


def _grade_together(work: UnitOfWork, kept: Sequence[_Kept]) -> list[tuple[_Kept, Beside]]:
    """Grade the visits of several people at once, and read what their documents tell besides."""
    graded = regrade(work, [each.stored.id for each in kept if each.written])
    new = {each.stored.id for each in kept if each.created}
    beside = read_beside(work.connection, [each.stored for each in kept], new=new)
    return [
        (
            replace(each, stored=replace(each.stored, row=each.stored.row | graded.get(each.stored.id, {}))),
            beside,
        )
        for each in kept
    ]


def require_own(connection: Connection, stored: StoredVisit, by: Person) -> None:
    """Raise `ForbiddenError` for the visit of somebody else; that of a merged duplicate is one's own."""
    owners = {stored.commissioner_id}
    if (
        by.commissioner_id is not None
        and by.commissioner_id not in owners
        and owners & {*registers.merged_ids(connection, by.commissioner_id)}
    ):
        owners.add(by.commissioner_id)
    require(by, Action.VISIT_WRITE, Row(commissioner_ids=frozenset(owners)))


def outdated(context: Context, connection: Connection, stored: StoredVisit) -> OutdatedError:
    """The refusal of a change to a visit that is no longer as the visitor knew it, with what it is now."""
    document = {"visit": visit_document(context, connection, stored)}
    if stored.is_withdrawn:
        return OutdatedError(
            Message(
                "This visit was withdrawn meanwhile, perhaps from another phone. "
                "Leave it so, or keep yours; nothing of either is lost."
            ),
            code="visit.deleted",
            stored=document,
        )
    return OutdatedError(
        Message(
            "This visit was changed meanwhile, perhaps from another phone. "
            "Compare the two and choose; nothing of either is lost."
        ),
        code="visit.changed",
        stored=document,
    )


def _require_recordable(context: Context, connection: Connection, sent: SentVisit) -> None:
    """Raise the error that says why the person may not record this visit, or not so."""
    visit, by, timezone = sent.visit, sent.by, context.settings.timezone
    require(by, Action.VISIT_WRITE, Row(commissioner_ids=frozenset({by.commissioner_id or ""})))
    if by.commissioner_id is None:
        raise ForbiddenError(
            Message("Your account belongs to no commissioner, so it logs no visits. Ask an administrator."),
            code="visit.commissioner",
        )
    require_valid(visit, now=context.now(), timezone=timezone, client_clock=sent.client_clock)
    terms = assignments.in_township(connection, visit.township_code, by.commissioner_id)
    day = visit.visited_on(timezone)
    refusal = refusal_of_term(visit, terms, day=day, township=visit.township_code)
    if refusal is not None:  # only then the name is worth asking for
        name = townships.name_of(connection, visit.township_code) or visit.township_code
        raise refusal_of_term(visit, terms, day=day, township=name) or refusal


def _write(
    context: Context, work: UnitOfWork, sent: SentVisit, stored: StoredVisit | None
) -> StoredVisit | None:
    """Write the visit and return it as it is stored; None where somebody else was faster."""
    visit, by, now, timezone = sent.visit, sent.by, context.now(), context.settings.timezone
    values = {
        "visited_on": visit.visited_on(timezone),
        "recorded_by": by.user_id,
    }
    if stored is None:
        first = {
            "commissioner_id": by.commissioner_id,
            "received_at": now,
            "client_clock": sent.client_clock,  # is held against received_at
        }
        written = visits.add(work.connection, sent.id, visit, values | first)
    else:
        # What an officer has judged is what the log said then.
        anew = {"review": Review.SUBMITTED.value, "deleted_at": None}
        said = body_of(stored.visit, timezone)
        written = visits.revise(
            work.connection, stored, visit, values | anew, said=said, now=now, by=by.user_id
        )
    if written is not None:
        work.touch_visits(sent.id, are_held=True)
        told = {
            "township_code": visit.township_code,
            "visited_on": values["visited_on"],
            "service_days": visit.service_days,
            "revision": written.revision,
        }
        action = "visit.recorded" if stored is None else "visit.changed"
        work.record(action, "visit", sent.id, after=told, topic=VISITS)
    return written
