"""The planning policy: what holds now, and a new version of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify

from fieldapp.api.answers import context, private
from fieldapp.api.operations import Answer, Operation, describe
from fieldapp.api.plan_schemas import POLICY, POLICY_CHANGE
from fieldapp.api.requests import read_body, read_query, seen_revision
from fieldapp.api.schemas import many, record
from fieldapp.domain.permissions import Action
from fieldapp.services.planning_policy import KeptPolicy, change_policy, list_policies, read_policy
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("planning_policy", __name__)
_TAG = {"ETag": "The version."}


@blueprint.get("/planning-policy")
@needs(Action.PLAN_READ)
@describe(
    Operation(
        "The fit table and the limits that plans are made under.",
        {200: Answer("The version that holds.", POLICY, headers=_TAG)},
    )
)
def planning_policy() -> Response:
    """The version that holds."""
    read_query()
    return _send(read_policy(context(), by=acting_person()))


@blueprint.get("/planning-policy/versions")
@needs(Action.PLAN_READ)
@describe(
    Operation("Every version, the latest first.", {200: Answer("All of them.", record(items=many(POLICY)))})
)
def planning_policy_versions() -> Response:
    """Every version."""
    read_query()
    found = list_policies(context(), by=acting_person())
    return private(jsonify(items=[_shown(each) for each in found]))


@blueprint.put("/planning-policy")
@needs(Action.SETTING_WRITE)
@describe(
    Operation(
        "Make a new version; what is left out stays, and plans that are drafted keep theirs.",
        {200: Answer("The version that holds.", POLICY, headers=_TAG)},
        body=POLICY_CHANGE,
        problems={409: "Somebody was faster."},
        description="The revision that was seen is the version.",
        revised=True,
    )
)
def change_planning_policy() -> Response:
    """A new version."""
    read_query()
    body = read_body()
    seen = seen_revision(body)
    note = body.pop("note", "")
    if "fit" in body:
        body["fit"] = _fit_of(body["fit"])
    return _send(change_policy(context(), body, note=note, seen=seen, by=acting_person()))


def _fit_of(scores: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = {}
    for each in scores:
        table.setdefault(each["category"], {})[each["specialty"]] = each["score"]
    return table


def _send(kept: KeptPolicy) -> Response:
    response = private(jsonify(_shown(kept)))
    response.set_etag(str(kept.version))
    return response


def _shown(kept: KeptPolicy) -> dict[str, Any]:
    return kept.policy.to_json() | {
        "version": kept.version,
        "note": kept.note,
        "created_at": None if kept.created_at is None else kept.created_at.isoformat(),
        "created_by_name": kept.created_by_name,
        "fit": [
            {"category": category, "specialty": specialty, "score": score}
            for category, scores in kept.policy.fit.items()
            for specialty, score in scores.items()
        ],
    }
