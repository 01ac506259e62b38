"""The signed agreements of assignments: submitted as files, listed, downloaded."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, send_file

from fieldapp.api.answers import context, private, shown
from fieldapp.api.assignments import ASSIGNMENT, ONE, send_assignment
from fieldapp.api.operations import TAG, Answer, Operation, describe
from fieldapp.api.requests import read_form, read_query, seen_revision
from fieldapp.api.schemas import REVISION, Named, file, many, moment, nullable, one_of, record, text, whole
from fieldapp.api.steps import CHANGED
from fieldapp.domain.permissions import Action
from fieldapp.services.keep_agreement import ENDINGS, LARGEST
from fieldapp.services.submit_agreement import (
    VERDICTS,
    read_agreement,
    read_agreements,
    submit_agreement,
)
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("agreements", __name__)
_FILE = Named(
    "AgreementFile",
    record(
        id=whole(),
        file_name=text("As it was uploaded."),
        media_type=one_of(ENDINGS),
        size_bytes=whole(minimum=1),
        sha256=text("The digest of the content."),
        uploaded_at=moment(),
        verdict=nullable(one_of(VERDICTS, "Null where it is not judged yet.")),
        reason=text("Why it was returned."),
    ),
)


@blueprint.get(f"{ONE}/agreements")
@needs(Action.AGREEMENT_READ)
@describe(
    Operation(
        "The files that were submitted as the agreement of an assignment, the latest first.",
        {200: Answer("All of them.", record(items=many(_FILE)))},
        problems={404: "There is no such assignment."},
    )
)
def agreements(assignment_id: int) -> Response:
    """What was submitted."""
    read_query()
    found = read_agreements(context(), assignment_id, by=acting_person())
    return private(jsonify(items=[shown(each, _FILE) for each in found]))


@blueprint.post(f"{ONE}/agreement")
@needs(Action.AGREEMENT_SUBMIT)
@describe(
    Operation(
        "Submit the signed agreement for approval.",
        {200: Answer("It is submitted.", ASSIGNMENT, headers=TAG)},
        form=record(
            optional=("revision",),
            file=file(f"A PDF or a photo (JPEG, PNG, WebP) of up to {LARGEST // 1024 // 1024} MiB."),
            revision=REVISION,
        ),
        problems=CHANGED | {422: "agreement.file: the file is broken, too large, or of another kind."},
        revised=True,
    )
)
def submit(assignment_id: int) -> Response:
    """Submit an agreement."""
    read_query()
    form = read_form()
    seen, sent = seen_revision(form), form["file"]
    return send_assignment(
        submit_agreement(
            context(),
            assignment_id,
            sent.stream,
            sent.filename or "?",
            revision=seen,
            by=acting_person(),
        )
    )


@blueprint.get("/agreements/<int(max=9223372036854775807):file_id>/file")
@needs(Action.AGREEMENT_READ)
@describe(
    Operation(
        "The file of an agreement.",
        {200: Answer("The file as it was uploaded.", file(), tuple(ENDINGS))},
        problems={404: "There is no such file."},
    )
)
def agreement_file(file_id: int) -> Response:
    """An uploaded agreement, to keep: it is never shown as a page of this site."""
    read_query()
    found = read_agreement(context(), file_id, by=acting_person())
    response = send_file(
        found.path, mimetype=found.media_type, as_attachment=True, download_name=found.file_name
    )
    return private(response)
