"""What townships need, and when it was met."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from fieldapp.api.answers import context, send_new, send_row, shown
from fieldapp.api.operations import NEW, TAG, Answer, Operation, describe
from fieldapp.api.requests import read_body, read_query, seen_revision
from fieldapp.api.schemas import REVISION, TOWNSHIP_CODE, Named, day, many, nullable, record, text, whole
from fieldapp.domain.permissions import Action
from fieldapp.services.state_demand import (
    LONGEST,
    meet_demand,
    read_demand,
    read_demands,
    reopen_demand,
    state_demand,
)
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("demands", __name__)
_ONE = "/demands/<int(max=9223372036854775807):demand_id>"
_WORDS = text(pattern=r"\S", maxLength=LONGEST)
_DEMAND = Named(
    "Demand",
    record(
        id=whole(),
        township_code=TOWNSHIP_CODE,
        text=text("What the township needs."),
        stated_on=day(),
        met_on=nullable(day("Null where it is open.")),
        answer=text("How it was met."),
        revision=whole(minimum=1),
    ),
)


@blueprint.get("/townships/<code>/demands")
@needs(Action.DEMAND_READ)
@describe(
    Operation(
        "What a township needs, the open needs first.",
        {200: Answer("All of them.", record(items=many(_DEMAND)))},
        problems={404: "There is no such township."},
    )
)
def demands(code: str) -> Response:
    """The demands of one township."""
    read_query()
    found = read_demands(context(), code, by=acting_person())
    return jsonify(items=[shown(each, _DEMAND) for each in found])


@blueprint.post("/townships/<code>/demands")
@needs(Action.DEMAND_WRITE)
@describe(
    Operation(
        "Note what a township needs.",
        {201: Answer("It is noted.", _DEMAND, headers=NEW)},
        body=record(text=_WORDS),
        problems={404: "There is no such township.", 409: "The same need is open already."},
    )
)
def state(code: str) -> Response:
    """A new demand."""
    read_query()
    demand_id = state_demand(context(), code, read_body()["text"], by=acting_person())
    address = url_for("api.demands.demand", demand_id=demand_id)
    return send_new(read_demand(context(), demand_id, by=acting_person()), _DEMAND, address)


@blueprint.get(_ONE)
@needs(Action.DEMAND_READ)
@describe(
    Operation(
        "One need.",
        {200: Answer("One need.", _DEMAND, headers=TAG)},
        problems={404: "There is no such need."},
    )
)
def demand(demand_id: int) -> Response:
    """One demand."""
    read_query()
    return _again(demand_id)


@blueprint.post(f"{_ONE}/meet")
@needs(Action.DEMAND_WRITE)
@describe(
    Operation(
        "Note that a need was met today.",
        {200: Answer("It is noted.", _DEMAND, headers=TAG)},
        body=record(optional=("revision",), answer=_WORDS, revision=REVISION),
        problems={404: "There is no such need.", 409: "It was met already, or somebody was faster."},
        revised=True,
    )
)
def meet(demand_id: int) -> Response:
    """A demand is met."""
    read_query()
    body: dict[str, Any] = read_body()
    meet_demand(context(), demand_id, body["answer"], revision=seen_revision(body), by=acting_person())
    return _again(demand_id)


@blueprint.post(f"{_ONE}/reopen")
@needs(Action.DEMAND_WRITE)
@describe(
    Operation(
        "Take back that a need was met.",
        {200: Answer("It is open.", _DEMAND, headers=TAG)},
        body=record(optional=("revision",), revision=REVISION),
        problems={404: "There is no such need.", 409: "It is open, or somebody was faster."},
        revised=True,
    )
)
def reopen(demand_id: int) -> Response:
    """A demand is open again."""
    read_query()
    reopen_demand(context(), demand_id, revision=seen_revision(read_body()), by=acting_person())
    return _again(demand_id)


def _again(demand_id: int) -> Response:
    return send_row(read_demand(context(), demand_id, by=acting_person()), _DEMAND)
