"""Townships: the list with their coverage, and everything of one."""

from __future__ import annotations

from dataclasses import asdict

from flask import Blueprint, Response, render_template, request, url_for

from fieldapp.domain.coverage import CoverageStatus
from fieldapp.domain.listing import page_of
from fieldapp.domain.permissions import Action
from fieldapp.domain.specialties import PRODUCT_CATEGORIES
from fieldapp.services.columns.lists import TOWNSHIP_LIST
from fieldapp.services.list_townships import (
    TOWNSHIP_SORTS,
    TownshipList,
    TownshipQuery,
    list_townships,
)
from fieldapp.services.read_timeline import read_timeline
from fieldapp.services.show_township import show_township
from fieldapp.web.registers.asking import (
    SheetFormat,
    asked_page,
    asked_sort,
    asked_text,
    download_list,
    for_reading,
    sort_links,
    the_context,
    with_query,
)
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("townships", __name__)

_STATUSES = tuple(CoverageStatus)


@blueprint.get("/townships")
@needs(Action.TOWNSHIP_READ)
def show_list() -> str:
    """The townships asked for, a page at a time."""
    query, found = _listed()
    path = url_for("townships.show_list")
    return render_template(
        "registers/townships.html",
        query=query,
        page=page_of(found.lines, asked_page()),
        found=found,
        statuses=_STATUSES,
        sorts=sort_links(path, TOWNSHIP_SORTS, query.sort, query.descending),
        with_query=with_query,
    )


@blueprint.get("/townships.<any(csv, xlsx):file_format>")
@needs(Action.TOWNSHIP_READ, Action.EXPORT_READ)
def download(file_format: SheetFormat) -> Response:
    """The same list as a sheet."""
    _, found = _listed()
    return download_list("townships", TOWNSHIP_LIST, map(asdict, found.lines), file_format)


@blueprint.get("/townships/<code>")
@needs(Action.TOWNSHIP_READ)
def show(code: str) -> str:
    """Everything of one township."""
    context, by = the_context(), acting_person()
    page = show_township(context, code, by=by)
    return render_template(
        "registers/township.html",
        page=page,
        timeline=for_reading(read_timeline(context, by=by, township_code=code))
        if page.terms is not None
        else None,
        statuses={status.value: status for status in _STATUSES},
        categories=PRODUCT_CATEGORIES,
        today=context.today(),
    )


def _listed() -> tuple[TownshipQuery, TownshipList]:
    sort, descending = asked_sort(TOWNSHIP_SORTS, "name")
    query = TownshipQuery(
        search=asked_text("search"),
        county=asked_text("county"),
        status=status if (status := asked_text("status")) in _STATUSES else "",
        off_roster=request.args.get("off_roster") == "1",
        sort=sort,
        descending=descending,
    )
    return query, list_townships(the_context(), query, by=acting_person())
