"""Plan the import of assignments: who leads which township for which term, and in what state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.assignments import AgreementState, AssignmentState
from fieldapp.domain.importing import Action
from fieldapp.domain.naming import Named, Place
from fieldapp.persistence import assignments, schema, townships
from fieldapp.persistence.register import Values
from fieldapp.services.assignment_rules import check_days, check_lifecycle, check_terms, lasts_shorter
from fieldapp.services.import_people import People
from fieldapp.services.import_places import Places
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.services.import_values import Field, check_lengths, differing, merged, refuse_repeated
from fieldapp.workbooks.reading import Row
from geodata.errors import Message

_FIELDS = (
    Field("state", AssignmentState.ACTIVE.value, clears=False),
    Field("starts_on", clears=False),
    Field("ends_on", clears=False),
    Field("ended_on"),
    Field("end_reason"),
    Field("notice_starts_on"),
    Field("notice_ends_on"),
    Field("agreement_state", AgreementState.NONE.value, clears=False),
    Field("agreement_approved_on"),
    Field("note", "", lines=True),
    Field("demonstration", False, clears=False),
)


def plan_assignments(connection: Connection, table: ImportTable, plan: Plan, today: date) -> Iterator[None]:
    """Fill the plan, one step of the iterator a row."""
    planner = _Planner(connection, table, plan, today)
    for row in table.rows:
        planner.take(row)
        yield
    planner.finish(connection)


class _Planner:
    def __init__(self, connection: Connection, table: ImportTable, plan: Plan, today: date) -> None:
        self.table, self.plan, self.today = table, plan, today
        self.places = Places(connection, plan)
        self.validity = townships.validity(connection)
        self.named = People(connection, table, plan)
        self.people = self.named.by_id
        self.stored = assignments.all_by_id(connection)
        self.by_term: dict[tuple[str, str, date], list[int]] = defaultdict(list)
        for entry in self.stored.values():
            self.by_term[entry["township_code"], entry["commissioner_id"], entry["starts_on"]].append(
                entry["id"]
            )
        self.seen: dict[object, Row] = {}
        # What is stored after the import, by the id or by the row, to be checked as a whole.
        self.resulting: dict[Any, Values] = dict(self.stored)
        self.rows: dict[object, Row] = {}
        self.added: list[tuple[Row, Values, str]] = []

    def take(self, row: Row) -> None:
        # All faults of a row are told at once: what is sound of it is looked at in any case.
        place = None if row.faulty & {"township_code", "township", "county"} else self.places.of(row)
        person = None if row.faulty & {"commissioner_id", "commissioner"} else self.named.of(row)
        if place is None or person is None or row.faulty:
            self._check_rest(row)
            return
        assignment_id = row.values.get("id")
        found = self._stored(row, place, person)
        if found is None and assignment_id is None and self._is_ambiguous(row, place, person):
            return
        key: object = found or assignment_id or (place.code, person.id, row.values["starts_on"])
        if key in self.seen:
            refuse_repeated(self.plan, row, self.seen[key], "id" if assignment_id else "starts_on")
            return
        self.seen[key] = row
        stored = self.stored[found] if found is not None else None
        values: Values = {
            "township_code": place.code,
            "commissioner_id": person.id,
        } | merged(self.table, row, stored, _FIELDS)
        if row.values.get("agreement_approved_on") and not row.values.get("agreement_state"):
            values["agreement_state"] = AgreementState.APPROVED.value
        faults = len(self.plan.faults)
        if isinstance(assignment_id, int) and assignment_id < 1:
            self.plan.refuse(row, "id", Message("An id is 1 or more. Leave it blank for a new assignment."))
        check_lengths(self.plan, row, schema.assignments, values)
        check_lifecycle(self.plan, row, values, stored, self.today)
        self._check_parties(row, place, values, stored)
        if len(self.plan.faults) > faults:
            return
        self.resulting[key] = values | {"id": key}
        self.rows[key] = row
        self._decide(row, f"{place.title}: {person.title}, {values['starts_on']}", values, stored)

    def _check_rest(self, row: Row) -> None:
        values = merged(self.table, row, None, _FIELDS)
        check_lengths(self.plan, row, schema.assignments, values)
        if not row.faulty & {"state", "starts_on", "ends_on", "ended_on", "end_reason"}:
            check_days(self.plan, row, values)

    def _stored(self, row: Row, place: Place, person: Named) -> int | None:
        """The id of the stored assignment that the row is about."""
        given = row.values.get("id")
        if isinstance(given, int):
            return given if given in self.stored else None
        starts_on = row.values["starts_on"]
        assert isinstance(starts_on, date)
        found = self.by_term.get((place.code, person.id, starts_on), [])
        if len(found) > 1:
            standing = [each for each in found if self.stored[each]["state"] != AssignmentState.WITHDRAWN]
            found = standing if len(standing) == 1 else []
        return found[0] if found else None

    def _is_ambiguous(self, row: Row, place: Place, person: Named) -> bool:
        starts_on = row.values["starts_on"]
        assert isinstance(starts_on, date)
        found = self.by_term.get((place.code, person.id, starts_on), [])
        if found:
            self.plan.refuse(
                row,
                "starts_on",
                Message(
                    "Several assignments of this commissioner begin here on {day}: {ids}. Give the id.",
                    day=starts_on,
                    ids="、".join(map(str, found)),
                ),
            )
        return bool(found)

    def _check_parties(self, row: Row, place: Place, values: Values, stored: Values | None) -> None:
        """Refuse a term in a township that is no more, or of a commissioner who has retired."""
        if stored is not None and not differing(stored, values, ("starts_on", "ends_on", "commissioner_id")):
            return
        gone_on = self.validity[place.code]["ends_on"]
        if gone_on is not None and values["starts_on"] > gone_on:
            self.plan.refuse(
                row,
                "starts_on",
                Message(
                    "{township} existed until {day}. Choose its successor.", township=place.title, day=gone_on
                ),
            )
        retired_on = self.people[values["commissioner_id"]]["retired_on"]
        if retired_on is not None and values["starts_on"] > retired_on:
            self.plan.refuse(
                row,
                "starts_on",
                Message(
                    "{commissioner} retired on {day}. Choose another commissioner or other days.",
                    commissioner=self.people[values["commissioner_id"]]["name"],
                    day=retired_on,
                ),
            )

    def _decide(self, row: Row, title: str, values: Values, stored: Values | None) -> None:
        if stored is None:
            self.added.append((row, values, title))
            return
        changed = differing(stored, values, values)
        if not changed:
            self.plan.keep(row, title)
            return
        before = {key: stored[key] for key in changed}
        after = {key: values[key] for key in changed}
        ends = "state" in after and after["state"] in (AssignmentState.ENDED, AssignmentState.WITHDRAWN)
        self._write_change(row, {"id": stored["id"]} | values, shorter=lasts_shorter(stored, values))
        self.plan.record("assignment.changed", "assignment", stored["id"], before, after)
        self.plan.change(Action.END if ends else Action.CHANGE, row, title, before, after)

    def _write_change(self, row: Row, values: Values, *, shorter: bool) -> None:
        # Days are given up before others take them.
        if shorter:
            self.plan.write(1, assignments.update_many, values, row)
        else:
            self.plan.write(2, assignments.update_many, values, row)

    def finish(self, connection: Connection) -> None:
        """Check the terms of all rows together with what is stored, and give the new ones their ids."""
        check_terms(self.plan, self.resulting, self.rows, self.people, self.places)
        if self.plan.faults or self.plan.sheet.faults:
            ids: list[int] = [0] * len(self.added)
        else:
            given = [row.values["id"] for row, _, _ in self.added if isinstance(row.values["id"], int)]
            wanted = len(self.added) - len(given)
            ids = assignments.new_ids(connection, wanted, above=max(given, default=0))
        fresh = iter(ids)
        for row, values, title in self.added:
            known = row.values["id"]
            assignment_id = known if isinstance(known, int) else next(fresh)
            self.plan.write(3, assignments.insert_many, {"id": assignment_id} | values, row)
            self.plan.record("assignment.imported", "assignment", assignment_id, None, values)
            self.plan.add(row, title, values)
