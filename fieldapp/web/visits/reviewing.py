"""The review queue: one visit after the other, by keyboard or mouse, and grade A together."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.domain.reviewing import GRADE_A_RULE, LONGEST_NOTE, OFFICERS_STEPS, ReviewStep
from fieldapp.domain.visits import EvidenceGrade, Review
from fieldapp.services.approve_grade_a import AT_ONCE, approve_grade_a, preview_grade_a
from fieldapp.services.review_queue import review_queue
from fieldapp.services.review_visit import review_visit
from fieldapp.web.refusals import status_of
from fieldapp.web.registers.asking import form_revision, the_context, with_query
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.visits.asked import asked_code, asked_word
from fieldapp.web.visits.map import map_settings
from fieldapp.web.visits.pages import visit_page
from geodata.errors import Message

blueprint = Blueprint("reviewing", __name__)


@blueprint.get("/visits/review")
@needs(Action.VISIT_REVIEW)
def show_queue() -> str:
    """The queue, with the visit open that the address names."""
    return _queue_page(_asked_visit("visit"))


@blueprint.post("/visits/<uuid:visit_id>/review")
@needs(Action.VISIT_REVIEW)
def review(visit_id: UUID) -> AnyResponse | tuple[str, int]:
    """Take a step with a visit, and go on to the next one of the queue."""
    step, seen = _posted_step(), _posted_state()
    text = request.form.get("text", "")
    from_queue = request.form.get("from") == "queue"
    try:
        review_visit(
            the_context(),
            visit_id,
            step,
            text=text,
            revision=form_revision(),
            seen=seen,
            by=acting_person(),
        )
    except (ConflictError, InvalidInputError) as error:
        told = {"refusal": error.message, "typed": text, "typed_step": step.value}
        page = _queue_page(visit_id, **told) if from_queue else visit_page(visit_id, **told)
        return page, status_of(error)
    if not from_queue:
        return redirect(url_for("visits.show", visit_id=visit_id, done=step.value), 303)
    goes_back = step is ReviewStep.UNDO
    following = str(visit_id) if goes_back else request.form.get("next", "")
    return redirect(
        url_for(
            "reviewing.show_queue",
            visit=following or None,
            done=step.value,
            after=None if goes_back else visit_id,
            **_filters(),
        ),
        303,
    )


@blueprint.get("/visits/review/grade-a")
@needs(Action.VISIT_REVIEW)
def show_grade_a() -> str:
    """What would be approved by the rule."""
    return _grade_a_page()


@blueprint.post("/visits/review/grade-a")
@needs(Action.VISIT_REVIEW)
def approve_together() -> AnyResponse | tuple[str, int]:
    """Approve what was ticked of what was shown."""
    county = request.form.get("county", "")[:6]
    ticked = _ticked()
    try:
        count = approve_grade_a(
            the_context(), request.form.get("digest", ""), ticked, county=county, by=acting_person()
        )
    except (ConflictError, InvalidInputError) as error:
        return _grade_a_page(refusal=error.message, ticked=ticked), status_of(error)
    return redirect(url_for("reviewing.show_grade_a", county=county or None, approved=count), 303)


def _queue_page(visit_id: UUID | None, **more: Any) -> str:
    county = asked_code("county", 6)
    grade = asked_word("grade", EvidenceGrade)
    queue = review_queue(
        the_context(),
        visit_id=visit_id,
        judged_id=_asked_visit("after"),
        county=county,
        grade=grade,
        by=acting_person(),
    )
    return render_template(
        "visits/review.html",
        queue=queue,
        page=queue.current,
        row=queue.current.row if queue.current else None,
        map=map_settings(queue.current) if queue.current else None,
        county=county,
        grade=grade,
        filters=_filters(),
        grades=list(EvidenceGrade),
        longest_note=LONGEST_NOTE,
        with_query=with_query,
        done=request.args.get("done"),
        before=queue.judged,
        **more,
    )


def _filters() -> dict[str, Any]:
    """Of which county and grade the queue is, as its addresses say."""
    return {name: request.args[name] for name in ("county", "grade") if request.args.get(name)}


def _grade_a_page(refusal: Message | None = None, ticked: Collection[UUID] | None = None) -> str:
    """The visits of the rule; all of them ticked, unless some were ``ticked`` already."""
    county = asked_code("county", 6) or request.form.get("county", "")[:6]
    return render_template(
        "visits/grade_a.html",
        found=preview_grade_a(the_context(), county=county, by=acting_person()),
        rule=GRADE_A_RULE,
        county=county,
        at_once=AT_ONCE,
        approved=request.args.get("approved", type=int),
        refusal=refusal,
        ticked=ticked,
    )


def _asked_visit(name: str) -> UUID | None:
    try:
        return UUID(request.args.get(name, ""))
    except ValueError:
        return None


def _ticked() -> set[UUID]:
    try:
        return {UUID(value) for value in request.form.getlist("visit")}
    except ValueError:
        raise _incomplete("/visit") from None


def _posted_step() -> ReviewStep:
    given = request.form.get("step", "")
    for step in OFFICERS_STEPS:
        if step.value == given:
            return step
    raise _incomplete("/step")


def _posted_state() -> Review:
    try:
        return Review(request.form.get("seen", ""))
    except ValueError:
        raise _incomplete("/seen") from None


def _incomplete(pointer: str) -> InvalidInputError:
    return InvalidInputError(
        Message("The form is incomplete. Open the page again, and repeat what you did."),
        [Fault(pointer, Message("This must be filled in."))],
    )
