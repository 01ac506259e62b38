"""Page through the register: each list in a stable order, filtered, as far as the person may see."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fieldapp.domain.commissioners import masked_phone
from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.permissions import Action, Person, Row, require, visible
from fieldapp.persistence import register_pages
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.withhold_positions import shown_commissioner
from geodata.errors import Message


@dataclass(frozen=True)
class Page:
    """Some rows of a list; ``next_key`` continues it, and is None at its end."""

    items: Sequence[Values]
    next_key: str | int | None


@dataclass(frozen=True)
class Place:
    """Where in a list to go on, and how many rows to give."""

    limit: int
    after: str | int | None = None


def cut(rows: Sequence[Values], limit: int, key: str) -> Page:
    """The page of the first ``limit`` rows; one row more says that the list goes on."""
    items = rows[:limit]
    return Page(items, items[-1][key] if len(rows) > limit else None)


def page_counties(context: Context, place: Place, *, by: Person) -> Page:
    """Counties by code, with how many townships of today's roster each has."""
    return _counties(context, place, by=by)


def read_county(context: Context, code: str, *, by: Person) -> Values:
    """One county; `NotFoundError` when there is none."""
    return _only(
        _counties(context, Place(1), by=by, only=code),
        Message(
            "There is no county {code}. Give a code of six digits, such as {example}.",
            code=code,
            example="230184",
        ),
        "county.unknown",
    )


def page_townships(
    context: Context,
    place: Place,
    *,
    by: Person,
    as_of: date | None = None,
    county_code: str | None = None,
    on_roster: bool | None = None,
) -> Page:
    """Townships by code that are or were; ``on_roster`` is about ``as_of`` (today)."""
    return _townships(context, place, by=by, as_of=as_of, county_code=county_code, on_roster=on_roster)


def read_township(context: Context, code: str, *, by: Person, as_of: date | None = None) -> Values:
    """One township; `NotFoundError` when there is none."""
    return _only(
        _townships(context, Place(1), by=by, as_of=as_of, only=code),
        Message("There is no township with the code {code}.", code=code),
        "township.unknown",
    )


def page_institutions(context: Context, place: Place, *, by: Person, kind: str | None = None) -> Page:
    """Institutions by id."""
    return _institutions(context, place, by=by, kind=kind)


def read_institution(context: Context, institution_id: int, *, by: Person) -> Values:
    """One institution; `NotFoundError` when there is none."""
    return _only(
        _institutions(context, Place(1), by=by, only=institution_id),
        Message("There is no institution with the id {id}.", id=institution_id),
        "institution.unknown",
    )


def page_commissioners(context: Context, place: Place, *, by: Person, **wanted: Any) -> Page:
    """Commissioners by id, phones masked, home bases for those who see positions.

    ``wanted`` as `register_pages.commissioner_page` takes it.
    """
    return _commissioners(context, place, by=by, **wanted)


def read_commissioner(context: Context, commissioner_id: str, *, by: Person) -> Values:
    """One commissioner, the phone masked; `NotFoundError` where the person may see none of that id."""
    return _only(
        _commissioners(context, Place(1), by=by, only=commissioner_id),
        Message("There is no commissioner with the id {id}.", id=commissioner_id),
        "commissioner.unknown",
    )


def page_products(context: Context, place: Place, *, by: Person, **wanted: Any) -> Page:
    """Products by id; ``wanted`` as `register_pages.product_page` takes it."""
    return _products(context, place, by=by, **wanted)


def read_product(context: Context, product_id: int, *, by: Person) -> Values:
    """One product; `NotFoundError` where the person may see none of that id."""
    return _only(
        _products(context, Place(1), by=by, only=product_id),
        Message("There is no product with the id {id}.", id=product_id),
        "product.unknown",
    )


def page_featured_products(context: Context, place: Place, *, by: Person, **wanted: Any) -> Page:
    """Featured products with their periods, by id; ``wanted`` as `register_pages.featured_page` takes it."""
    with context.reading() as connection:
        return _cut(
            place,
            "id",
            lambda **page: register_pages.featured_page(connection, visible(by, "product"), **page, **wanted),
        )


def _counties(context: Context, place: Place, *, by: Person, only: str | None = None) -> Page:
    require(by, Action.TOWNSHIP_READ, Row())
    with context.reading() as connection:
        return _cut(
            place,
            "code",
            lambda **page: register_pages.county_page(connection, context.today(), only=only, **page),
        )


def _townships(
    context: Context, place: Place, *, by: Person, as_of: date | None = None, **wanted: Any
) -> Page:
    require(by, Action.TOWNSHIP_READ, Row())
    day = as_of or context.today()
    with context.reading() as connection:
        return _cut(
            place, "code", lambda **page: register_pages.township_page(connection, day, **page, **wanted)
        )


def _institutions(context: Context, place: Place, *, by: Person, **wanted: Any) -> Page:
    require(by, Action.INSTITUTION_READ, Row())
    with context.reading() as connection:
        return _cut(place, "id", lambda **page: register_pages.institution_page(connection, **page, **wanted))


def _commissioners(context: Context, place: Place, *, by: Person, **wanted: Any) -> Page:
    allowed, today = visible(by, "commissioner"), context.today()
    with context.reading() as connection:
        page = _cut(
            place,
            "id",
            lambda **page: register_pages.commissioner_page(connection, today, allowed, **page, **wanted),
        )
    return Page([shown_commissioner(_told(row), by) for row in page.items], page.next_key)


def _told(row: Values) -> Values:
    home = row["home"]
    return row | {
        "phone": masked_phone(row["phone"]),
        "home_lon": None if home is None else home.x,
        "home_lat": None if home is None else home.y,
    }


def _products(context: Context, place: Place, *, by: Person, **wanted: Any) -> Page:
    allowed, today = visible(by, "product"), context.today()
    with context.reading() as connection:
        return _cut(
            place,
            "id",
            lambda **page: register_pages.product_page(connection, today, allowed, **page, **wanted),
        )


def _cut(place: Place, key: str, read: Callable[..., list[Values]]) -> Page:
    return cut(read(after=place.after, limit=place.limit + 1), place.limit, key)


def _only(page: Page, missing: Message, code: str) -> Values:
    if not page.items:
        raise NotFoundError(missing, code=code)
    return page.items[0]
