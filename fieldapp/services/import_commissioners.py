"""Plan the import of commissioners and of the institutions that send them."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import count
from typing import Any

from shapely import Point
from sqlalchemy import Connection

from fieldapp.domain.commissioners import CommissionerKind, masked_phone
from fieldapp.domain.importing import Action
from fieldapp.domain.spelling import normalised
from fieldapp.domain.wording import one_line
from fieldapp.persistence import assignments, commissioners, schema
from fieldapp.persistence.register import Values
from fieldapp.services.import_institutions import Institutions
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.services.import_values import (
    Field,
    check_lengths,
    degrees,
    differing,
    merged,
    person_pinyin,
    refuse_repeated,
)
from fieldapp.services.terms import busiest_days, terms_of
from fieldapp.workbooks.reading import Row
from geodata.errors import Counted, Message

_FIELDS = (
    Field("name", clears=False),
    Field("kind", CommissionerKind.INDIVIDUAL.value, clears=False),
    Field("specialties", ()),
    Field("capacity", 1, clears=False),
    Field("retired_on"),
    Field("note", "", lines=True),
    Field("demonstration", False, clears=False),
)
_SHOWN = (
    "name",
    "pinyin",
    "kind",
    "institution",
    "specialties",
    "capacity",
    "phone",
    "home_lon",
    "home_lat",
    "retired_on",
    "note",
    "demonstration",
)
_MAX_CAPACITY = 1000
_PHONE = re.compile(r"\+?[0-9][0-9\- ]{4,24}")


def plan_commissioners(connection: Connection, table: ImportTable, plan: Plan, today: date) -> Iterator[None]:
    """Fill the plan, one step of the iterator a row."""
    planner = _Planner(connection, table, plan, today)
    for row in table.rows:
        planner.take(row)
        yield
    planner.institutions.finish()


class _Planner:
    def __init__(self, connection: Connection, table: ImportTable, plan: Plan, today: date) -> None:
        self.table, self.plan = table, plan
        self.stored = commissioners.all_by_id(connection)
        self.institutions = Institutions(connection, plan)
        self.loads = busiest_days(terms_of(assignments.all_by_id(connection).values()), ahead_of=today)
        self.seen: dict[str, Row] = {}
        self.by_name: dict[tuple[str, str], list[str]] = defaultdict(list)
        for entry in self.stored.values():
            if entry["merged_into"] is not None:
                continue  # the one that remained is meant
            self.by_name[normalised(entry["name"]), normalised(entry["institution"])].append(entry["id"])
        self.ids_by_fold = {normalised(entry): entry for entry in self.stored}
        self.new_ids = self._new_ids()

    def _new_ids(self) -> Iterator[str]:
        taken = {normalised(entry) for entry in self.stored}
        taken |= {normalised(str(row.values.get("id") or "")) for row in self.table.rows}
        numbers = [int(match[1]) for entry in taken if (match := re.fullmatch(r"c-(\d{1,9})", entry))]
        return (f"C-{number:04d}" for number in count(max(numbers, default=0) + 1))

    def take(self, row: Row) -> None:
        identity = None if row.faulty else self._identity(row)
        if identity is None:
            self._check_rest(row)
            return
        if identity in self.seen:
            refuse_repeated(self.plan, row, self.seen[identity], "id" if row.values.get("id") else "name")
            return
        self.seen[identity] = row
        stored = self.stored.get(identity)
        before_faults = len(self.plan.faults)
        values: Values = {"id": identity} | merged(self.table, row, stored, _FIELDS)
        values["specialties"] = tuple(sorted(values["specialties"]))
        values["institution"] = self.institutions.of(row)
        values["pinyin"] = self._pinyin(row, stored, values["name"])
        values["phone"] = self._phone(row, stored)
        values["home"] = self._home(row, stored)
        self._check(row, values, stored)
        if len(self.plan.faults) == before_faults:
            self._decide(row, values, stored)

    def _check_rest(self, row: Row) -> None:
        """Check what is sound of a row with a fault, so that all its faults are told at once."""
        stored = self.stored.get(str(row.values.get("id") or ""))
        values: Values = {"id": stored["id"] if stored else None}
        values |= merged(self.table, row, stored, _FIELDS)
        self._phone(row, stored)
        if not row.faulty & {"home_lon", "home_lat"}:
            self._home(row, stored)
        self._check(row, values, stored)

    def _identity(self, row: Row) -> str | None:
        """The id that the row is about: as written, by name and institution, or a new one."""
        given = unicodedata.normalize("NFKC", str(row.values.get("id") or "")).strip()
        if given:
            return self.ids_by_fold.setdefault(normalised(given), given)
        name, institution = str(row.values.get("name")), str(row.values.get("institution"))
        found = self.by_name[normalised(name), normalised(institution)]
        if len(found) > 1:
            self.plan.refuse(
                row,
                "name",
                Message(
                    "{institution} has several commissioners called {name}: {ids}. Give the id.",
                    institution=institution,
                    name=name,
                    ids="、".join(found),
                ),
            )
            return None
        if not found:
            # Found again by a second row of the same person.
            found.append(next(self.new_ids))
        return found[0]

    def _pinyin(self, row: Row, stored: Values | None, name: str) -> str:
        if given := row.values.get("pinyin"):
            return one_line(str(given))
        if stored and stored["name"] == name:
            return str(stored["pinyin"])
        return person_pinyin(name)

    def _phone(self, row: Row, stored: Values | None) -> str | None:
        kept: str | None = stored["phone"] if stored else None
        if not self.table.has("phone"):
            return kept
        given = unicodedata.normalize("NFKC", str(row.values.get("phone") or "")).strip()
        if not given:
            return None
        if "*" in given:
            self._check_mask(row, given, kept, known=stored is not None)
            return kept
        if not _PHONE.fullmatch(given):
            self.plan.refuse(
                row,
                "phone",
                Message("{value} is not a phone number. Write digits only, or leave it blank.", value=given),
            )
        return given

    def _check_mask(self, row: Row, given: str, kept: str | None, *, known: bool) -> None:
        if given == masked_phone(kept):
            return
        if known:
            self.plan.refuse(
                row,
                "phone",
                Message(
                    "{value} hides digits and is not the stored phone. "
                    "Write it in full, or leave it as exported.",
                    value=given,
                ),
            )
            return
        self.plan.notices.append(
            Message(
                "Row {row}: the phone {value} hides digits, so none is stored.", row=row.number, value=given
            )
        )

    def _home(self, row: Row, stored: Values | None) -> Point | None:
        kept: Point | None = stored["home"] if stored else None
        if not (self.table.has("home_lon") and self.table.has("home_lat")):
            return kept
        lon, lat = row.values.get("home_lon"), row.values.get("home_lat")
        if lon is None and lat is None:
            return None
        point = degrees(self.plan, row, "home_lon", "home_lat")
        if point and kept and kept.equals_exact(point, 1e-9):
            return kept
        return point

    def _check(self, row: Row, values: Values, stored: Values | None) -> None:
        check_lengths(self.plan, row, schema.commissioners, values)
        if not 0 <= values["capacity"] <= _MAX_CAPACITY:
            self.plan.refuse(
                row,
                "capacity",
                Message("The capacity is from 0 to {limit}. Correct it.", limit=_MAX_CAPACITY),
            )
            return
        load = self.loads.get(values["id"])
        if (
            stored
            and load
            and values["capacity"] < stored["capacity"]
            and values["capacity"] < load.townships
        ):
            self.plan.refuse(
                row,
                "capacity",
                Counted(
                    "{name} leads {count} township on {day}. End or move it first, or keep the capacity.",
                    "{name} leads {count} townships on {day}. End or move those first, or keep the capacity.",
                    name=values["name"],
                    count=load.townships,
                    day=load.day,
                ),
            )

    def _decide(self, row: Row, values: Values, stored: Values | None) -> None:
        title = f"{values['name']} ({values['id']})"
        if stored is None:
            self.plan.write(3, commissioners.insert_many, values, row)
            after = _shown(values)
            self.plan.record("commissioner.imported", "commissioner", values["id"], None, after)
            self.plan.add(row, title, after)
            return
        changed = differing(stored, values, [key for key in values if key != "id"])
        if not changed:
            self.plan.keep(row, title)
            return
        self.plan.write(4, commissioners.update_many, values, row)
        was, will_be = _shown(stored), _shown(values)
        before = {key: was[key] for key in _SHOWN if was[key] != will_be[key]}
        after = {key: will_be[key] for key in before}
        retires = "retired_on" in after and after["retired_on"] is not None
        self.plan.record("commissioner.changed", "commissioner", values["id"], before, after)
        self.plan.change(Action.END if retires else Action.CHANGE, row, title, before, after)


def _shown(values: Mapping[str, Any]) -> Values:
    """The record as its columns show it, with the phone masked: the log and the preview need no more."""
    home = values["home"]
    shown = {key: values.get(key) for key in _SHOWN}
    shown["phone"] = masked_phone(values["phone"])
    shown["home_lon"], shown["home_lat"] = (home.x, home.y) if home is not None else (None, None)
    return shown
