"""Writing the register of commissioners and institutions: add, change, retire, merge."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, url_for

from fieldapp.api.answers import context, private, send_new, send_row
from fieldapp.api.errors import told
from fieldapp.api.operations import NEW, TAG, Answer, Operation, Parameter, describe
from fieldapp.api.people import COMMISSIONER, INSTITUTION
from fieldapp.api.requests import read_body, read_query, seen_revision
from fieldapp.api.schemas import (
    REVISION,
    Named,
    change_of,
    count,
    day,
    flag,
    many,
    new_of,
    nullable,
    number,
    one_of,
    record,
    text,
    whole,
)
from fieldapp.domain.commissioners import CommissionerKind, InstitutionKind, masked_phone
from fieldapp.domain.permissions import Action
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.services.add_commissioner import add_commissioner
from fieldapp.services.change_commissioner import change_commissioner
from fieldapp.services.change_institution import (
    add_institution,
    change_institution,
    merge_institutions,
    show_institution,
)
from fieldapp.services.commissioner_values import MAX_CAPACITY
from fieldapp.services.merge_commissioners import merge_commissioners, preview_merge
from fieldapp.services.page_register import read_commissioner, read_institution
from fieldapp.services.retire_commissioner import retire_commissioner
from fieldapp.services.show_commissioner import show_commissioner
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("register_people", __name__)
_COMMISSIONER = "/commissioners/<commissioner_id>"
_INSTITUTION = "/institutions/<int(max=9223372036854775807):institution_id>"
_DEGREES = "Of the home base, in degrees of WGS 84; null where it is not known."
_FIELDS = {
    "name": text(pattern=r"\S", maxLength=60),
    "pinyin": text("Made from the name where it is left out.", maxLength=200),
    "kind": one_of(CommissionerKind),
    "institution": text("Name of an institution of the register.", pattern=r"\S", maxLength=120),
    "specialties": many(one_of(SPECIALTIES)),
    "capacity": whole("How many townships at a time.", minimum=0, maximum=MAX_CAPACITY),
    "phone": nullable(text("In full; the masked form leaves it as it is.", maxLength=30)),
    "home_lon": nullable(number(_DEGREES, minimum=-180, maximum=180)),
    "home_lat": nullable(number(_DEGREES, minimum=-90, maximum=90)),
    "note": text("For colleagues.", maxLength=4000),
}
_REQUIRED = ("name", "kind", "institution")
_INSTITUTION_FIELDS = {"name": text(pattern=r"\S", maxLength=120), "kind": one_of(InstitutionKind)}
_OUTDATED = "record.outdated: somebody was faster. record.merged: it was merged into another one."
_SIDE = record(
    id=text(), name=text(), institution=text("Name."), phone=nullable(text("Masked.")), revision=whole()
)
_MERGE = Named(
    "CommissionerMerge",
    record(
        former=_SIDE,
        remaining=_SIDE,
        former_terms=count("Terms of the one that goes; they stay under its id and are read through it."),
        former_visits=count("Visits of the one that goes, likewise."),
        obstacle=nullable(text("What stands in the way; null where nothing does.")),
    ),
)
_INTO = text("The id that remains.", minLength=1, maxLength=30)


@blueprint.post("/commissioners")
@needs(Action.COMMISSIONER_WRITE)
@describe(
    Operation(
        "Add a commissioner; the id is given.",
        {201: Answer("It is added.", COMMISSIONER, headers=NEW)},
        body=new_of(
            _FIELDS,
            _REQUIRED,
            even_if_alike=flag("Add it although the institution has somebody of that name."),
        ),
        problems={409: "commissioner.alike: the institution has somebody of that name."},
    )
)
def add_one_commissioner() -> Response:
    """A new commissioner."""
    read_query()
    body, person = read_body(), acting_person()
    alike = body.pop("even_if_alike", False)
    new_id = add_commissioner(context(), body, by=person, actor=person.actor, even_if_alike=alike)
    address = url_for("api.people.commissioner", commissioner_id=new_id)
    return send_new(read_commissioner(context(), new_id, by=person), COMMISSIONER, address)


@blueprint.patch(_COMMISSIONER)
@needs(Action.COMMISSIONER_WRITE)
@describe(
    Operation(
        "Change what is said of a commissioner; what is left out stays.",
        {200: Answer("It is changed.", COMMISSIONER, headers=TAG)},
        body=change_of(_FIELDS),
        problems={404: "There is no such commissioner.", 409: _OUTDATED},
        revised=True,
    )
)
def change_one_commissioner(commissioner_id: str) -> Response:
    """Change a commissioner."""
    read_query()
    body, person = read_body(), acting_person()
    seen = seen_revision(body)
    stored = show_commissioner(context(), commissioner_id, by=person).record
    home = stored["home"]
    kept: dict[str, Any] = {name: stored[name] for name in _FIELDS if name in stored}
    kept |= {} if home is None else {"home_lon": home.x, "home_lat": home.y}
    # On the revision that was seen: what is kept here is refused with the rest where it is outdated.
    change_commissioner(context(), commissioner_id, kept | body, revision=seen, by=person, actor=person.actor)
    return _send_commissioner(commissioner_id)


@blueprint.post(f"{_COMMISSIONER}/retire")
@needs(Action.COMMISSIONER_WRITE)
@describe(
    Operation(
        "Let a commissioner serve no more from a day on, or take one back.",
        {200: Answer("It is done.", COMMISSIONER, headers=TAG)},
        body=record(
            optional=("reason", "revision"),
            retired_on=nullable(day("The first day out of service; null takes the commissioner back.")),
            reason=text(maxLength=1000),
            revision=REVISION,
        ),
        problems={
            404: "There is no such commissioner.",
            409: f"commissioner.serving: a term reaches that day; title says where. {_OUTDATED}",
        },
        revised=True,
    )
)
def retire_one_commissioner(commissioner_id: str) -> Response:
    """Retire a commissioner, or take one back."""
    read_query()
    body, person = read_body(), acting_person()
    seen = seen_revision(body)
    retire_commissioner(
        context(),
        commissioner_id,
        body["retired_on"],
        revision=seen,
        reason=body.get("reason", ""),
        by=person,
        actor=person.actor,
    )
    return _send_commissioner(commissioner_id)


@blueprint.get(f"{_COMMISSIONER}/merge")
@needs(Action.COMMISSIONER_MERGE)
@describe(
    Operation(
        "See what merging a duplicate into another commissioner would do; nothing is written.",
        {200: Answer("Both, and what stands in the way.", _MERGE)},
        (Parameter("into", _INTO, "The id that remains.", required=True),),
        problems={404: "There is no such commissioner."},
    )
)
def preview_commissioner_merge(commissioner_id: str) -> Response:
    """What merging would do."""
    into = read_query()["into"]
    seen = preview_merge(context(), commissioner_id, into, by=acting_person())

    def side(row: dict[str, Any]) -> dict[str, Any]:
        return {name: row[name] for name in _SIDE["properties"]} | {"phone": masked_phone(row["phone"])}

    return private(
        jsonify(
            former=side(seen.former),
            remaining=side(seen.remaining),
            former_terms=seen.former_terms,
            former_visits=seen.former_visits,
            obstacle=told(seen.obstacle),
        )
    )


@blueprint.post(f"{_COMMISSIONER}/merge")
@needs(Action.COMMISSIONER_MERGE)
@describe(
    Operation(
        "Merge a duplicate into another commissioner.",
        {200: Answer("The one that remains.", COMMISSIONER, headers=TAG)},
        body=record(into=_INTO),
        problems={
            404: "There is no such commissioner.",
            409: "commissioner.not_mergeable: it was merged already, or still has terms; title says where.",
        },
        description="The terms and visits of the duplicate stay under its id and are read through it.",
    )
)
def merge_commissioner(commissioner_id: str) -> Response:
    """Let another record stand for both."""
    read_query()
    into, person = read_body()["into"], acting_person()
    merge_commissioners(context(), commissioner_id, into, by=person, actor=person.actor)
    return _send_commissioner(into)


@blueprint.post("/institutions")
@needs(Action.INSTITUTION_WRITE)
@describe(
    Operation(
        "Add an institution.",
        {201: Answer("It is added.", INSTITUTION, headers=NEW)},
        body=record(**_INSTITUTION_FIELDS),
        problems={409: "institution.exists: there is one of that name."},
    )
)
def add_one_institution() -> Response:
    """A new institution."""
    read_query()
    body, person = read_body(), acting_person()
    new_id = add_institution(context(), body, by=person, actor=person.actor)
    address = url_for("api.people.institution", institution_id=new_id)
    return send_new(read_institution(context(), new_id, by=person), INSTITUTION, address)


@blueprint.patch(_INSTITUTION)
@needs(Action.INSTITUTION_WRITE)
@describe(
    Operation(
        "Change an institution; what is left out stays.",
        {200: Answer("It is changed.", INSTITUTION, headers=TAG)},
        body=change_of(_INSTITUTION_FIELDS),
        problems={
            404: "There is no such institution.",
            409: f"institution.exists: there is one of that name. {_OUTDATED}",
        },
        revised=True,
    )
)
def change_one_institution(institution_id: int) -> Response:
    """Change an institution."""
    read_query()
    body, person = read_body(), acting_person()
    seen = seen_revision(body)
    stored = show_institution(context(), institution_id, by=person)
    kept = {name: stored[name] for name in _INSTITUTION_FIELDS}
    change_institution(context(), institution_id, kept | body, revision=seen, by=person, actor=person.actor)
    return send_row(read_institution(context(), institution_id, by=person), INSTITUTION)


@blueprint.post(f"{_INSTITUTION}/merge")
@needs(Action.INSTITUTION_WRITE)
@describe(
    Operation(
        "Merge a duplicate into another institution; its commissioners pass to that one.",
        {200: Answer("The one that remains.", INSTITUTION, headers=TAG)},
        body=record(into=whole("The id that remains.", minimum=0, maximum=2**63 - 1)),
        problems={404: "There is no such institution.", 409: "record.merged: one was merged already."},
    )
)
def merge_institution(institution_id: int) -> Response:
    """Let another record stand for both."""
    read_query()
    into, person = read_body()["into"], acting_person()
    merge_institutions(context(), institution_id, into, by=person, actor=person.actor)
    return send_row(read_institution(context(), into, by=person), INSTITUTION)


def _send_commissioner(commissioner_id: str) -> Response:
    return send_row(read_commissioner(context(), commissioner_id, by=acting_person()), COMMISSIONER)
