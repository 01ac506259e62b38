"""Products of townships: the list, one product's page, adding, editing and featuring."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.domain.listing import page_of
from fieldapp.domain.permissions import Action
from fieldapp.domain.specialties import PRODUCT_CATEGORIES
from fieldapp.services.change_product import add_product, change_product, retire_product
from fieldapp.services.columns.lists import PRODUCT_LIST
from fieldapp.services.feature_product import feature_product, unfeature_product
from fieldapp.services.list_products import (
    PRODUCT_SORTS,
    ProductList,
    ProductQuery,
    list_products,
    show_product,
)
from fieldapp.services.product_photos import MOST_PHOTOS
from fieldapp.services.show_township import show_township
from fieldapp.web.refusals import status_of
from fieldapp.web.registers.asking import (
    SheetFormat,
    actor,
    asked_page,
    asked_sort,
    asked_text,
    download_list,
    form_day,
    form_revision,
    require_form,
    sort_links,
    the_context,
    with_query,
)
from fieldapp.web.registers.editing import EditForm, opened, posted_was, tried, typed
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("products", __name__)

_EDITED = ("name", "category", "scale", "value_wan_yuan", "brand", "geographical_indication", "basis")
_LABELS = {column.key: column.words for column in PRODUCT_LIST}


@blueprint.get("/products")
@needs(Action.PRODUCT_READ)
def show_list() -> str:
    """The products asked for, a page at a time."""
    query, found = _listed()
    path = url_for("products.show_list")
    return render_template(
        "registers/products.html",
        query=query,
        page=page_of(found.lines, asked_page()),
        found=found,
        categories=PRODUCT_CATEGORIES,
        sorts=sort_links(path, PRODUCT_SORTS, query.sort, query.descending),
        with_query=with_query,
        done=request.args.get("done"),
    )


@blueprint.get("/products.<any(csv, xlsx):file_format>")
@needs(Action.PRODUCT_READ, Action.EXPORT_READ)
def download(file_format: SheetFormat) -> Response:
    """The same list as a sheet."""
    _, found = _listed()
    return download_list("products", PRODUCT_LIST, map(asdict, found.lines), file_format)


@blueprint.get("/products/<int:product_id>")
@needs(Action.PRODUCT_READ)
def show(product_id: int) -> str:
    """One product's page."""
    return product_page(product_id)


@blueprint.get("/townships/<township_code>/products/new")
@needs(Action.PRODUCT_WRITE)
def show_new(township_code: str) -> str:
    """The empty form for a product of a township."""
    return _form_page(None, EditForm({}), township_code)


@blueprint.post("/townships/<township_code>/products/new")
@needs(Action.PRODUCT_WRITE)
def add(township_code: str) -> AnyResponse | tuple[str, int]:
    """Add a product to a township."""
    values = typed()
    added: list[int] = []
    refused = tried(
        lambda: added.append(
            add_product(the_context(), township_code, values, by=acting_person(), actor=actor())
        ),
        values,
    )
    if refused is not None:
        return _form_page(None, refused, township_code), refused.status
    return redirect(url_for("products.show", product_id=added[0], done="added"), 303)


@blueprint.get("/products/<int:product_id>/edit")
@needs(Action.PRODUCT_WRITE)
def show_edit(product_id: int) -> str:
    """The form of one product."""
    page = show_product(the_context(), product_id, by=acting_person())
    require_form(page.may_change, Action.PRODUCT_WRITE)
    return _form_page(page.record, opened(page.record, _EDITED), page.record["township_code"])


@blueprint.post("/products/<int:product_id>/edit")
@needs(Action.PRODUCT_WRITE)
def change(product_id: int) -> AnyResponse | tuple[str, int]:
    """Store what was edited."""
    values = typed()
    revision = form_revision()
    refused = tried(
        lambda: change_product(
            the_context(),
            product_id,
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
        record = show_product(the_context(), product_id, by=acting_person()).record
        return _form_page(record, refused, record["township_code"]), refused.status
    return redirect(url_for("products.show", product_id=product_id, done="changed"), 303)


@blueprint.post("/products/<int:product_id>/feature")
@needs(Action.PRODUCT_WRITE)
def feature(product_id: int) -> AnyResponse | tuple[str, int]:
    """Feature the product from a day on, or end that."""
    ends = "ends_on" in request.form

    def act() -> None:
        step, day = (unfeature_product, "ends_on") if ends else (feature_product, "starts_on")
        step(
            the_context(),
            product_id,
            form_day(day),
            by=acting_person(),
            actor=actor(),
            revision=request.form.get("revision", 0, type=int),
        )

    return done_or_refused(product_id, act, "unfeatured" if ends else "featured")


@blueprint.post("/products/<int:product_id>/retire")
@needs(Action.PRODUCT_WRITE)
def retire(product_id: int) -> AnyResponse | tuple[str, int]:
    """List the product no more from a day on, or again."""
    back = "reinstate" in request.form

    def act() -> None:
        day = None if back else form_day("retired_on")
        retire_product(
            the_context(), product_id, day, revision=form_revision(), by=acting_person(), actor=actor()
        )

    return done_or_refused(product_id, act, "reinstated" if back else "retired")


def done_or_refused(product_id: int, act: Callable[[], object], done: str) -> AnyResponse | tuple[str, int]:
    """Back to the product's page: after the deed, or with the reason why it was refused."""
    try:
        act()
    except (ConflictError, InvalidInputError) as error:
        return product_page(product_id, refusal=error.message), status_of(error)
    return redirect(url_for("products.show", product_id=product_id, done=done), 303)


def product_page(product_id: int, **more: Any) -> str:
    """The page of a product, with what there is to say beside it."""
    context = the_context()
    page = show_product(context, product_id, by=acting_person())
    return render_template(
        "registers/product.html",
        page=page,
        categories=PRODUCT_CATEGORIES,
        labels=_LABELS,
        most_photos=MOST_PHOTOS,
        today=context.today(),
        done=request.args.get("done"),
        **more,
    )


def _listed() -> tuple[ProductQuery, ProductList]:
    sort, descending = asked_sort(PRODUCT_SORTS, "township")
    query = ProductQuery(
        search=asked_text("search"),
        county=asked_text("county"),
        category=category if (category := asked_text("category")) in PRODUCT_CATEGORIES else "",
        featured=request.args.get("featured") == "1",
        retired=request.args.get("retired") == "1",
        sort=sort,
        descending=descending,
    )
    return query, list_products(the_context(), query, by=acting_person())


def _form_page(record: dict[str, Any] | None, form: EditForm, township_code: str) -> str:
    township = show_township(the_context(), township_code, by=acting_person())
    require_form(township.may_change_products, Action.PRODUCT_WRITE)
    return render_template(
        "registers/product_form.html",
        record=record,
        form=form,
        labels=_LABELS,
        township=township.record,
        county=township.county,
        categories=PRODUCT_CATEGORIES,
    )
