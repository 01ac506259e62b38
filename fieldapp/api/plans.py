"""Plans: drafts that are solved, edited, published and undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Blueprint, Response, g, jsonify, url_for

from fieldapp.api.answers import context, private
from fieldapp.api.errors import told
from fieldapp.api.operations import NEW, PAGING, TAG, Answer, Operation, describe
from fieldapp.api.plan_schemas import NAME, PAIRS, PLAN, REVISION, SUMMARY
from fieldapp.api.requests import cursor_of, read_body, read_place, read_query, seen_revision
from fieldapp.api.schemas import COUNTY_CODE, day, many, page_of, record, whole
from fieldapp.domain.assignments import Assignment, day_after
from fieldapp.domain.permissions import Action
from fieldapp.domain.planning import Pair
from fieldapp.i18n import translate
from fieldapp.services.draft_plan import (
    cancel_draft,
    discard_draft,
    draft_plan,
    edit_draft,
    read_wish,
    rename_draft,
)
from fieldapp.services.planning_input import Wish
from fieldapp.services.public_notice import usual_term
from fieldapp.services.publish_plan import publish_plan, undo_plan
from fieldapp.services.read_plans import DraftSummary, DraftView, page_drafts, read_draft
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("plans", __name__)
ONE_PLAN = "/plans/<int(max=9223372036854775807):draft_id>"
MISSING_PLAN = "There is no such plan, or none you may see."
_NO_ROADS = "routing.unavailable: the routing server of the installation does not answer."
_SOLVING = Answer("It is being solved: ask for it again.", PLAN, headers=NEW)


def _step(summary: str, conflict: str) -> Callable[..., Any]:
    """Describe a step on the revision that was seen; it answers the plan as it then is."""
    return describe(
        Operation(
            summary,
            {200: Answer("The plan as it is now.", PLAN, headers=TAG)},
            body=record(optional=("revision",), revision=REVISION),
            problems={404: MISSING_PLAN, 409: conflict},
            revised=True,
        )
    )


@blueprint.get("/plans")
@needs(Action.PLAN_READ)
@describe(
    Operation(
        "The drafts of plans, the latest first.",
        {200: Answer("A page of the list.", page_of(SUMMARY))},
        PAGING,
    )
)
def plans() -> Response:
    """The drafts that the person may see."""
    place = read_place(read_query(), numbered=True)
    found, next_id = page_drafts(context(), place, by=acting_person())
    return private(jsonify(items=[_summary(each) for each in found], next=cursor_of(next_id)))


@blueprint.post("/plans")
@needs(Action.PLAN_WRITE)
@describe(
    Operation(
        "Draft a plan: the best assignments for a term.",
        {201: Answer("It is solved.", PLAN, headers=NEW), 202: _SOLVING},
        body=record(
            optional=("starts_on", "ends_on", "county_codes", "pins", "forbids", "copy_of"),
            name=NAME,
            starts_on=day("The first day of the term; tomorrow where it is left out."),
            ends_on=day("The last day; a year later where it is left out."),
            county_codes=many(COUNTY_CODE, "None means all that one may plan for.", maxItems=1000),
            pins=PAIRS,
            forbids=PAIRS,
            copy_of=whole("The plan from which what is left out is taken.", minimum=0, maximum=2**63 - 1),
        ),
        problems={404: "There is no such plan to copy, or none you may see.", 503: _NO_ROADS},
        description="What contradicts itself is refused with 422 and points at it.",
    )
)
def new_plan() -> Response:
    """A new draft."""
    read_query()
    body = read_body()
    draft_id = draft_plan(context(), body["name"], _wish(body), by=acting_person())
    return _again(draft_id, made=True)


@blueprint.get(ONE_PLAN)
@needs(Action.PLAN_READ)
@describe(Operation("One plan.", {200: Answer("One plan.", PLAN, headers=TAG)}, problems={404: MISSING_PLAN}))
def plan(draft_id: int) -> Response:
    """One draft with its reasons."""
    read_query()
    return _again(draft_id)


@blueprint.put(f"{ONE_PLAN}/edits")
@needs(Action.PLAN_WRITE)
@describe(
    Operation(
        "Pin and forbid pairs, and solve the plan again around them, from the register as it is now.",
        {200: Answer("It is solved.", PLAN, headers=TAG), 202: _SOLVING},
        body=record(optional=("revision",), pins=PAIRS, forbids=PAIRS, revision=REVISION),
        problems={
            404: MISSING_PLAN,
            409: "It is being solved, was published, or somebody was faster.",
            503: _NO_ROADS,
        },
        revised=True,
    )
)
def edit_plan(draft_id: int) -> Response:
    """The draft solved again around edits."""
    read_query()
    body = read_body()
    edit_draft(
        context(),
        draft_id,
        pins=_pairs(body["pins"]),
        forbids=_pairs(body["forbids"]),
        revision=seen_revision(body),
        by=acting_person(),
    )
    return _again(draft_id)


@blueprint.post(f"{ONE_PLAN}/rename")
@needs(Action.PLAN_WRITE)
@describe(
    Operation(
        "Give a plan another name.",
        {200: Answer("The plan as it is now.", PLAN, headers=TAG)},
        body=record(name=NAME),
        problems={404: MISSING_PLAN},
    )
)
def rename_plan(draft_id: int) -> Response:
    """Another name."""
    read_query()
    rename_draft(context(), draft_id, read_body()["name"], by=acting_person())
    return _again(draft_id)


@blueprint.post(f"{ONE_PLAN}/cancel")
@needs(Action.PLAN_WRITE)
@describe(
    Operation(
        "Stop solving a plan.",
        {200: Answer("The plan as it is now.", PLAN, headers=TAG)},
        problems={404: MISSING_PLAN, 409: "It is not being solved."},
    )
)
def cancel_plan(draft_id: int) -> Response:
    """The solving is stopped."""
    read_query()
    cancel_draft(context(), draft_id, by=acting_person())
    return _again(draft_id)


@blueprint.post(f"{ONE_PLAN}/publish")
@needs(Action.PLAN_PUBLISH)
@_step(
    "Publish a plan as proposed assignments, all of it or nothing.",
    "It is not ready, or plan.outdated or plan.hindered: errors list what has changed, or what has to be "
    "done first.",
)
def publish_one_plan(draft_id: int) -> Response:
    """Proposals made of a plan."""
    read_query()
    publish_plan(context(), draft_id, revision=seen_revision(read_body()), by=acting_person())
    return _again(draft_id)


@blueprint.post(f"{ONE_PLAN}/undo")
@needs(Action.PLAN_PUBLISH)
@_step(
    "Withdraw all the proposals that a plan was published as.",
    "It is not published, or plan.acted_upon: errors list the proposals with which something was done.",
)
def undo_one_plan(draft_id: int) -> Response:
    """Publishing taken back."""
    read_query()
    undo_plan(context(), draft_id, revision=seen_revision(read_body()), by=acting_person())
    return _again(draft_id)


@blueprint.delete(ONE_PLAN)
@needs(Action.PLAN_WRITE)
@describe(
    Operation(
        "Delete a draft.",
        {204: Answer("It is gone.")},
        problems={404: MISSING_PLAN, 409: "It was published, so it is kept."},
    )
)
def discard_plan(draft_id: int) -> Response:
    """A draft that nobody needs."""
    read_query()
    discard_draft(context(), draft_id, by=acting_person())
    return Response(status=204)


def _wish(body: Mapping[str, Any]) -> Wish:
    """What is asked for; of what is left out, as the plan that is copied has it, or as is usual."""
    copied = read_wish(context(), body["copy_of"], by=acting_person()) if "copy_of" in body else None
    starts_on = body.get("starts_on") or (copied.starts_on if copied else day_after(context().today()))
    keeps_term = copied is not None and "starts_on" not in body
    return Wish(
        starts_on,
        body.get("ends_on") or (copied.ends_on if copied and keeps_term else usual_term(starts_on)),
        tuple(body.get("county_codes", copied.county_codes if copied else ())),
        _pairs(body["pins"]) if "pins" in body else copied.pins if copied else (),
        _pairs(body["forbids"]) if "forbids" in body else copied.forbids if copied else (),
    )


def _pairs(given: Sequence[Mapping[str, str]]) -> tuple[Pair, ...]:
    return tuple(Pair(each["township"], each["commissioner"]) for each in given)


def _again(draft_id: int, *, made: bool = False) -> Response:
    """The plan as it is now, for whoever made or changed it."""
    found = read_draft(context(), draft_id, by=acting_person())
    response = private(jsonify(_whole(found)))
    response.set_etag(str(found.revision))
    if made or found.state.is_running:
        response.headers["Location"] = url_for("api.plans.plan", draft_id=draft_id)
    if made:
        response.status_code = 202 if found.state.is_running else 201
    return response


def _summary(found: DraftSummary) -> dict[str, Any]:
    plain = {
        name: value.isoformat() if hasattr(value, "isoformat") else told(value)
        for name in SUMMARY["properties"]
        if name != "progress"
        for value in (getattr(found, name),)
    }
    progress = None
    if found.stage is not None:
        progress = {
            "stage": found.stage,
            "words": translate(found.stage.words, g.language),
            "share": found.share,
        }
    return plain | {"progress": progress}


def _whole(found: DraftView) -> dict[str, Any]:
    more = PLAN["properties"].keys() - SUMMARY["properties"].keys()
    return _summary(found) | {name: _told(getattr(found, name)) for name in more}


def _told(value: object) -> object:
    if isinstance(value, tuple) and value and isinstance(value[0], Pair):
        return [{"township": each.township_code, "commissioner": each.commissioner_id} for each in value]
    if isinstance(value, tuple) and value and isinstance(value[0], Assignment):
        return [
            {
                "township": each.township_code,
                "commissioner": each.commissioner_id,
                "starts_on": each.starts_on.isoformat(),
                "ends_on": each.ends_on.isoformat(),
            }
            for each in value
        ]
    return told(value)
