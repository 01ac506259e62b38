"""Products of townships, and which one is featured when."""

from __future__ import annotations

from flask import Blueprint, Response

from fieldapp.api.answers import context, send_page, send_row
from fieldapp.api.operations import Parameter, gives, lists
from fieldapp.api.places import COUNTY
from fieldapp.api.requests import read_place, read_query
from fieldapp.api.schemas import (
    COUNTY_CODE,
    TOWNSHIP_CODE,
    Named,
    day,
    flag,
    nullable,
    number,
    one_of,
    page_of,
    record,
    text,
    whole,
)
from fieldapp.domain.permissions import Action
from fieldapp.domain.specialties import PRODUCT_CATEGORIES
from fieldapp.services.page_register import page_featured_products, page_products, read_product
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("products", __name__)
TOWNSHIP = Parameter("township", TOWNSHIP_CODE, "Only this township.")

PRODUCT = Named(
    "Product",
    record(
        id=whole(),
        township_code=TOWNSHIP_CODE,
        township=text("Name."),
        county_code=COUNTY_CODE,
        county=text("Name."),
        name=text(),
        category=one_of(PRODUCT_CATEGORIES),
        featured=flag("Whether it is the featured product of its township today."),
        scale=text("As people say it."),
        value_wan_yuan=nullable(number("Yearly, in 10 000 yuan.")),
        brand=text(),
        geographical_indication=text(),
        basis=text("Where this is known from."),
        retired_on=nullable(day("The first day on which it is a product no more.")),
        demonstration=flag("Made up, for the demonstration."),
        revision=whole(minimum=1),
    ),
)
_FEATURED = Named(
    "FeaturedProduct",
    record(
        id=whole(),
        township_code=TOWNSHIP_CODE,
        township=text("Name."),
        county_code=COUNTY_CODE,
        product_id=whole(),
        name=text(),
        category=one_of(PRODUCT_CATEGORIES),
        starts_on=day(),
        ends_on=nullable(day("The last day; null where it is open.")),
    ),
)


@blueprint.get("/products")
@needs(Action.PRODUCT_READ)
@lists(
    "The products of townships, by id.",
    page_of(PRODUCT),
    COUNTY,
    TOWNSHIP,
    Parameter("category", one_of(PRODUCT_CATEGORIES), "Only of this category."),
)
def products() -> Response:
    """The products that the person may see."""
    query = read_query()
    place = read_place(query, numbered=True)
    page = page_products(
        context(),
        place,
        by=acting_person(),
        county_code=query.get("county"),
        township_code=query.get("township"),
        category=query.get("category"),
    )
    return send_page(page, PRODUCT)


@blueprint.get("/products/<int(max=9223372036854775807):product_id>")
@needs(Action.PRODUCT_READ)
@gives("One product.", PRODUCT, missing="There is none, or none you may see.")
def product(product_id: int) -> Response:
    """One product."""
    read_query()
    return send_row(read_product(context(), product_id, by=acting_person()), PRODUCT)


@blueprint.get("/featured-products")
@needs(Action.PRODUCT_READ)
@lists(
    "Which product is, was or will be the featured one of its township, by id.",
    page_of(_FEATURED),
    COUNTY,
    TOWNSHIP,
    Parameter("as_of", day(), "Only those that are featured on this day."),
)
def featured_products() -> Response:
    """The periods in which products are featured."""
    query = read_query()
    place = read_place(query, numbered=True)
    page = page_featured_products(
        context(),
        place,
        by=acting_person(),
        county_code=query.get("county"),
        township_code=query.get("township"),
        as_of=query.get("as_of"),
    )
    return send_page(page, _FEATURED)
