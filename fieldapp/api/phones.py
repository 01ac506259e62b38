"""What a phone says of itself after each sync."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, jsonify

from fieldapp.api.answers import context, private
from fieldapp.api.errors import told
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.requests import read_body, read_query
from fieldapp.api.schemas import flag, moment, nullable, record, text, whole
from fieldapp.domain.permissions import Action
from fieldapp.services.note_phone import MOST_PENDING, PhoneState, note_phone
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("phones", __name__)


@blueprint.put("/field/phones/<uuid:phone_id>")
@needs(Action.VISIT_WRITE)
@describe(
    Operation(
        "Say how a phone stands after it has synced.",
        {
            200: Answer(
                "It is kept.",
                record(
                    reminder=nullable(text("What to remind the commissioner of; null where all is well."))
                ),
            )
        },
        body=record(
            "",
            pending=whole("Logs and photos that were not sent yet.", minimum=0, maximum=MOST_PENDING),
            oldest_pending_at=nullable(moment("Since when the oldest of them waits; null where none does.")),
            app_version=text(maxLength=40),
            persistent=flag("Whether the browser has promised to keep what is stored."),
            clock=moment("What the phone's clock shows now."),
        ),
        description="The id is made by the phone and stays the same on it.",
    )
)
def put_phone(phone_id: UUID) -> Response:
    """Keep what a phone says of itself."""
    read_query()
    body = read_body()
    reminder = note_phone(context(), phone_id, PhoneState(**body), by=acting_person())
    return private(jsonify(reminder=told(reminder)))
