"""The forms of what a township needs, and of who is kept from it."""

from __future__ import annotations

from flask import Response, g, jsonify

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.i18n import translate
from fieldapp.services.set_recusal import lift_recusal, recuse_commissioner
from fieldapp.services.state_demand import meet_demand, reopen_demand, state_demand
from fieldapp.web.assigning.frame import blueprint, current_context, given_number, given_text
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Message


@blueprint.post("/townships/<code>/demands")
@needs(Action.DEMAND_WRITE)
def state_need(code: str) -> Response:
    """Note what a township needs."""
    state_demand(current_context(), code, given_text("text"), by=acting_person())
    return _said(Message("The need was noted."))


@blueprint.post("/demands/<int:demand_id>/met")
@needs(Action.DEMAND_WRITE)
def meet_need(demand_id: int) -> Response:
    """Note that a need was met, and how."""
    meet_demand(
        current_context(), demand_id, given_text("answer"), revision=_given_revision(), by=acting_person()
    )
    return _said(Message("The need was noted as met."))


@blueprint.post("/demands/<int:demand_id>/reopen")
@needs(Action.DEMAND_WRITE)
def reopen_need(demand_id: int) -> Response:
    """Take back that a need was met."""
    reopen_demand(current_context(), demand_id, revision=_given_revision(), by=acting_person())
    return _said(Message("The need is open again."))


@blueprint.post("/recusals")
@needs(Action.RECUSAL_WRITE)
def recuse() -> Response:
    """Keep a commissioner from a township."""
    person = given_text("commissioner_id", 30)
    if not person:
        raise InvalidInputError(Message("Choose a commissioner first."), code="query.invalid")
    recuse_commissioner(
        current_context(), person, given_text("township_code", 9), given_text("reason"), by=acting_person()
    )
    return _said(Message("The recusal was noted."))


@blueprint.post("/recusals/<int:recusal_id>/lift")
@needs(Action.RECUSAL_WRITE)
def lift(recusal_id: int) -> Response:
    """Let a recusal end."""
    lift_recusal(current_context(), recusal_id, by=acting_person())
    return _said(Message("The recusal was lifted."))


def _given_revision() -> int:
    revision = given_number("revision")
    if revision is None:
        raise InvalidInputError(
            Message("The form does not say which state it was filled in upon. Reload the page."),
            code="revision.missing",
        )
    return revision


def _said(message: Message) -> Response:
    """What was done; such an entry is taken back by its own button."""
    return jsonify(message=translate(message, g.language), undo=[])
