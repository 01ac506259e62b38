"""Commissioners: the list, one person's page, adding and editing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.commissioners import CommissionerKind, masked_phone
from fieldapp.domain.errors import ConflictError
from fieldapp.domain.listing import page_of
from fieldapp.domain.permissions import Action
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.services.add_commissioner import add_commissioner
from fieldapp.services.change_commissioner import change_commissioner
from fieldapp.services.columns.lists import COMMISSIONER_LIST
from fieldapp.services.list_commissioners import (
    SORTS,
    CommissionerList,
    CommissionerQuery,
    Retired,
    list_commissioners,
)
from fieldapp.services.list_institutions import InstitutionQuery, list_institutions
from fieldapp.services.merge_commissioners import merge_commissioners, preview_merge
from fieldapp.services.read_timeline import read_timeline
from fieldapp.services.retire_commissioner import StillServingError, retire_commissioner
from fieldapp.services.show_commissioner import show_commissioner
from fieldapp.services.view_phone import view_phone
from fieldapp.web.registers.asking import (
    SheetFormat,
    actor,
    asked_page,
    asked_sort,
    asked_text,
    download_list,
    for_reading,
    form_day,
    form_revision,
    require_form,
    sort_links,
    the_context,
    with_query,
)
from fieldapp.web.registers.editing import EditForm, opened, posted_was, tried, typed
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Message

blueprint = Blueprint("commissioners", __name__)

_KINDS = tuple(CommissionerKind)
_EDITED = ("name", "pinyin", "kind", "institution", "specialties", "capacity", "phone", "home", "note")
LABELS: dict[str, Message] = {
    "name": Message("name"),
    "pinyin": Message("pinyin"),
    "kind": Message("kind of commissioner"),
    "institution": Message("institution"),
    "specialties": Message("specialties"),
    "capacity": Message("capacity"),
    "phone": Message("phone"),
    "home": Message("home base"),
    "note": Message("note"),
}


@blueprint.get("/commissioners")
@needs(Action.COMMISSIONER_READ)
def show_list() -> str:
    """The commissioners asked for, a page at a time."""
    query, found = _listed()
    path = url_for("commissioners.show_list")
    return render_template(
        "registers/commissioners.html",
        query=query,
        page=page_of(found.lines, asked_page()),
        found=found,
        kinds=_KINDS,
        specialties=SPECIALTIES,
        sorts=sort_links(path, SORTS, query.sort, query.descending),
        with_query=with_query,
        done=request.args.get("done"),
    )


@blueprint.get("/commissioners.<any(csv, xlsx):file_format>")
@needs(Action.COMMISSIONER_READ, Action.EXPORT_READ)
def download(file_format: SheetFormat) -> Response:
    """The same list as a sheet, with phones masked."""
    _, found = _listed()
    rows = [asdict(line) | {"serving": line.serving} for line in found.lines]
    return download_list("commissioners", COMMISSIONER_LIST, rows, file_format)


@blueprint.get("/commissioners/<commissioner_id>")
@needs(Action.COMMISSIONER_READ)
def show(commissioner_id: str) -> str:
    """One person's page."""
    return _person_page(commissioner_id)


@blueprint.post("/commissioners/<commissioner_id>/phone")
@needs(Action.PHONE_READ)
def reveal_phone(commissioner_id: str) -> str:
    """The page with the whole phone; that it was looked at is kept."""
    phone = view_phone(the_context(), commissioner_id, by=acting_person(), actor=actor())
    return _person_page(commissioner_id, phone=phone)


@blueprint.get("/commissioners/new")
@needs(Action.COMMISSIONER_WRITE)
def show_new() -> str:
    """The empty form."""
    require_form(False, Action.COMMISSIONER_WRITE)
    empty = {"kind": CommissionerKind.INDIVIDUAL.value, "capacity": 1, "specialties": ()}
    return _form_page(None, EditForm(empty | {"institution": asked_text("institution")}))


@blueprint.post("/commissioners/new")
@needs(Action.COMMISSIONER_WRITE)
def add() -> AnyResponse | tuple[str, int]:
    """Add a commissioner."""
    values = typed("specialties")
    added: list[str] = []
    refused = tried(
        lambda: added.append(
            add_commissioner(
                the_context(),
                values,
                by=acting_person(),
                actor=actor(),
                even_if_alike="even_if_alike" in values,
            )
        ),
        values,
    )
    if refused is not None:
        return _form_page(None, refused), refused.status
    return redirect(url_for("commissioners.show", commissioner_id=added[0], done="added"), 303)


