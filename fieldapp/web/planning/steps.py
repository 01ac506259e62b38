"""The forms of planning: each reads what was given, calls one service, and shows what came of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from fieldapp.domain.errors import FieldappError, InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.domain.planning import Pair, RoutingError
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.domain.planning.editing import Edits
from fieldapp.services.draft_plan import (
    cancel_draft,
    discard_draft,
    draft_plan,
    edit_draft,
    read_wish,
    rename_draft,
)
from fieldapp.services.planning_input import Wish
from fieldapp.services.publish_plan import publish_plan, undo_plan
from fieldapp.services.read_plans import read_draft
from fieldapp.web.planning.frame import about, blueprint, current_context, is_fragment
from fieldapp.web.planning.given import given_day, given_revision
from fieldapp.web.planning.pages import draft_list, draft_page
from fieldapp.web.planning.place_words import refusal_with_places
from fieldapp.web.refusals import status_of
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.site import words
from geodata.errors import Counted, Message

# What each step makes of the edits there are.
_STEPS: Mapping[str, Callable[[Edits, Pair], Edits]] = {
    "pin": lambda edits, pair: edits.pin(pair),
    "forbid": lambda edits, pair: edits.forbid(pair),
    "unpin": lambda edits, pair: edits.unpin(pair.township_code),
    "allow": lambda edits, pair: edits.allow(pair),
    "free": lambda edits, pair: edits.free(pair.township_code),
    "clear": lambda _, __: Edits(),
    "solve": lambda edits, _: edits,
}


@blueprint.post("")
@needs(Action.PLAN_WRITE)
def draft() -> ResponseReturnValue:
    """Make a plan; what cannot be planned is shown beside what was typed."""
    codes = tuple(dict.fromkeys(request.form.getlist("county_codes")))
    try:
        wish = Wish(given_day("starts_on"), given_day("ends_on"), codes)
        draft_id = draft_plan(current_context(), request.form.get("name", ""), wish, by=acting_person())
    except (InvalidInputError, RoutingError) as error:
        given = {name: request.form.get(name, "")[:200] for name in ("name", "starts_on", "ends_on")}
        return draft_list(given | {"county_codes": codes}, error), status_of(error)
    return redirect(url_for("plan.show", draft_id=draft_id), 303)


@blueprint.post("/<int:draft_id>/edits")
@needs(Action.PLAN_WRITE)
def edit(draft_id: int) -> ResponseReturnValue:
    """Take one step of editing by hand, and solve the plan again around it."""
    context, person, revision = current_context(), acting_person(), given_revision()
    wish = read_wish(context, draft_id, by=person)
    edits = _edited(Edits(wish.pins, wish.forbids))
    try:
        edit_draft(context, draft_id, pins=edits.pins, forbids=edits.forbids, revision=revision, by=person)
    except (InvalidInputError, RoutingError) as error:
        draft = read_draft(context, draft_id, by=person)
        if is_fragment():
            refusal_with_places(error, about(draft, person)["place_names"])
            raise
        return draft_page(draft, error), status_of(error)
    return _shown(draft_id)


def _edited(edits: Edits) -> Edits:
    step, code = request.form.get("step", ""), request.form.get("township", "")
    pair = Pair(code, request.form.get("commissioner", ""))
    if step not in _STEPS or (step in ("pin", "forbid") and not all((code, pair.commissioner_id))):
        raise InvalidInputError(Message("Choose a township and a commissioner first."), code="query.invalid")
    return _STEPS[step](edits, pair)


@blueprint.post("/<int:draft_id>/cancel")
@needs(Action.PLAN_WRITE)
def cancel(draft_id: int) -> ResponseReturnValue:
    """Stop solving."""
    cancel_draft(current_context(), draft_id, by=acting_person())
    return _shown(draft_id)


@blueprint.post("/<int:draft_id>/rename")
@needs(Action.PLAN_WRITE)
def rename(draft_id: int) -> ResponseReturnValue:
    """Give the plan another name."""
    rename_draft(current_context(), draft_id, request.form.get("name", ""), by=acting_person())
    return _shown(draft_id)


@blueprint.post("/<int:draft_id>/copy")
@needs(Action.PLAN_WRITE)
def copy(draft_id: int) -> ResponseReturnValue:
    """Make another draft like this one, from the register as it stands now."""
    context, person = current_context(), acting_person()
    original = read_draft(context, draft_id, by=person)
    name = words(Message("{name} (copy)", name=original.name[:90]))
    made = draft_plan(context, name, read_wish(context, draft_id, by=person), by=person)
    return redirect(url_for("plan.show", draft_id=made), 303)


@blueprint.post("/<int:draft_id>/discard")
@needs(Action.PLAN_WRITE)
def discard(draft_id: int) -> ResponseReturnValue:
    """Delete a draft that was never published."""
    discard_draft(current_context(), draft_id, by=acting_person())
    flash(words(Message("The draft was discarded.")))
    return redirect(url_for("plan.index"), 303)


@blueprint.get("/<int:draft_id>/publish")
@needs(Action.PLAN_PUBLISH)
def confirm(draft_id: int) -> ResponseReturnValue:
    """Exactly what publishing would write; of a plan that cannot be published now, the plan itself."""
    if read_draft(current_context(), draft_id, by=acting_person()).state is not DraftState.READY:
        return redirect(url_for("plan.show", draft_id=draft_id), 303)
    return _confirmation(draft_id)


@blueprint.post("/<int:draft_id>/publish")
@needs(Action.PLAN_PUBLISH)
def publish(draft_id: int) -> ResponseReturnValue:
    """Propose all of it, or nothing; a refusal lists what stands in the way."""
    try:
        written = publish_plan(current_context(), draft_id, revision=given_revision(), by=acting_person())
    except FieldappError as error:
        return _confirmation(draft_id, error), status_of(error)
    flash(
        words(
            Counted(
                "The plan is published: {count} assignment was proposed.",
                "The plan is published: {count} assignments were proposed.",
                count=len(written),
            )
        )
    )
    return redirect(url_for("plan.show", draft_id=draft_id), 303)


@blueprint.post("/<int:draft_id>/undo")
@needs(Action.PLAN_PUBLISH)
def undo(draft_id: int) -> ResponseReturnValue:
    """Withdraw every proposal that came from the plan."""
    context, person = current_context(), acting_person()
    try:
        undo_plan(context, draft_id, revision=given_revision(), by=person)
    except FieldappError as error:
        return draft_page(read_draft(context, draft_id, by=person), error), status_of(error)
    flash(words(Message("The publication was undone.")))
    return redirect(url_for("plan.show", draft_id=draft_id), 303)


def _confirmation(draft_id: int, error: FieldappError | None = None) -> str:
    person = acting_person()
    view = read_draft(current_context(), draft_id, by=person)
    return render_template("plan/publish.html", error=error, **about(view, person))


def _shown(draft_id: int) -> ResponseReturnValue:
    """The changed parts for the page's script, or the page."""
    if is_fragment():
        return draft_page(read_draft(current_context(), draft_id, by=acting_person()))
    return redirect(url_for("plan.show", draft_id=draft_id), 303)
