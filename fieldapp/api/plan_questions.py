"""What can be asked of a solved plan: who cannot be spared, and what one more would change."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, jsonify

from fieldapp.api.answers import context, private
from fieldapp.api.errors import told
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.plan_schemas import FRAGILITY, WHAT_IF
from fieldapp.api.plans import MISSING_PLAN, ONE_PLAN
from fieldapp.api.requests import read_body, read_query
from fieldapp.api.schemas import many, nullable, number, one_of, record, whole
from fieldapp.domain.permissions import Action
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.services.ask_what_if import ask_what_if
from fieldapp.services.read_fragility import read_fragility
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("plan_questions", __name__)


@blueprint.get(f"{ONE_PLAN}/fragility")
@needs(Action.PLAN_READ)
@describe(
    Operation(
        "Who leads a township in a plan: those first who cannot be spared, with the best repair.",
        {200: Answer("All of them.", record(items=many(FRAGILITY)))},
        problems={404: MISSING_PLAN, 409: "It is not solved."},
    )
)
def plan_fragility(draft_id: int) -> Response:
    """On whom coverage hangs."""
    read_query()
    found = read_fragility(context(), draft_id, by=acting_person())
    return private(jsonify(items=told(found)))


@blueprint.post(f"{ONE_PLAN}/what-if")
@needs(Action.PLAN_READ)
@describe(
    Operation(
        "What one more commissioner would change; nothing is stored.",
        {200: Answer("The plan with one more.", WHAT_IF)},
        body=record(
            optional=("specialty", "lon", "lat", "capacity"),
            specialty=nullable(one_of(SPECIALTIES)),
            lon=nullable(number("Of the home base.", minimum=-180, maximum=180)),
            lat=nullable(number(minimum=-90, maximum=90)),
            capacity=whole(minimum=1, maximum=100),
        ),
        problems={404: MISSING_PLAN, 409: "It is not solved."},
    )
)
def what_if_one_more(draft_id: int) -> Response:
    """One more commissioner, somewhere."""
    read_query()
    body = {"specialty": None, "lon": None, "lat": None} | read_body()
    return private(jsonify(asdict(ask_what_if(context(), draft_id, by=acting_person(), **body))))
