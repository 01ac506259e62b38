"""Writing the product register of townships: add, change, retire, feature."""

from __future__ import annotations

from flask import Blueprint, Response, url_for

from fieldapp.api.answers import context, send_new, send_row
from fieldapp.api.operations import NEW, TAG, Answer, Operation, describe
from fieldapp.api.products import PRODUCT
from fieldapp.api.requests import read_body, read_query, seen_revision
from fieldapp.api.schemas import REVISION, change_of, day, new_of, nullable, number, one_of, record, text
from fieldapp.domain.permissions import Action
from fieldapp.domain.specialties import PRODUCT_CATEGORIES
from fieldapp.services.change_product import add_product, change_product, retire_product
from fieldapp.services.feature_product import feature_product, unfeature_product
from fieldapp.services.page_register import read_product
from fieldapp.services.product_values import LARGEST_VALUE
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("register_products", __name__)
ONE_PRODUCT = "/products/<int(max=9223372036854775807):product_id>"
_FIELDS = {
    "name": text(pattern=r"\S", maxLength=120),
    "category": one_of(PRODUCT_CATEGORIES),
    "scale": text("As people say it.", maxLength=120),
    "value_wan_yuan": nullable(
        number("Yearly, in 10 000 yuan, with at most two decimals.", minimum=0, maximum=float(LARGEST_VALUE))
    ),
    "brand": text(maxLength=120),
    "geographical_indication": text(maxLength=120),
    "basis": text("Where this is known from.", maxLength=2000),
}
_REQUIRED = ("name", "category")
_OUTDATED = "record.outdated: somebody was faster."
_FEATURED_SINCE = f"{_OUTDATED} title says who did what since."
_EVERY_REVISION = "A change of which product is featured gives each product of the township a new revision."


@blueprint.post("/townships/<code>/products")
@needs(Action.PRODUCT_WRITE)
@describe(
    Operation(
        "Add a product to the register of a township.",
        {201: Answer("It is added.", PRODUCT, headers=NEW)},
        body=new_of(_FIELDS, _REQUIRED),
        problems={
            404: "There is no such township.",
            409: "product.exists: the township has one of that name.",
        },
    )
)
def add_one_product(code: str) -> Response:
    """A new product."""
    read_query()
    person = acting_person()
    new_id = add_product(context(), code, read_body(), by=person, actor=person.actor)
    address = url_for("api.products.product", product_id=new_id)
    return send_new(read_product(context(), new_id, by=person), PRODUCT, address)


@blueprint.patch(ONE_PRODUCT)
@needs(Action.PRODUCT_WRITE)
@describe(
    Operation(
        "Change what is said of a product; what is left out stays.",
        {200: Answer("It is changed.", PRODUCT, headers=TAG)},
        body=change_of(_FIELDS),
        problems={
            404: "There is none, or none you may see.",
            409: f"product.exists: the township has one of that name. {_OUTDATED}",
        },
        revised=True,
    )
)
def change_one_product(product_id: int) -> Response:
    """Change a product."""
    read_query()
    body, person = read_body(), acting_person()
    seen = seen_revision(body)
    stored = read_product(context(), product_id, by=person)
    # On the revision that was seen: what is kept here is refused with the rest where it is outdated.
    kept = {name: stored[name] for name in _FIELDS}
    change_product(context(), product_id, kept | body, revision=seen, by=person, actor=person.actor)
    return _send(product_id)


@blueprint.post(f"{ONE_PRODUCT}/retire")
@needs(Action.PRODUCT_WRITE)
@describe(
    Operation(
        "List a product no more from a day on, or list it again.",
        {200: Answer("It is done.", PRODUCT, headers=TAG)},
        body=record(
            optional=("revision",),
            retired_on=nullable(day("The first day on which it is a product no more; null lists it again.")),
            revision=REVISION,
        ),
        problems={
            404: "There is no such product.",
            409: f"product.featured: it is the featured product on that day or later. {_OUTDATED}",
        },
        revised=True,
    )
)
def retire_one_product(product_id: int) -> Response:
    """Retire a product, or take it back."""
    read_query()
    body, person = read_body(), acting_person()
    seen = seen_revision(body)
    retire_product(context(), product_id, body["retired_on"], revision=seen, by=person, actor=person.actor)
    return _send(product_id)


@blueprint.post(f"{ONE_PRODUCT}/feature")
@needs(Action.PRODUCT_WRITE)
@describe(
    Operation(
        "Make a product the featured one of its township from a day on; the former one ends the day before.",
        {200: Answer("It is, or is going to be, the featured one.", PRODUCT, headers=TAG)},
        body=record(optional=("revision",), starts_on=day("The first day."), revision=REVISION),
        problems={
            404: "There is no such product.",
            409: "featured_product.overlap: one is featured from that day or a later one on. "
            f"product.retired: it is listed no more. {_FEATURED_SINCE}",
        },
        description=_EVERY_REVISION,
        revised=True,
    )
)
def feature(product_id: int) -> Response:
    """Feature a product."""
    read_query()
    body, person = read_body(), acting_person()
    seen = seen_revision(body)
    feature_product(context(), product_id, body["starts_on"], revision=seen, by=person, actor=person.actor)
    return _send(product_id)


@blueprint.post(f"{ONE_PRODUCT}/unfeature")
@needs(Action.PRODUCT_WRITE)
@describe(
    Operation(
        "Let a product be the featured one until a day; the township then has none.",
        {200: Answer("It ends with that day.", PRODUCT, headers=TAG)},
        body=record(optional=("revision",), ends_on=day("The last day."), revision=REVISION),
        problems={404: "There is no such product.", 409: _FEATURED_SINCE},
        description=_EVERY_REVISION,
        revised=True,
    )
)
def unfeature(product_id: int) -> Response:
    """End that a product is featured."""
    read_query()
    body, person = read_body(), acting_person()
    seen = seen_revision(body)
    unfeature_product(context(), product_id, body["ends_on"], revision=seen, by=person, actor=person.actor)
    return _send(product_id)


def _send(product_id: int) -> Response:
    return send_row(read_product(context(), product_id, by=acting_person()), PRODUCT)
