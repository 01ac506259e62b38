"""What the pages of planning show: the drafts, one of them, a township of it, two side by side, what if."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldapp.domain.errors import ConflictError, FieldappError, InvalidInputError
from fieldapp.domain.permissions import Action, Scope, scope_of
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.i18n import translate
from fieldapp.services.ask_what_if import ask_what_if
from fieldapp.services.draw_map import plan_page
from fieldapp.services.read_desk import first_term
from fieldapp.services.read_fragility import read_fragility
from fieldapp.services.read_options import read_options
from fieldapp.services.read_plans import DraftView, list_drafts, read_draft
from fieldapp.web.planning.figures import count_fragile, figures_of
from fieldapp.web.planning.frame import about, blueprint, current_context, is_fragment, shared
from fieldapp.web.planning.given import given_number, given_place
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Message


@blueprint.get("")
@needs(Action.PLAN_READ)
def index() -> str:
    """The drafts, and the form of a new one."""
    return draft_list()


def draft_list(given: dict[str, Any] | None = None, error: FieldappError | None = None) -> str:
    """The list, with what was typed and why it was refused."""
    context, person = current_context(), acting_person()
    everywhere = shared()
    limited = scope_of(person, Action.PLAN_WRITE) is Scope.COUNTIES
    own = {
        code: name
        for code, name in everywhere["county_names"].items()
        if not limited or code in person.county_codes
    }
    return render_template(
        "plan/list.html",
        drafts=list_drafts(context, by=person),
        given=given or _prefilled(context.today()),
        error=error,
        place_names=set(everywhere["county_names"].values()),
        own_counties=own,
        limited=limited,
        **everywhere,
    )


def _prefilled(today: date) -> dict[str, Any]:
    starts_on, ends_on = first_term(current_context())
    name = translate(Message("Plan of {day}", day=today), g.language)
    return {
        "name": name,
        "starts_on": starts_on.isoformat(),
        "ends_on": ends_on.isoformat(),
        "county_codes": (),
    }


@blueprint.get("/<int:draft_id>")
@needs(Action.PLAN_READ)
def show(draft_id: int) -> str:
    """One draft: its sentence, the map, and everything about it, with a township if one is chosen."""
    chosen = request.args.get("township") or None
    return draft_page(read_draft(current_context(), draft_id, by=acting_person()), chosen=chosen)


def draft_page(draft: DraftView, error: FieldappError | None = None, *, chosen: str | None = None) -> str:
    """The page of a draft, or the parts of it that change; `NotFoundError` where no such one is chosen."""
    given = about(draft, acting_person()) | {"error": error, "specialties": SPECIALTIES}
    if is_fragment():
        return render_template("plan/_fragment.html", **given)
    page = plan_page(current_context(), locale=g.language)
    card = {} if chosen is None else _card(draft, chosen, given)
    return render_template("plan/draft.html", page=page, **given, **card)


@blueprint.get("/<int:draft_id>/townships/<code>")
@needs(Action.PLAN_READ)
def township(draft_id: int, code: str) -> ResponseReturnValue:
    """One township of a draft, and who else could lead it: a part of the draft's page."""
    if not is_fragment():
        return redirect(url_for("plan.show", draft_id=draft_id, township=code), 303)
    person = acting_person()
    draft = read_draft(current_context(), draft_id, by=person)
    given = about(draft, person)
    return render_template("plan/_township.html", **given, **_card(draft, code, given))


def _card(draft: DraftView, code: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """What the card of a township needs beside the rest of the draft's page."""
    return {
        "found": read_options(current_context(), draft.id, code, by=acting_person()),
        "row": given["rows"].get(code),
        "edited": any(pair.township_code == code for pair in (*draft.pins, *draft.forbids)),
        "editable": given["may_write"] and draft.state.is_editable,
    }


@blueprint.get("/<int:draft_id>/fragility")
@needs(Action.PLAN_READ)
def fragility(draft_id: int) -> str:
    """Who cannot be spared: a part of a draft's page that is brought when the rest is there."""
    context, person = current_context(), acting_person()
    found = read_fragility(context, draft_id, by=person)
    draft = replace(read_draft(context, draft_id, by=person), fragility=found)
    return render_template(
        "plan/_fragility.html" if is_fragment() else "plan/fragility.html", **about(draft, person)
    )


@blueprint.get("/<int:draft_id>/what-if")
@needs(Action.PLAN_READ)
def ask(draft_id: int) -> str:
    """What one commissioner more would change; nothing is stored."""
    context, person = current_context(), acting_person()
    draft = read_draft(context, draft_id, by=person)
    lon, lat = given_place()
    near = request.args.get("near", "")
    if lon is None and near:
        post = read_options(context, draft_id, near, by=person).township
        lon, lat = post.seat_lon, post.seat_lat
    answer = ask_what_if(
        context,
        draft_id,
        specialty=request.args.get("specialty") or None,
        lon=lon,
        lat=lat,
        capacity=given_number("capacity", least=1, most=20),
        by=person,
    )
    return render_template(
        "plan/_answer.html" if is_fragment() else "plan/answer.html",
        answer=answer,
        roster=len(draft.difference),
        **about(draft, person),
    )


@blueprint.get("/compare")
@needs(Action.PLAN_READ)
def compare() -> ResponseReturnValue:
    """Two drafts side by side: their figures, and the townships for which they differ."""
    ids = list(dict.fromkeys(request.args.getlist("draft", type=int)))
    if len(ids) != 2:
        error = InvalidInputError(Message("Choose two plans to compare them."), code="query.invalid")
        return draft_list(error=error), 422
    context, person = current_context(), acting_person()
    sides, tables = list[dict[str, Any]](), list[dict[str, Any]]()
    for draft_id in ids:
        draft = read_draft(context, draft_id, by=person)
        figures = figures_of(draft)
        tables.append({row["township"]: row for row in draft.difference})
        if figures is None:
            raise InvalidInputError(
                Message("The plan {name} is not solved, so it cannot be compared.", name=draft.name),
                code="plan.unsolved",
            )
        try:
            fragile = count_fragile(read_fragility(context, draft_id, by=person))
        except ConflictError:  # an old plan of which it cannot be found out any more
            fragile = None
        sides.append({"draft": draft, "figures": figures | {"fragile": fragile}})
    both = tables[0].keys() & tables[1].keys()
    return render_template(
        "plan/compare.html",
        sides=[side | {"alone": len(table) - len(both)} for side, table in zip(sides, tables, strict=True)],
        shared_townships=len(both),
        differing=_differing(tables[0], tables[1]),
        **shared(),
    )


def _differing(one: dict[str, Any], other: dict[str, Any]) -> list[dict[str, Any]]:
    """The townships of both drafts that they give to different commissioners, in the order of their codes."""
    return [
        {"name": row["name"], "county_code": row["county_code"], "sides": (row, other[code])}
        for code, row in sorted(one.items())
        if code in other and row["commissioner"] != other[code]["commissioner"]
    ]
