"""Plan the import of townships, of their boundaries and of what became of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from shapely import Point
from sqlalchemy import Connection

from fieldapp.domain.importing import Action
from fieldapp.domain.townships import LineageKind, TownshipKind
from fieldapp.domain.wording import one_line
from fieldapp.persistence import schema, townships
from fieldapp.persistence.register import Values
from fieldapp.services.import_boundaries import Boundaries, title_of
from fieldapp.services.import_counties import Counties
from fieldapp.services.import_plan import ImportOptions, ImportTable, Plan
from fieldapp.services.import_roster import RosterPlanner, plan_target
from fieldapp.services.import_values import (
    Field,
    check_lengths,
    degrees,
    differing,
    merged,
    refuse_repeated,
    same,
)
from fieldapp.workbooks.reading import Row
from geodata.errors import Message
from geodata.tables.pinyin import place_pinyin

_FIELDS = (
    Field("name", clears=False),
    Field("kind", clears=False),
    Field("seat_source", ""),
    Field("seat_accuracy_m"),
    Field("boundary_quality", clears=False),
    Field("boundary_tolerance_m"),
    Field("starts_on"),
    Field("ends_on"),
    Field("note", "", lines=True),
)
_DAY = timedelta(days=1)
_UPDATES, _INSERTS, _LINEAGE = 1, 2, 3
_SUCCESSION = {"merged_into": LineageKind.MERGED, "upgraded_to": LineageKind.UPGRADED}


def plan_townships(
    connection: Connection, table: ImportTable, plan: Plan, options: ImportOptions, today: date
) -> Iterator[None]:
    """Fill the plan, one step of the iterator a row."""
    planner = _Planner(connection, table, plan, options, options.effective_on or today)
    for row in table.rows:
        if row.faulty:
            planner.check_rest(row)
        else:
            planner.take(row)
        yield
    planner.finish()
    plan_target(connection, plan, options.target, planner.effective_on)


class _Planner:
    def __init__(
        self,
        connection: Connection,
        table: ImportTable,
        plan: Plan,
        options: ImportOptions,
        effective_on: date,
    ) -> None:
        self.table, self.plan, self.effective_on = table, plan, effective_on
        self.stored = townships.all_by_code(connection)
        self.counties = Counties(connection, table, plan)
        self.lineage = {
            (change["kind"], change["from_code"], change["to_code"]): change["effective_on"]
            for change in townships.all_lineage(connection)
        }
        self.boundaries = Boundaries(table, plan)
        self.roster = RosterPlanner(connection, table, plan, complete=options.complete)
        self.in_file = {
            str(row.values["code"]): str(row.values["name"]) for row in table.rows if "code" not in row.faulty
        }
        self.seen: dict[str, Row] = {}
        self.resulting: dict[str, Mapping[str, Any]] = dict(self.stored)

    def take(self, row: Row) -> None:
        code = str(row.values["code"])
        if code in self.seen:
            refuse_repeated(self.plan, row, self.seen[code], "code")
            return
        self.seen[code] = row
        stored = self.stored.get(code)
        faults = len(self.plan.faults)
        county_code = self.counties.of(row, code, stored)
        values: Values = {"code": code} | merged(self.table, row, stored, _FIELDS)
        values |= {"county_code": county_code, "pinyin": self._pinyin(row, stored, values["name"])}
        self._set_kind(row, values)
        values["seat"] = self._seat(row, stored)
        self.boundaries.take(row, values, stored)
        effective_on = row.values.get("effective_on") or self.effective_on
        assert isinstance(effective_on, date)
        succession = self._succession(row, values, effective_on)
        check_lengths(self.plan, row, schema.townships, values)
        self._check_period(row, values)
        if len(self.plan.faults) > faults:
            return
        before, after = self.roster.take(
            row,
            code,
            is_new=stored is None,
            effective_on=effective_on,
            township_ends_on=values["ends_on"],
        )
        self.resulting[code] = values
        if len(self.plan.faults) == faults:
            if stored is not None and not same(stored["name"], values["name"]):
                self._rename(row, stored, values, effective_on)
            self._decide(row, values, stored, (before, after | succession))

    def check_rest(self, row: Row) -> None:
        """Check what is sound of a row with a fault, so that all its faults are told at once."""
        stored = self.stored.get(str(row.values.get("code") or ""))
        values = merged(self.table, row, stored, _FIELDS)
        if not row.faulty & {"seat_lon", "seat_lat"}:
            self._seat(row, stored)
        check_lengths(self.plan, row, schema.townships, values)
        if not row.faulty & {"starts_on", "ends_on"}:
            self._check_period(row, values)

    def _set_kind(self, row: Row, values: Values) -> None:
        if values["kind"] is not None:
            return
        name = values["name"]
        if re.search(r"镇$", name):
            values["kind"] = TownshipKind.TOWN.value
        elif re.search(r"乡$", name):
            values["kind"] = TownshipKind.TOWNSHIP.value
        else:
            self.plan.refuse(
                row,
                "kind" if self.table.has("kind") else "name",
                Message("The name does not end in 镇 or 乡. Give the kind: town (镇) or township (乡)."),
            )

    def _pinyin(self, row: Row, stored: Values | None, name: str) -> str:
        if given := row.values.get("pinyin"):
            return one_line(str(given))
        if stored and same(stored["name"], name):
            return str(stored["pinyin"])
        return place_pinyin(name)[:200]

    def _seat(self, row: Row, stored: Values | None) -> Point | None:
        kept: Point | None = stored["seat"] if stored else None
        given: Point | None = None
        geometry = self.table.geometries.get(row.number)
        if isinstance(geometry, Point):
            given = geometry
        elif row.values.get("seat_lon") is not None or row.values.get("seat_lat") is not None:
            given = degrees(self.plan, row, "seat_lon", "seat_lat")
        return kept if given is None or same(kept, given) else given

    def _succession(self, row: Row, values: Values, effective_on: date) -> Values:
        """End a township that was merged into another, or became a town with a new code."""
        told: Values = {}
        for key, kind in _SUCCESSION.items():
            successor = row.values.get(key)
            if successor is None or (kind, values["code"], successor) in self.lineage:
                continue
            if successor == values["code"] or successor not in self.stored.keys() | self.in_file.keys():
                self.plan.refuse(
                    row,
                    key,
                    Message("There is no other township with the code {code}. Add it too.", code=successor),
                )
                continue
            if values["ends_on"] is None:
                values["ends_on"] = effective_on - _DAY
            elif row.values.get("effective_on") is None:
                effective_on = values["ends_on"] + _DAY
            told[key] = successor
            self._add_lineage(row, kind, (values["code"], str(successor)), values["name"], effective_on)
        return told

    def _add_lineage(
        self, row: Row, kind: LineageKind, codes: tuple[str, str], from_name: str, effective_on: date
    ) -> None:
        from_code, to_code = codes
        self.plan.write(
            _LINEAGE,
            townships.insert_lineage,
            {
                "kind": kind.value,
                "effective_on": effective_on,
                "from_code": from_code,
                "to_code": to_code,
                "from_name": from_name,
                "to_name": self.in_file.get(to_code) or self.stored[to_code]["name"],
                "note": "",
            },
            row,
        )

    def _rename(self, row: Row, stored: Values, values: Values, effective_on: date) -> None:
        code = values["code"]
        if self.lineage.get((LineageKind.RENAMED.value, code, code)) == effective_on:
            self.plan.refuse(
                row,
                "name",
                Message(
                    "{township} was renamed on {day} already. Give another day from which the name holds.",
                    township=title_of(stored),
                    day=effective_on,
                ),
            )
            return
        self._add_lineage(row, LineageKind.RENAMED, (code, code), stored["name"], effective_on)

    def _check_period(self, row: Row, values: Values) -> None:
        if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
            self.plan.refuse(
                row,
                "ends_on",
                Message(
                    "The last day {ends_on} is before the first day {starts_on}. Correct one of the two.",
                    starts_on=values["starts_on"],
                    ends_on=values["ends_on"],
                ),
            )

    def _decide(self, row: Row, values: Values, stored: Values | None, beside: tuple[Values, Values]) -> None:
        before, after = beside
        title = title_of(values)
        if stored is None:
            self.plan.write(_INSERTS, townships.insert_many, values, row)
            self.plan.record("township.imported", "township", values["code"], None, values | after)
            self.plan.add(row, title, values | after)
            return
        changed = differing(stored, values, values)
        if not changed and not after:
            self.plan.keep(row, title)
            return
        if changed:
            self.plan.write(_UPDATES, townships.update_many, values, row)
        before = {key: stored[key] for key in changed} | before
        after = {key: values[key] for key in changed} | after
        ends = any(after.get(key) is not None for key in ("ends_on", "roster_ends_on"))
        self.plan.record("township.changed", "township", values["code"], before, after)
        self.plan.change(Action.END if ends else Action.CHANGE, row, title, before, after)

    def finish(self) -> None:
        """Check what only all rows show together, and end those that a complete roster does not name."""
        self.boundaries.finish(self.resulting)
        named: dict[tuple[str, str], str] = {}
        for code, values in self.resulting.items():
            if values["ends_on"] is not None:
                continue
            other = named.setdefault((values["county_code"], values["name"]), code)
            row = self.seen.get(code) or self.seen.get(other)
            if other != code and row is not None:
                self.plan.refuse(
                    row,
                    "name",
                    Message(
                        "{name} would exist twice in one county: {code} and {other}. Correct one of the two.",
                        name=values["name"],
                        code=code,
                        other=other,
                    ),
                )
        if self.roster.complete:
            titles = {code: title_of(values) for code, values in self.stored.items()}
            self.roster.end_missing(set(self.in_file), titles, self.effective_on)
