"""Institutions: the list with how many people each sends, adding, editing and merging."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.commissioners import InstitutionKind
from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.listing import page_of
from fieldapp.domain.permissions import Action
from fieldapp.services.change_institution import (
    add_institution,
    change_institution,
    merge_institutions,
    show_institution,
)
from fieldapp.services.columns.lists import INSTITUTION_LIST
from fieldapp.services.list_institutions import (
    INSTITUTION_SORTS,
    InstitutionLine,
    InstitutionQuery,
    list_institutions,
)
from fieldapp.web.registers.asking import (
    SheetFormat,
    actor,
    asked_page,
    asked_sort,
    asked_text,
    download_list,
    form_revision,
    sort_links,
    the_context,
    with_query,
)
from fieldapp.web.registers.editing import EditForm, opened, posted_was, tried, typed
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Message

blueprint = Blueprint("institutions", __name__)

_KINDS = {column.key: column for column in INSTITUTION_LIST}["institution_kind"].choices
_EDITED = ("name", "kind")
_LABELS = {"name": Message("name"), "kind": Message("kind of institution")}


@blueprint.get("/institutions")
@needs(Action.INSTITUTION_READ)
def show_list() -> str:
    """The institutions asked for, a page at a time."""
    query, lines = _listed()
    path = url_for("institutions.show_list")
    return render_template(
        "registers/institutions.html",
        query=query,
        page=page_of(lines, asked_page()),
        kinds={kind: words[0] for kind, words in _KINDS.items()},
        sorts=sort_links(path, INSTITUTION_SORTS, query.sort, query.descending),
        with_query=with_query,
        done=request.args.get("done"),
    )


@blueprint.get("/institutions.<any(csv, xlsx):file_format>")
@needs(Action.INSTITUTION_READ, Action.EXPORT_READ)
def download(file_format: SheetFormat) -> Response:
    """The same list as a sheet."""
    _, lines = _listed()
    rows = [asdict(line) | {"institution": line.name, "institution_kind": line.kind} for line in lines]
    return download_list("institutions", INSTITUTION_LIST, rows, file_format)


@blueprint.get("/institutions/new")
@needs(Action.INSTITUTION_WRITE)
def show_new() -> str:
    """The empty form."""
    return _form_page(None, EditForm({"kind": InstitutionKind.OTHER.value}))


@blueprint.post("/institutions/new")
@needs(Action.INSTITUTION_WRITE)
def add() -> AnyResponse | tuple[str, int]:
    """Add an institution."""
    values = typed()
    refused = tried(lambda: add_institution(the_context(), values, by=acting_person(), actor=actor()), values)
    if refused is not None:
        return _form_page(None, refused), refused.status
    return redirect(url_for("institutions.show_list", done="added", search=values["name"][:100]), 303)


@blueprint.get("/institutions/<int:institution_id>")
@needs(Action.INSTITUTION_WRITE)
def show_edit(institution_id: int) -> str:
    """The form of one institution, and the others into which it may be merged."""
    record = show_institution(the_context(), institution_id, by=acting_person())
    return _form_page(record, opened(record, _EDITED))


@blueprint.post("/institutions/<int:institution_id>")
@needs(Action.INSTITUTION_WRITE)
def change(institution_id: int) -> AnyResponse | tuple[str, int]:
    """Store what was edited."""
    values = typed()
    revision = form_revision()
    refused = tried(
        lambda: change_institution(
            the_context(),
            institution_id,
            values,
            revision=revision,
            was=posted_was(),
            by=acting_person(),
            actor=actor(),
        ),
        values,
        _EDITED,
    )
    if refused is not None:
        record = show_institution(the_context(), institution_id, by=acting_person())
        return _form_page(record, refused), refused.status
    return redirect(url_for("institutions.show_list", done="changed", search=values["name"][:100]), 303)


@blueprint.post("/institutions/<int:institution_id>/merge")
@needs(Action.INSTITUTION_WRITE)
def merge(institution_id: int) -> AnyResponse:
    """Merge this institution into the chosen one; its people pass to that."""
    remaining = request.form.get("into", type=int)
    if remaining is None:
        message = Message("Choose the institution that remains.")
        raise InvalidInputError(message, [Fault("/into", message)])
    merge_institutions(the_context(), institution_id, remaining, by=acting_person(), actor=actor())
    return redirect(url_for("institutions.show_list", done="merged"), 303)


def _listed() -> tuple[InstitutionQuery, list[InstitutionLine]]:
    sort, descending = asked_sort(INSTITUTION_SORTS, "name")
    query = InstitutionQuery(
        search=asked_text("search"),
        kind=kind if (kind := asked_text("kind")) in _KINDS else "",
        sort=sort,
        descending=descending,
    )
    return query, list_institutions(the_context(), query, by=acting_person())


def _form_page(record: dict[str, Any] | None, form: EditForm) -> str:
    lines = list_institutions(the_context(), InstitutionQuery(), by=acting_person())
    return render_template(
        "registers/institution_form.html",
        record=record,
        form=form,
        labels=_LABELS,
        kinds={kind: words[0] for kind, words in _KINDS.items()},
        others=[line for line in lines if record is None or line.id != record["id"]],
        own=next((line for line in lines if record is not None and line.id == record["id"]), None),
    )
