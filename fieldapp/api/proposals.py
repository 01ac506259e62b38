"""Proposals for several townships at once, looked at before they are written."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify

from fieldapp.api.answers import context, private, shown
from fieldapp.api.assignments import ASSIGNMENT, COMMISSIONER_ID, NOTE, read_again
from fieldapp.api.errors import told
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.requests import read_body, read_query
from fieldapp.api.schemas import TOWNSHIP_CODE, Named, count, day, many, record, text
from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.services.propose_assignment import (
    MOST_AT_ONCE,
    Preview,
    Proposal,
    preview_proposals,
    propose_assignments,
)
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("proposals", __name__)
_PROPOSAL = Named(
    "Proposal",
    record(
        optional=("note",),
        township_code=TOWNSHIP_CODE,
        commissioner_id=COMMISSIONER_ID,
        starts_on=day(),
        ends_on=day("The last day."),
        note=NOTE,
    ),
)
_SEVERAL = record(items=many(_PROPOSAL, minItems=1, maxItems=MOST_AT_ONCE))
_REFUSAL = record(
    code=text("Stable, for programs."), title=text("Who or what is in the way, and how to cure it.")
)
_PREVIEW = Named(
    "ProposalPreview",
    record(
        "What writing the proposals would come to.",
        ready=count("How many could be written; they are written only all together."),
        items=many(
            record(
                township_code=TOWNSHIP_CODE,
                commissioner_id=COMMISSIONER_ID,
                refusal={**_REFUSAL, "type": ["object", "null"]},
            ),
            "In the order of the request; refusal is null where nothing is in the way.",
        ),
    ),
)


@blueprint.post("/assignments/several/preview")
@needs(Action.ASSIGNMENT_PROPOSE)
@describe(
    Operation(
        "See what several proposals would come to; nothing is written.",
        {200: Answer("Each of them, and what stands against it.", _PREVIEW)},
        body=_SEVERAL,
        description="Each is judged as if those before it that are ready were written.",
    )
)
def preview_several() -> Response:
    """What the proposals would come to."""
    read_query()
    previews = preview_proposals(context(), _wanted(), by=acting_person())
    ready = sum(preview.refusal is None for preview in previews)
    return private(jsonify(ready=ready, items=[_shown(preview) for preview in previews]))


@blueprint.post("/assignments/several")
@needs(Action.ASSIGNMENT_PROPOSE)
@describe(
    Operation(
        "Propose for several townships, all of them or none.",
        {201: Answer("All are proposed, in the order of the request.", record(items=many(ASSIGNMENT)))},
        body=_SEVERAL,
        problems={
            403: "The person, or the token, may not do this; of a single one, not in this county.",
            404: "Of a single one: there is no such township or commissioner.",
            409: "Of a single one, or where somebody was faster: title says who and what is in the way.",
            422: "Something given cannot be used. assignment.refused: some cannot be written, so none was; "
            "errors point at each.",
        },
    )
)
def propose_several() -> Response:
    """New proposals, all or none."""
    read_query()
    try:
        written = propose_assignments(context(), _wanted(), by=acting_person())
    except InvalidInputError as refused:
        if refused.code != "assignment.refused":
            raise
        faults = [Fault(f"/items{fault.pointer}", fault.message) for fault in refused.faults]
        raise InvalidInputError(refused.message, faults, code=refused.code) from refused
    response = jsonify(items=[shown(read_again(each), ASSIGNMENT) for each in written])
    response.status_code = 201
    return private(response)


def _wanted() -> list[Proposal]:
    return [Proposal(**each) for each in read_body()["items"]]


def _shown(preview: Preview) -> dict[str, object]:
    refusal = preview.refusal
    return {
        "township_code": preview.proposal.township_code,
        "commissioner_id": preview.proposal.commissioner_id,
        "refusal": None if refusal is None else {"code": refusal.code, "title": told(refusal.message)},
    }
