"""The forms of assigning: each parses, calls one service, and says what was done and how to take it back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import Response, g, jsonify, request

from fieldapp.domain.assignments import Assignment, EndReason
from fieldapp.domain.errors import InvalidInputError, NotFoundError
from fieldapp.domain.lifecycle import LIFECYCLE, Step
from fieldapp.domain.notice import Settlement
from fieldapp.domain.permissions import Action
from fieldapp.i18n import translate
from fieldapp.services.activate_assignment import activate_assignment
from fieldapp.services.end_assignment import end_assignment, resign_assignment
from fieldapp.services.hand_over_assignment import hand_over_assignment
from fieldapp.services.judge_agreement import approve_agreement, return_agreement
from fieldapp.services.propose_assignment import Proposal, propose_assignment, propose_assignments
from fieldapp.services.put_on_notice import put_on_notice
from fieldapp.services.raise_objection import raise_objection
from fieldapp.services.renew_assignment import renew_assignment
from fieldapp.services.revise_proposal import revise_proposal
from fieldapp.services.settle_objection import settle_objection
from fieldapp.services.submit_agreement import submit_agreement
from fieldapp.services.undo_step import undo_step
from fieldapp.services.withdraw_assignment import withdraw_assignment
from fieldapp.web.assigning.frame import (
    blueprint,
    current_context,
    given_day,
    given_number,
    given_text,
)
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Counted, Message


@blueprint.post("/proposals")
@needs(Action.ASSIGNMENT_PROPOSE)
def propose() -> Response:
    """Propose one commissioner for one township."""
    written = propose_assignment(
        current_context(),
        Proposal(
            township_code=given_text("township_code", 9),
            commissioner_id=_given_commissioner("commissioner_id"),
            starts_on=given_day("starts_on"),
            ends_on=given_day("ends_on"),
            note=given_text("note"),
        ),
        by=acting_person(),
    )
    return _done(Message("Proposed. It can be put on public notice now."), [written])


@blueprint.post("/several")
@needs(Action.ASSIGNMENT_PROPOSE)
def propose_several() -> Response:
    """Propose for many townships, all or nothing."""
    codes, people = request.form.getlist("township"), request.form.getlist("commissioner")
    starts_on, ends_on, note = given_day("starts_on"), given_day("ends_on"), given_text("note")
    wanted = [
        Proposal(township_code=code, commissioner_id=person, starts_on=starts_on, ends_on=ends_on, note=note)
        for code, person in zip(codes, people, strict=False)
        if person
    ]
    written = propose_assignments(current_context(), wanted, by=acting_person())
    return _done(
        Counted("Proposed for {count} township.", "Proposed for {count} townships.", count=len(written)),
        written,
    )


@blueprint.post("/assignments/<int:assignment_id>/put_on_notice")
@needs(Action.ASSIGNMENT_PUBLISH)
def publish(assignment_id: int) -> Response:
    """Put a proposal on public notice."""
    after = _stepped(put_on_notice, assignment_id)
    return _done(
        Message("On public notice until {day}.", day=after.notice_ends_on), [after], Step.PUT_ON_NOTICE
    )


@blueprint.post("/assignments/<int:assignment_id>/activate")
@needs(Action.ASSIGNMENT_ACTIVATE)
def activate(assignment_id: int) -> Response:
    """Put the commissioner in office."""
    after = _stepped(activate_assignment, assignment_id)
    return _done(Message("Active from {day}.", day=after.starts_on), [after], Step.ACTIVATE)


@blueprint.post("/assignments/<int:assignment_id>/withdraw")
@needs(Action.ASSIGNMENT_WITHDRAW)
def withdraw(assignment_id: int) -> Response:
    """Take an assignment back before it is served."""
    after = _stepped(withdraw_assignment, assignment_id, reason=given_text("reason"))
    return _done(Message("Withdrawn."), [after])


@blueprint.post("/assignments/<int:assignment_id>/revise")
@needs(Action.ASSIGNMENT_PROPOSE)
def revise(assignment_id: int) -> Response:
    """Change term or note of a proposal."""
    after = _stepped(
        revise_proposal,
        assignment_id,
        starts_on=given_day("starts_on"),
        ends_on=given_day("ends_on"),
        note=given_text("note"),
    )
    return _done(Message("The proposal was changed."), [after], Step.REVISE)


@blueprint.post("/assignments/<int:assignment_id>/end")
@needs(Action.ASSIGNMENT_END)
def end(assignment_id: int) -> Response:
    """End a term; after a resignation the township's panel shows who could follow."""
    reason, last_day = _given_reason(), given_day("last_day")
    if reason is EndReason.RESIGNED:
        ended = resign_assignment(
            current_context(),
            assignment_id,
            last_day=last_day,
            revision=given_number("revision"),
            by=acting_person(),
            reason=given_text("reason"),
        )
        said = Message("Ended with {day}. Those who fit best are shown as candidates.", day=last_day)
        return _done(said, [ended.assignment], Step.END)
    after = _stepped(
        end_assignment, assignment_id, end_reason=reason, last_day=last_day, reason=given_text("reason")
    )
    return _done(Message("Ended with {day}.", day=last_day), [after], Step.END)


