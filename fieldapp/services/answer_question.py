"""Answer a question about a visit, or add what its commissioner has to say; from a phone, so exactly once."""

from __future__ import annotations

from uuid import UUID

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person
from fieldapp.domain.reviewing import NoteKind, ReviewStep, required_note
from fieldapp.domain.visits import Review
from fieldapp.persistence import visit_notes, visits
from fieldapp.persistence.unit_of_work import VISITS
from fieldapp.services.context import Context
from fieldapp.services.read_visits import VisitDocument, visit_document
from fieldapp.services.review_visit import add_note, held_visit, write_step
from geodata.errors import Message


def answer_question(
    context: Context, visit_id: UUID, note_id: UUID, text: str, *, by: Person
) -> VisitDocument:
    """Keep the commissioner's answer under the id that the phone gave it; the visit as it is then.

    A visit that was returned with a question is back in the queue. Where an officer has gone on meanwhile
    the answer is kept as a remark: nothing that somebody wrote is lost. The same note again changes nothing;
    `ConflictError` for one of its id that says something else. Otherwise raises as a review does.
    """
    answer = required_note(ReviewStep.ANSWER, text)
    with context.work(actor=by.actor) as work:
        stored = held_visit(work, visit_id, by, Action.VISIT_WRITE)
        there = visit_notes.find(work.connection, note_id)
        if there is not None:
            if (there["visit_id"], there["text"], there["by_id"]) != (visit_id, answer, by.user_id):
                raise ConflictError(
                    Message("Another note has this id already. Write the answer again."), code="note.exists"
                )
            return visit_document(context, work.connection, stored)
        if stored.row["review"] == Review.HAS_ISSUES:
            write_step(context, work, stored, ReviewStep.ANSWER, note=answer, by=by, note_id=note_id)
        else:
            add_note(context, work, visit_id, NoteKind.REMARK, answer, by=by, note_id=note_id)
            work.record("visit.remark", "visit", visit_id, after={"note": str(note_id)}, topic=VISITS)
        now_stored = visits.find(work.connection, visit_id)
        assert now_stored is not None
        document = visit_document(context, work.connection, now_stored)
        work.commit()
    return document
