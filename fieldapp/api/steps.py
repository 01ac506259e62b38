"""The steps of an assignment's life, each on the revision that was seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify

from fieldapp.api.answers import context, shown
from fieldapp.api.assignments import (
    ASSIGNMENT,
    COMMISSIONER_ID,
    NOTE,
    ONE,
    address_of,
    read_again,
    send_assignment,
)
from fieldapp.api.operations import TAG, Answer, Operation, describe
from fieldapp.api.requests import read_body, read_query, seen_revision
from fieldapp.api.schemas import REVISION, Named, Schema, day, one_of, record, text
from fieldapp.domain.assignments import EndReason
from fieldapp.domain.permissions import Action
from fieldapp.services.activate_assignment import activate_assignment
from fieldapp.services.end_assignment import end_assignment
from fieldapp.services.hand_over_assignment import hand_over_assignment
from fieldapp.services.judge_agreement import approve_agreement, return_agreement
from fieldapp.services.put_on_notice import put_on_notice
from fieldapp.services.renew_assignment import renew_assignment
from fieldapp.services.revise_proposal import revise_proposal
from fieldapp.services.undo_step import undo_step
from fieldapp.services.withdraw_assignment import withdraw_assignment
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("steps", __name__)
_REASON = text("Why, for the record.", maxLength=2000)
_HANDOVER = Named("Handover", record(ended=ASSIGNMENT, successor=ASSIGNMENT))
CHANGED = {
    404: "There is none of that id.",
    409: "The state or the day forbids it, or somebody was faster: title says who and what.",
}


def step(
    summary: str,
    *,
    status: int = 200,
    answer: Schema = ASSIGNMENT,
    optional: tuple[str, ...] = (),
    **body: Schema,
) -> Callable[..., Any]:
    """Describe a step: what it takes besides the revision, and that it answers the assignment it left."""
    fields = record("", optional=(*optional, "revision"), **body, revision=REVISION)
    headers = TAG | ({"Location": "Where the new one is."} if status == 201 else {})
    return describe(
        Operation(
            summary,
            {status: Answer("It is done.", answer, headers=headers)},
            body=fields,
            problems=CHANGED,
            revised=True,
        )
    )


@blueprint.post(f"{ONE}/revise")
@needs(Action.ASSIGNMENT_PROPOSE)
@step(
    "Change a proposal that the public has not seen; what is left out stays.",
    optional=("commissioner_id", "starts_on", "ends_on", "note"),
    commissioner_id=COMMISSIONER_ID,
    starts_on=day(),
    ends_on=day("The last day."),
    note=NOTE,
)
def revise(assignment_id: int) -> Response:
    """Change commissioner, term or note of a proposal."""
    body, seen = asked()
    return send_assignment(
        revise_proposal(context(), assignment_id, revision=seen, by=acting_person(), **body)
    )


@blueprint.post(f"{ONE}/notice")
@needs(Action.ASSIGNMENT_PUBLISH)
@step(
    "Put a proposal on public notice.",
    optional=("notice_starts_on",),
    notice_starts_on=day("The first day; today where it is left out."),
)
def notice(assignment_id: int) -> Response:
    """Put a proposal on notice, for the working days that this installation sets."""
    body, seen = asked()
    starts_on = body.get("notice_starts_on")
    return send_assignment(
        put_on_notice(context(), assignment_id, revision=seen, by=acting_person(), starts_on=starts_on)
    )


@blueprint.post(f"{ONE}/activate")
@needs(Action.ASSIGNMENT_ACTIVATE)
@step("Activate an assignment whose public notice is over.")
def activate(assignment_id: int) -> Response:
    """Put the commissioner in office."""
    _, seen = asked()
    return send_assignment(activate_assignment(context(), assignment_id, revision=seen, by=acting_person()))


@blueprint.post(f"{ONE}/withdraw")
@needs(Action.ASSIGNMENT_WITHDRAW)
@step("Withdraw an assignment before it is served.", optional=("reason",), reason=_REASON)
def withdraw(assignment_id: int) -> Response:
    """Take an assignment back."""
    body, seen = asked()
    return send_assignment(
        withdraw_assignment(
            context(), assignment_id, revision=seen, by=acting_person(), reason=body.get("reason", "")
        )
    )


@blueprint.post(f"{ONE}/end")
@needs(Action.ASSIGNMENT_END)
@step(
    "End a term.",
    optional=("reason",),
    end_reason=one_of(EndReason),
    ended_on=day("The last day served; may lie ahead."),
    reason=_REASON,
)
def end(assignment_id: int) -> Response:
    """End a term."""
    body, seen = asked()
    return send_assignment(
        end_assignment(
            context(),
            assignment_id,
            EndReason(body["end_reason"]),
            last_day=body["ended_on"],
            revision=seen,
            by=acting_person(),
            reason=body.get("reason", ""),
        )
    )


@blueprint.post(f"{ONE}/renew")
@needs(Action.ASSIGNMENT_PROPOSE)
@step(
    "Propose the commissioner in office for a further term.",
    status=201,
    optional=("note",),
    ends_on=day("The last day of the further term."),
    note=NOTE,
)
def renew(assignment_id: int) -> Response:
    """Propose a further term; answers the new proposal."""
    body, seen = asked()
    return send_assignment(
        renew_assignment(
            context(),
            assignment_id,
            ends_on=body["ends_on"],
            revision=seen,
            by=acting_person(),
            note=body.get("note", ""),
        ),
        201,
    )


@blueprint.post(f"{ONE}/hand-over")
@needs(Action.ASSIGNMENT_END, Action.ASSIGNMENT_PROPOSE)
@step(
    "End a term and propose a successor from the day after on.",
    status=201,
    answer=_HANDOVER,
    optional=("ends_on", "reason"),
    commissioner_id=COMMISSIONER_ID,
    end_reason=one_of(EndReason),
    ended_on=day("The last day that the one in office serves."),
    ends_on=day("The last day of the successor; the old term's where it is left out."),
    reason=_REASON,
)
def hand_over(assignment_id: int) -> Response:
    """Hand a township over without a gap; answers both assignments."""
    body, seen = asked()
    handover = hand_over_assignment(
        context(),
        assignment_id,
        body["commissioner_id"],
        EndReason(body["end_reason"]),
        last_day=body["ended_on"],
        revision=seen,
        by=acting_person(),
        ends_on=body.get("ends_on"),
        reason=body.get("reason", ""),
    )
    ended, successor = read_again(handover.ended), read_again(handover.successor)
    response = jsonify(ended=shown(ended, ASSIGNMENT), successor=shown(successor, ASSIGNMENT))
    response.status_code = 201
    response.set_etag(str(ended["revision"]))
    response.headers["Location"] = address_of(handover.successor)
    response.cache_control.no_store = True
    return response


@blueprint.post(f"{ONE}/agreement/approve")
@needs(Action.AGREEMENT_APPROVE)
@step("Approve the agreement that was submitted.")
def approve(assignment_id: int) -> Response:
    """Approve an agreement."""
    _, seen = asked()
    return send_assignment(approve_agreement(context(), assignment_id, revision=seen, by=acting_person()))


@blueprint.post(f"{ONE}/agreement/return")
@needs(Action.AGREEMENT_APPROVE)
@step(
    "Return the agreement that was submitted.", reason=text("What to make good.", minLength=1, maxLength=2000)
)
def give_back(assignment_id: int) -> Response:
    """Return an agreement."""
    body, seen = asked()
    return send_assignment(
        return_agreement(context(), assignment_id, body["reason"], revision=seen, by=acting_person())
    )


@blueprint.post(f"{ONE}/undo")
@needs(Action.ASSIGNMENT_READ)
@step("Take the last step back, where whoever may do it may undo it.")
def undo(assignment_id: int) -> Response:
    """Undo the last step."""
    _, seen = asked()
    return send_assignment(undo_step(context(), assignment_id, revision=seen, by=acting_person()))


def asked() -> tuple[dict[str, Any], int]:
    """The body of a step, and the revision that was seen."""
    read_query()
    body = read_body()
    return body, seen_revision(body)