@blueprint.post("/assignments/<int:assignment_id>/hand_over")
@needs(Action.ASSIGNMENT_END, Action.ASSIGNMENT_PROPOSE)
def hand_over(assignment_id: int) -> Response:
    """End a term and propose a successor from the day after on."""
    handed = hand_over_assignment(
        current_context(),
        assignment_id,
        _given_commissioner("successor_id"),
        _given_reason(),
        last_day=given_day("last_day"),
        ends_on=given_day("ends_on"),
        revision=given_number("revision"),
        by=acting_person(),
        reason=given_text("reason"),
    )
    said = Message("Handed over; the successor is proposed from {day}.", day=handed.successor.starts_on)
    return _done(said, [handed.ended], Step.END)


@blueprint.post("/assignments/<int:assignment_id>/renew")
@needs(Action.ASSIGNMENT_PROPOSE)
def renew(assignment_id: int) -> Response:
    """Propose the same commissioner for a further term."""
    after = _stepped(renew_assignment, assignment_id, ends_on=given_day("ends_on"), note=given_text("note"))
    return _done(Message("Renewal proposed from {day}.", day=after.starts_on), [after])


@blueprint.post("/assignments/<int:assignment_id>/submit_agreement")
@needs(Action.AGREEMENT_SUBMIT)
def submit(assignment_id: int) -> Response:
    """Upload the signed agreement."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidInputError(Message("Choose the file of the signed agreement."), code="agreement.file")
    after = _stepped(submit_agreement, assignment_id, stream=file.stream, name=file.filename)
    return _done(Message("The agreement was submitted."), [after], Step.SUBMIT_AGREEMENT)


@blueprint.post("/assignments/<int:assignment_id>/approve_agreement")
@needs(Action.AGREEMENT_APPROVE)
def approve(assignment_id: int) -> Response:
    """Approve the submitted agreement."""
    after = _stepped(approve_agreement, assignment_id)
    return _done(Message("The agreement is approved."), [after], Step.APPROVE_AGREEMENT)


@blueprint.post("/assignments/<int:assignment_id>/return_agreement")
@needs(Action.AGREEMENT_APPROVE)
def give_back(assignment_id: int) -> Response:
    """Return the submitted agreement with a reason."""
    after = _stepped(return_agreement, assignment_id, reason=given_text("reason"))
    return _done(Message("The agreement was returned."), [after], Step.RETURN_AGREEMENT)


@blueprint.post("/assignments/<int:assignment_id>/objections")
@needs(Action.OBJECTION_WRITE)
def object_to(assignment_id: int) -> Response:
    """Note an objection raised during the notice."""
    after = _stepped(raise_objection, assignment_id, text=given_text("text"))
    return _done(Message("The objection was noted."), [after], None)


@blueprint.post("/objections/<int:objection_id>")
@needs(Action.OBJECTION_WRITE)
def settle(objection_id: int) -> Response:
    """Dismiss or uphold an objection."""
    try:
        settlement = Settlement(given_text("settlement"))
    except ValueError:
        raise InvalidInputError(
            Message("Say whether the objection is dismissed or upheld."), code="query.invalid"
        ) from None
    after = _stepped(settle_objection, objection_id, settlement=settlement, answer=given_text("answer"))
    return _done(Message("The objection was settled."), [after], None)


@blueprint.post("/assignments/<int:assignment_id>/undo")
@needs(Action.ASSIGNMENT_PROPOSE)
def undo(assignment_id: int) -> Response:
    """Take the last step back."""
    after = _stepped(undo_step, assignment_id)
    return _done(Message("Taken back."), [after], None)


def _given_commissioner(name: str) -> str:
    given = given_text(name, 30)
    if not given:
        raise InvalidInputError(Message("Choose a commissioner first."), code="query.invalid")
    return given


def _given_reason() -> EndReason:
    try:
        return EndReason(given_text("end_reason"))
    except ValueError:
        raise InvalidInputError(Message("Give the reason why the term ends."), code="query.invalid") from None


def _stepped(service: Callable[..., Assignment], subject_id: int, **given: Any) -> Assignment:
    """Let a service take a step on what the form was filled in upon."""
    revision = given_number("revision")
    if revision is None:
        raise NotFoundError(
            Message("The form does not say which state it was filled in upon. Reload the page."),
            code="revision.missing",
        )
    return service(current_context(), subject_id, revision=revision, by=acting_person(), **given)


def _done(said: Message, written: Sequence[Assignment], step: Step | None = Step.REVISE) -> Response:
    """What was done; ``undo`` names what the page can offer to take back. A proposal is withdrawn again."""
    undoable = step is not None and LIFECYCLE[step].undoable and written[0].state.value != "withdrawn"
    return jsonify(
        message=translate(said, g.language),
        township=written[0].township_code,
        undo=[{"id": each.id, "revision": each.revision} for each in written] if undoable else [],
    )
