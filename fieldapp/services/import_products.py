"""Plan the import of products, and of which one is featured from when to when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from fieldapp.domain.importing import Action
from fieldapp.domain.naming import Place
from fieldapp.domain.wording import one_line
from fieldapp.persistence import products, schema
from fieldapp.persistence.register import Values
from fieldapp.services.import_places import Places
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.services.import_values import Field, check_lengths, differing, merged, refuse_repeated
from fieldapp.services.product_values import LARGEST_VALUE
from fieldapp.workbooks.reading import Row
from geodata.errors import Message

_FIELDS = (
    Field("category", clears=False),
    Field("scale", ""),
    Field("value_wan_yuan"),
    Field("brand", ""),
    Field("geographical_indication", ""),
    Field("basis", "", lines=True),
    Field("retired_on"),
    Field("demonstration", False, clears=False),
)
_OPEN = date.max
_DAY = timedelta(days=1)


@dataclass
class Period:
    """Days on which a product is featured; without an ``id`` it is not stored yet."""

    product: str
    starts_on: date
    ends_on: date | None
    id: int | None = None
    # The row of the file that speaks of it, and the one that ended it by featuring another product.
    row: Row | None = None
    replaced_by: Row | None = None

    @property
    def last_day(self) -> date:
        return self.ends_on or _OPEN

    def shown(self) -> Values:
        return {"starts_on": self.starts_on, "ends_on": self.ends_on}


@dataclass
class Difference:
    """What a row does to the period of its product; ``ends`` when it only gives up days."""

    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)
    ends: bool = False


def plan_products(connection: Connection, table: ImportTable, plan: Plan, today: date) -> Iterator[None]:
    """Fill the plan, one step of the iterator a row."""
    planner = _Planner(connection, table, plan, today)
    for row in table.rows:
        planner.take(row)
        yield


class _Planner:
    def __init__(self, connection: Connection, table: ImportTable, plan: Plan, today: date) -> None:
        self.table, self.plan, self.today = table, plan, today
        self.places = Places(connection, plan)
        self.stored = products.all_by_name(connection)
        self.periods: dict[str, list[Period]] = {
            code: [
                Period(each["product"], each["starts_on"], each["ends_on"], each["id"]) for each in periods
            ]
            for code, periods in products.featured_periods(connection).items()
        }
        self.seen: dict[tuple[str, str], Row] = {}

    def take(self, row: Row) -> None:
        # All faults of a row are told at once: what is sound of it is looked at in any case.
        place = None if row.faulty & {"township_code", "township", "county"} else self.places.of(row)
        if place is None or row.faulty:
            self._check_rest(row)
            return
        name = one_line(str(row.values["name"]))
        key = (place.code, name)
        if key in self.seen:
            refuse_repeated(self.plan, row, self.seen[key], "name")
            return
        self.seen[key] = row
        stored = self.stored.get(key)
        values: Values = {"township_code": place.code, "name": name} | merged(
            self.table, row, stored, _FIELDS
        )
        faults = len(self.plan.faults)
        check_lengths(self.plan, row, schema.products, values)
        values["value_wan_yuan"] = self._value(row, values["value_wan_yuan"])
        found = Difference()
        found.ends = self._feature(row, place, name, found)
        if len(self.plan.faults) == faults:
            self._decide(row, place, values, found)

    def _check_rest(self, row: Row) -> None:
        check_lengths(self.plan, row, schema.products, merged(self.table, row, None, _FIELDS))
        self._value(row, row.values.get("value_wan_yuan"))
        starts_on, ends_on = row.values.get("starts_on"), row.values.get("ends_on")
        if isinstance(starts_on, date) and isinstance(ends_on, date) and ends_on < starts_on:
            self._refuse_period(row, starts_on, ends_on)

    def _value(self, row: Row, given: object) -> Decimal | None:
        """The yearly value to the cent, as it is stored."""
        if given is None:
            return None
        value = Decimal(str(given))
        if 0 <= value <= LARGEST_VALUE:
            return round(value, 2)
        self.plan.refuse(
            row,
            "value_wan_yuan",
            Message("The yearly value is from 0 to {limit}. Correct it.", limit=f"{LARGEST_VALUE:,}"),
        )
        return None

    def _decide(self, row: Row, place: Place, values: Values, featured: Difference) -> None:
        before, after = featured.before, featured.after
        stored = self.stored.get((place.code, values["name"]))
        title = f"{place.title}: {values['name']}"
        subject = f"{place.code}/{values['name']}"
        if stored is None:
            self.plan.write(1, products.insert_many, values, row)
            after = values | after
            self.plan.record("product.imported", "product", subject, None, after)
            self.plan.add(row, title, after)
            return
        changed = differing(stored, values, values)
        if changed:
            self.plan.write(2, products.update_many, {"id": stored["id"]} | values, row)
        before = {key: stored[key] for key in changed} | before
        after = {key: values[key] for key in changed} | after
        if not after:
            self.plan.keep(row, title)
            return
        self.plan.record("product.changed", "product", subject, before, after)
        self.plan.change(Action.END if featured.ends else Action.CHANGE, row, title, before, after)

    def _feature(self, row: Row, place: Place, name: str, found: Difference) -> bool:
        """Put the product's featured period in place; true when that only ends it."""
        featured = row.values.get("featured")
        starts_on, ends_on = row.values.get("starts_on"), row.values.get("ends_on")
        assert starts_on is None or isinstance(starts_on, date)
        assert ends_on is None or isinstance(ends_on, date)
        periods = self.periods.setdefault(place.code, [])
        own = [period for period in periods if period.product == name]
        if featured is None or (not featured and not (starts_on and ends_on)):
            current = next((period for period in own if period.last_day >= self.today), None)
            if featured is None or current is None:
                return False
            last_day = ends_on or max(current.starts_on, self.today - _DAY)
            return self._set_end(row, place, current, last_day, found)
        matched = self._matched(own, starts_on)
        if matched is not None:
            # A blank end of one that goes on leaves it open; where the column is missing, it stays as it is.
            last = ends_on if self.table.has("ends_on") else matched.ends_on
            if featured and matched.replaced_by is not None:
                self._refuse_two(row, place, name, matched.replaced_by, self.today)
                return False
            matched.row = row
            return self._set_end(row, place, matched, last, found)
        self._begin(row, place, Period(name, starts_on or self.today, ends_on, row=row), found)
        return False

    def _matched(self, own: list[Period], starts_on: date | None) -> Period | None:
        if starts_on is not None:
            return next((period for period in own if period.starts_on == starts_on), None)
        return next((period for period in own if period.last_day >= self.today), None)

    def _set_end(
        self, row: Row, place: Place, period: Period, ends_on: date | None, found: Difference
    ) -> bool:
        if period.ends_on == ends_on:
            return False
        if ends_on is not None and ends_on < period.starts_on:
            self._refuse_period(row, period.starts_on, ends_on)
            return False
        ends = ends_on is not None and (period.ends_on is None or ends_on < period.ends_on)
        found.before["ends_on"], found.after["ends_on"] = period.ends_on, ends_on
        period.ends_on, period.row = ends_on, row
        if not ends and not self._is_apart(row, place, period):
            return False
        if period.id is not None:
            order = 3 if ends else 4
            write = _shorten if ends else products.update_featured
            self.plan.write(order, write, {"id": period.id, "ends_on": ends_on}, row)
        return ends

    def _begin(self, row: Row, place: Place, period: Period, found: Difference) -> None:
        if period.ends_on is not None and period.ends_on < period.starts_on:
            self._refuse_period(row, period.starts_on, period.ends_on)
            return
        periods = self.periods[place.code]
        former = next(
            (
                other
                for other in periods
                if other.row is None and other.starts_on < period.starts_on <= other.last_day
            ),
            None,
        )
        if former is not None and former.product != period.product:
            self._end_former(row, place, former, period.starts_on - _DAY)
        if not self._is_apart(row, place, period):
            return
        periods.append(period)
        found.after |= {"featured": True} | period.shown()
        found.before |= {"featured": False, "starts_on": None, "ends_on": None}
        self.plan.write(
            5,
            products.insert_featured,
            {"township_code": place.code, "product": period.product} | period.shown(),
            row,
        )

    def _end_former(self, row: Row, place: Place, former: Period, ends_on: date) -> None:
        before, after = {"ends_on": former.ends_on}, {"ends_on": ends_on}
        former.ends_on, former.replaced_by = ends_on, row
        self.plan.write(3, _shorten, {"id": former.id, "ends_on": ends_on}, row)
        title = f"{place.title}: {former.product}"
        self.plan.record("product.unfeatured", "product", f"{place.code}/{former.product}", before, after)
        self.plan.change(Action.END, None, title, before, after)

    def _is_apart(self, row: Row, place: Place, period: Period) -> bool:
        for other in self.periods[place.code]:
            if other is period or other.starts_on > period.last_day or period.starts_on > other.last_day:
                continue
            if other.row is not None:
                self._refuse_two(row, place, other.product, other.row, max(period.starts_on, other.starts_on))
                return False
            self.plan.refuse(
                row,
                "starts_on" if self.table.has("starts_on") else "featured",
                Message(
                    "{township} has the featured product {product} from {day} on. "
                    "Choose other days, or end that one first.",
                    township=place.name,
                    product=other.product,
                    day=other.starts_on,
                ),
            )
            return False
        return True

    def _refuse_two(self, row: Row, place: Place, product: str, other: Row, day: date) -> None:
        self.plan.refuse(
            row,
            "featured",
            Message(
                "{township} would have two featured products on {day}: see {product} and row {row}. "
                "Correct the days, or leave one of them not featured.",
                township=place.name,
                day=day,
                product=product,
                row=other.number,
            ),
        )

    def _refuse_period(self, row: Row, starts_on: date, ends_on: date) -> None:
        self.plan.refuse(
            row,
            "ends_on",
            Message(
                "The last day {ends_on} is before the first day {starts_on}. Correct one of the two.",
                starts_on=starts_on,
                ends_on=ends_on,
            ),
        )


def _shorten(connection: Connection, rows: Sequence[Values]) -> None:
    """End periods, before others begin."""
    products.update_featured(connection, rows)