@blueprint.get("/commissioners/<commissioner_id>/edit")
@needs(Action.COMMISSIONER_WRITE)
def show_edit(commissioner_id: str) -> str:
    """The form of one commissioner; the phone is masked until it is replaced."""
    page = show_commissioner(the_context(), commissioner_id, by=acting_person())
    require_form(page.may_change, Action.COMMISSIONER_WRITE)
    return _form_page(page.record, opened(page.record, _EDITED))


@blueprint.post("/commissioners/<commissioner_id>/edit")
@needs(Action.COMMISSIONER_WRITE)
def change(commissioner_id: str) -> AnyResponse | tuple[str, int]:
    """Store what was edited; who was slower is told what changed meanwhile."""
    values = typed("specialties")
    revision = form_revision()
    refused = tried(
        lambda: change_commissioner(
            the_context(),
            commissioner_id,
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
        record = show_commissioner(the_context(), commissioner_id, by=acting_person()).record
        return _form_page(record, refused), refused.status
    return redirect(url_for("commissioners.show", commissioner_id=commissioner_id, done="changed"), 303)


@blueprint.post("/commissioners/<commissioner_id>/retire")
@needs(Action.COMMISSIONER_WRITE)
def retire(commissioner_id: str) -> AnyResponse | tuple[str, int]:
    """Retire from a day on, or take back; refused while a term reaches that day."""
    back = "reinstate" in request.form
    try:
        retire_commissioner(
            the_context(),
            commissioner_id,
            None if back else form_day("retired_on"),
            revision=form_revision(),
            reason=request.form.get("reason", ""),
            by=acting_person(),
            actor=actor(),
        )
    except StillServingError as error:
        return _person_page(commissioner_id, refusal=error.message, in_the_way=error.terms), 409
    except ConflictError as error:
        return _person_page(commissioner_id, refusal=error.message), 409
    done = "reinstated" if back else "retired"
    return redirect(url_for("commissioners.show", commissioner_id=commissioner_id, done=done), 303)


@blueprint.get("/commissioners/<commissioner_id>/merge")
@needs(Action.COMMISSIONER_MERGE)
def show_merge(commissioner_id: str) -> str:
    """Choose the other record, then see both side by side."""
    context, by = the_context(), acting_person()
    record = show_commissioner(context, commissioner_id, by=by).record
    chosen, search = asked_text("into"), asked_text("search") or record["name"]
    everybody = CommissionerQuery(search=search, retired="all")
    return render_template(
        "registers/commissioner_merge.html",
        record=record,
        search=search,
        others=[
            line for line in list_commissioners(context, everybody, by=by).lines if line.id != commissioner_id
        ][:20],
        previews=[
            preview_merge(context, commissioner_id, chosen, by=by),
            preview_merge(context, chosen, commissioner_id, by=by),
        ]
        if chosen
        else [],
        specialties=SPECIALTIES,
        masked=masked_phone,
    )


@blueprint.post("/commissioners/<commissioner_id>/merge")
@needs(Action.COMMISSIONER_MERGE)
def merge(commissioner_id: str) -> AnyResponse:
    """Merge this record into the chosen one."""
    remaining = request.form.get("into", "").strip()[:30]
    merge_commissioners(the_context(), commissioner_id, remaining, by=acting_person(), actor=actor())
    return redirect(url_for("commissioners.show", commissioner_id=remaining, done="merged"), 303)


def _listed() -> tuple[CommissionerQuery, CommissionerList]:
    sort, descending = asked_sort(SORTS, "name")
    retired = request.args.get("retired", "no")
    query = CommissionerQuery(
        search=asked_text("search"),
        institution=asked_text("institution"),
        specialty=specialty if (specialty := asked_text("specialty")) in SPECIALTIES else "",
        kind=kind if (kind := asked_text("kind")) in _KINDS else "",
        county=asked_text("county"),
        free=request.args.get("free") == "1",
        retired=cast(Retired, retired) if retired in ("no", "yes", "all") else "no",
        sort=sort,
        descending=descending,
    )
    return query, list_commissioners(the_context(), query, by=acting_person())


def _person_page(commissioner_id: str, **more: Any) -> str:
    context, by = the_context(), acting_person()
    return render_template(
        "registers/commissioner.html",
        page=show_commissioner(context, commissioner_id, by=by),
        timeline=for_reading(read_timeline(context, by=by, commissioner_id=commissioner_id)),
        specialties=SPECIALTIES,
        kinds={kind.value: kind.words for kind in _KINDS},
        today=context.today(),
        done=request.args.get("done"),
        **more,
    )


def _form_page(record: dict[str, Any] | None, form: EditForm) -> str:
    names = list_institutions(the_context(), InstitutionQuery(), by=acting_person())
    return render_template(
        "registers/commissioner_form.html",
        record=record,
        form=form,
        labels=LABELS,
        kinds=_KINDS,
        specialties=SPECIALTIES,
        institutions=[line.name for line in names],
    )
