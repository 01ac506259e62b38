"""The blueprint of planning, and what all its pages are given."""

from __future__ import annotations

from typing import Any, cast

from flask import Blueprint, Response, current_app, request

from fieldapp.domain.permissions import Action, Person, Row, may
from fieldapp.domain.planning.outcomes import OUTCOMES
from fieldapp.services.context import Context
from fieldapp.services.describe_counties import county_names
from fieldapp.services.list_institutions import spelled
from fieldapp.services.read_plans import DraftView
from fieldapp.web.planning.figures import figures_of
from fieldapp.web.planning.place_words import draft_with_places
from fieldapp.web.site import FRAGMENT
from geodata.errors import Message

blueprint = Blueprint("plan", __name__, url_prefix="/plan")


def current_context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])


def is_fragment() -> bool:
    """Whether the page's own script asks, which takes in what has changed."""
    return FRAGMENT in request.headers


@blueprint.after_request
def keep_private(response: Response) -> Response:
    """What officers see is nobody else's: it is asked for anew each time."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.vary.add(FRAGMENT)
    return response


@blueprint.app_template_filter("pinyin")
def pinyin(text: str) -> str:
    """What a name is sorted by."""
    return spelled(text)


def shared() -> dict[str, Any]:
    """What the templates of plans all need."""
    return {
        "outcomes": OUTCOMES,
        "outcome_rank": {outcome: rank for rank, outcome in enumerate(OUTCOMES)},
        "county_names": county_names(current_context()),
    }


def about(draft: DraftView, person: Person) -> dict[str, Any]:
    """What the templates of one draft need."""
    everywhere = shared()
    places = {row["name"] for row in draft.difference} | set(everywhere["county_names"].values())
    draft = draft_with_places(draft, places)
    people = {row["commissioner"]: row["name"] for row in draft.leftover}
    for row in draft.difference:
        people |= {row["before"]: row["before_name"], row["commissioner"]: row["commissioner_name"]}
    return everywhere | {
        "draft": draft,
        "place_names": places,
        "figures": figures_of(draft),
        "counties": sorted(
            (
                {**county, "gap": county["roster"] - county["after"] - county["later"]}
                for county in draft.counties
            ),
            key=lambda county: (-county["gap"], county["code"]),
        ),
        "shortages": _shortages(draft),
        "open_codes": {row["township"] for row in draft.difference if row["commissioner"] is None},
        "rows": {row["township"]: row for row in draft.difference},
        "township_names": {row["township"]: row["name"] for row in draft.difference},
        "people_names": people,
        "may_write": may(person, Action.PLAN_WRITE, Row(county_codes=frozenset(draft.county_codes))),
    }


def _shortages(draft: DraftView) -> list[dict[str, Any]]:
    """What stands in the way, one entry a sentence, with the specialties that would help."""
    found: dict[Message, dict[str, Any]] = {}
    for one in () if draft.plan is None else draft.plan["shortages"]:
        entry = found.setdefault(
            one["reason"], {"reason": one["reason"], "townships": one["townships"], "specialties": []}
        )
        entry["specialties"].append(one["specialty"])
    return list(found.values())
