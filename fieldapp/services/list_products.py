"""List the products of the townships, and show one with its photos and its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fieldapp.domain.permissions import Action, Person, may, require, visible
from fieldapp.domain.searching import is_meant
from fieldapp.persistence import product_photos, products, townships
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.list_institutions import spelled
from fieldapp.services.product_values import row_of


@dataclass(frozen=True)
class ProductQuery:
    """What is asked for; everything blank asks for all that are listed."""

    search: str = ""
    county: str = ""
    category: str = ""
    featured: bool = False
    retired: bool = False
    sort: str = "township"
    descending: bool = False


@dataclass(frozen=True)
class ProductLine:
    """One product; ``featured_from`` is the day from which it is the one product of its township today."""

    id: int
    name: str
    pinyin: str
    category: str
    township_code: str
    township: str
    township_pinyin: str
    county_code: str
    county: str
    scale: str
    value_wan_yuan: Decimal | None
    brand: str
    geographical_indication: str
    basis: str
    featured_from: date | None
    retired_on: date | None
    demonstration: bool


@dataclass(frozen=True)
class ProductList:
    """The products asked for, and the counties among which to choose."""

    lines: list[ProductLine]
    counties: Mapping[str, str]


@dataclass(frozen=True)
class ProductPage:
    """A product with its photos, the history of its township's featured product, and what may be done."""

    record: Values
    photos: list[Values]
    periods: list[Values]
    current: Values | None  # the period that runs today, whichever product it is of
    may_change: bool


_ORDERS: Mapping[str, Callable[[ProductLine], Any]] = {
    "township": lambda line: (line.county_code, line.township_pinyin),
    "name": lambda line: line.pinyin,
    "category": lambda line: line.category,
    "value": lambda line: line.value_wan_yuan if line.value_wan_yuan is not None else Decimal(-1),
    "featured": lambda line: (line.featured_from is None, line.featured_from or date.min),
}
PRODUCT_SORTS = tuple(_ORDERS)


def list_products(context: Context, query: ProductQuery, *, by: Person) -> ProductList:
    """The products asked for that ``by`` may see, by county and township unless ordered otherwise."""
    today = context.today()
    allowed = visible(by, "product")
    with context.reading() as connection:
        rows = [row for row in products.register_rows(connection) if allowed.admits(row_of(row))]
        periods = products.featured_periods(connection)
        names = townships.county_names(connection)
    featured = {
        period["product_id"]: period["starts_on"]
        for each in periods.values()
        for period in each
        if _holds(period, today)
    }
    lines = [_line(row, featured) for row in rows if _asked(row, query, row["id"] in featured, today)]
    lines.sort(key=lambda line: (line.county_code, line.township_pinyin, line.pinyin))
    lines.sort(key=_ORDERS.get(query.sort, _ORDERS["township"]), reverse=query.descending)
    seen = {row["county_code"] for row in rows}
    return ProductList(lines, {code: name for code, name in sorted(names.items()) if code in seen})


def show_product(context: Context, product_id: int, *, by: Person) -> ProductPage:
    """The page of a product; `NotFoundError` for none, `ForbiddenError` for one not to be seen."""
    today = context.today()
    with context.reading() as connection:
        record = products.by_id(connection, product_id)
        require(by, Action.PRODUCT_READ, row_of(record))
        periods = products.periods_in(connection, record["township_code"])
        photos = product_photos.shown(connection, product_id)
    return ProductPage(
        record=record,
        photos=photos,
        periods=periods,
        current=next((period for period in periods if _holds(period, today)), None),
        may_change=may(by, Action.PRODUCT_WRITE, row_of(record)),
    )


def _holds(period: Values, day: date) -> bool:
    return period["starts_on"] <= day and (period["ends_on"] is None or period["ends_on"] >= day)


def _asked(row: Values, query: ProductQuery, featured: bool, today: date) -> bool:
    is_retired = row["retired_on"] is not None and row["retired_on"] <= today
    return (
        (query.retired or not is_retired)
        and (not query.county or row["county_code"] == query.county)
        and (not query.category or row["category"] == query.category)
        and (not query.featured or featured)
        and (
            is_meant(
                query.search,
                name=row["name"],
                pinyin=spelled(row["name"]),
                others=(row["brand"], row["geographical_indication"], row["township_code"]),
            )
            or is_meant(query.search, name=row["township"], pinyin=row["township_pinyin"])
        )
    )


def _line(row: Values, featured: Mapping[int, date]) -> ProductLine:
    kept = {
        key: row[key] for key in ProductLine.__dataclass_fields__ if key not in ("pinyin", "featured_from")
    }
    return ProductLine(**kept, pinyin=spelled(row["name"]), featured_from=featured.get(row["id"]))
