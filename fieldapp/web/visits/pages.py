"""The list of visits and the page of one."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.domain.reviewing import LONGEST_NOTE, REVIEW_WORDS
from fieldapp.domain.visits import EvidenceGrade
from fieldapp.services.answer_question import answer_question
from fieldapp.services.columns.lists import VISIT_LIST
from fieldapp.services.list_visits import VISIT_SORTS, list_visits, stream_visits
from fieldapp.services.show_visit import show_visit
from fieldapp.web.refusals import status_of
from fieldapp.web.registers.asking import (
    SheetFormat,
    asked_page,
    asked_sort,
    download_list,
    sort_links,
    the_context,
    with_query,
)
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.visits.asked import asked_filter
from fieldapp.web.visits.map import map_settings

blueprint = Blueprint("visits", __name__)


@blueprint.get("/visits")
@needs(Action.VISIT_READ)
def show_list() -> str:
    """The visits asked for, a page at a time."""
    wanted = asked_filter()
    sort, descending = _order()
    found = list_visits(
        the_context(), wanted, sort=sort, descending=descending, page=asked_page(), by=acting_person()
    )
    path = url_for("visits.show_list")
    return render_template(
        "visits/list.html",
        wanted=wanted,
        found=found,
        page=found.page,
        reviews=REVIEW_WORDS,
        grades=list(EvidenceGrade),
        sorts=sort_links(path, VISIT_SORTS, sort, descending),
        with_query=with_query,
    )


@blueprint.get("/visits.<any(csv, xlsx):file_format>")
@needs(Action.VISIT_READ, Action.EXPORT_READ)
def download(file_format: SheetFormat) -> Response:
    """The same list as a sheet, all pages of it."""
    sort, descending = _order()
    rows = stream_visits(the_context(), asked_filter(), sort=sort, descending=descending, by=acting_person())
    return download_list("visits", VISIT_LIST, rows, file_format)


@blueprint.get("/visits/<uuid:visit_id>")
@needs(Action.VISIT_READ)
def show(visit_id: UUID) -> str:
    """One visit's page."""
    return visit_page(visit_id)


@blueprint.post("/visits/<uuid:visit_id>/notes")
@needs(Action.VISIT_WRITE)
def answer(visit_id: UUID) -> AnyResponse | tuple[str, int]:
    """The commissioner's answer."""
    try:
        note_id = UUID(request.form.get("id", ""))
    except ValueError:
        note_id = uuid4()
    text = request.form.get("text", "")
    try:
        answer_question(the_context(), visit_id, note_id, text, by=acting_person())
    except (ConflictError, InvalidInputError) as error:
        return visit_page(visit_id, refusal=error.message, typed=text), status_of(error)
    return redirect(url_for("visits.show", visit_id=visit_id, done="answered"), 303)


def visit_page(visit_id: UUID, **more: Any) -> str:
    """The page of a visit, with what there is to say beside it."""
    page = show_visit(the_context(), visit_id, by=acting_person())
    return render_template(
        "visits/show.html",
        page=page,
        row=page.row,
        map=map_settings(page),
        note_id=uuid4(),
        longest_note=LONGEST_NOTE,
        done=request.args.get("done"),
        **more,
    )


def _order() -> tuple[str, bool]:
    if "sort" not in request.args:
        return "day", request.args.get("order") != "asc"
    return asked_sort(VISIT_SORTS, "day")
