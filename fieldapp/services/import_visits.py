"""Plan the import of visits, as from paper logs: by the same rules as a log from the field.

What an officer decides, and what the program finds out, is not imported: review, grade, confirmation and the
time of receipt; the rows that would lose some are told. A row without an id is known again by commissioner,
township and beginning, so a list can be imported twice; where that visit was logged already under another id,
it is a fault that names it. Visits of one time are taken as from the field: told, and graded accordingly.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, tzinfo
from functools import partial
from uuid import UUID, uuid5

from sqlalchemy import Connection

from fieldapp.domain.assignments import Assignment
from fieldapp.domain.importing import Action
from fieldapp.domain.naming import Named, Place
from fieldapp.domain.permissions import Person
from fieldapp.domain.visit_rules import faults_of, refusal_of_term
from fieldapp.domain.visits import Review, Visit, body_of
from fieldapp.persistence import assignments, visits
from fieldapp.persistence.register import Values
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.import_overlaps import Overlaps
from fieldapp.services.import_people import People
from fieldapp.services.import_places import Places
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.services.import_values import refuse_repeated
from fieldapp.services.read_visit_row import VisitRows
from fieldapp.workbooks.reading import Row
from geodata.errors import Message

# Under this name the ids of rows that carry none are made; it may never change.
_NAMESPACE = UUID("5f0c6f0e-6a9b-4c8e-9d1c-1f6f0a7b2d3e")
_DECIDED_HERE = ("grade", "review", "confirmation_approved", "received_at")
_POINTED = {
    "/fix/lon": "fix_lon",
    "/fix/lat": "fix_lat",
    "/fix/accuracy_m": "fix_accuracy_m",
}


def plan_visits(
    connection: Connection, table: ImportTable, plan: Plan, *, now: datetime, timezone: tzinfo, by: Person
) -> Iterator[None]:
    """Fill the plan, one step of the iterator a row."""
    planner = _Planner(connection, table, plan, now=now, timezone=timezone, by=by)
    for row in table.rows:
        planner.take(row)
        yield
    planner.finish()


class _Planner:
    def __init__(
        self,
        connection: Connection,
        table: ImportTable,
        plan: Plan,
        *,
        now: datetime,
        timezone: tzinfo,
        by: Person,
    ) -> None:
        self.table, self.plan, self.now, self.timezone, self.by = table, plan, now, timezone, by
        self.places = Places(connection, plan)
        self.people = People(connection, table, plan)
        self.said = VisitRows(table, plan, timezone)
        self.stored = {each.id: each for each in visits.all_stored(connection)}
        self.terms: dict[tuple[str, str], list[Assignment]] = defaultdict(list)
        for row in assignments.all_by_id(connection).values():
            term = assignments.assignment_of(row)
            self.terms[term.township_code, self._person_of(term.commissioner_id)].append(term)
        self.overlaps = Overlaps(self.places.gazetteer, timezone)
        for each in self.stored.values():
            if not each.is_withdrawn:
                self.overlaps.note_stored(self._person_of(each.commissioner_id), each)
        self.seen: dict[UUID, Row] = {}
        # One for all rows: those with the same function are written together.
        self.revise = partial(_revise, now=now, by=by.user_id, timezone=timezone)

    def take(self, row: Row) -> None:
        place = None if row.faulty & {"township_code", "township", "county"} else self.places.of(row)
        person = None if row.faulty & {"commissioner_id", "commissioner"} else self.people.of(row)
        if place is None or person is None or row.faulty:
            return
        if self.said.is_of_another_day(row):
            return
        started_at = self.said.moment(row.values["started_at"])
        visit_id = self._id_of(row, place, person, started_at)
        if visit_id is None:
            return
        if visit_id in self.seen:
            refuse_repeated(
                self.plan, row, self.seen[visit_id], "id" if row.values.get("id") else "started_at"
            )
            return
        self.seen[visit_id] = row
        stored = self.stored.get(visit_id)
        faults = len(self.plan.faults)
        visit = self.said.visit(row, place, started_at, stored)
        if visit is None or not self._may_be(row, place, person, visit, stored=stored, visit_id=visit_id):
            return
        if len(self.plan.faults) == faults:
            self.plan.undecided += _loses(row, visit, stored)
            self._decide(row, visit_id, f"{person.title}: {place.title}, {self._told(visit)}", visit, person)

    def _id_of(self, row: Row, place: Place, person: Named, started_at: datetime) -> UUID | None:
        given = str(row.values.get("id") or "").strip()
        if not given:
            return uuid5(_NAMESPACE, f"{self._person_of(person.id)}|{place.code}|{started_at.isoformat()}")
        try:
            return UUID(given)
        except ValueError:
            self.plan.refuse(
                row,
                "id",
                Message("{value} is no id of a visit. Leave it blank for a paper log.", value=given[:60]),
            )
            return None

    def _may_be(
        self,
        row: Row,
        place: Place,
        person: Named,
        visit: Visit,
        *,
        stored: StoredVisit | None,
        visit_id: UUID,
    ) -> bool:
        """Whether the visit can be kept; where not, every reason is a fault of the row."""
        faults = len(self.plan.faults)
        if stored is not None and self._person_of(stored.commissioner_id) != self._person_of(person.id):
            self.plan.refuse(
                row, "commissioner", Message("The visit with this id is another commissioner's.")
            )
        if stored is not None and stored.is_withdrawn:
            self.plan.refuse(
                row,
                "id" if row.values.get("id") else "started_at",
                Message("The commissioner has withdrawn this visit. Take it out of the file."),
            )
        if stored is not None and stored.visit == visit:
            return len(self.plan.faults) == faults
        for _code, fault in faults_of(visit, now=self.now, timezone=self.timezone):
            key = _POINTED.get(fault.pointer, fault.pointer.rpartition("/")[2])
            self.plan.refuse(row, key, fault.message)
        self._check_term(row, place, person, visit)
        begun = None if stored is not None or row.values.get("id") else self._begun(place, person, visit)
        if begun is not None:
            self.plan.refuse(
                row,
                "started_at",
                Message(
                    "A visit of {commissioner} in {township} at this time is there already: {time}, id "
                    "{id}. Take the row out of the file, or give this id to change that visit.",
                    commissioner=person.title,
                    township=place.title,
                    time=self._told(begun[1]),
                    id=begun[0],
                ),
            )
        if len(self.plan.faults) > faults:
            return False
        self.overlaps.note(self._person_of(person.id), person, visit_id, visit, row)
        return True

    def _begun(self, place: Place, person: Named, visit: Visit) -> tuple[UUID, Visit] | None:
        return self.overlaps.begun(self._person_of(person.id), place.code, visit.started_at)

    def _check_term(self, row: Row, place: Place, person: Named, visit: Visit) -> None:
        terms = self.terms[place.code, self._person_of(person.id)]
        day = visit.visited_on(self.timezone)
        if refusal_of_term(visit, terms, day=day, township=place.title) is None:
            return
        self.plan.refuse(
            row,
            "started_at" if terms else "township",
            Message(
                "{commissioner} was not in office in {township} on {day}; terms there: {terms}. "
                "Correct the row, or import the assignment first.",
                commissioner=person.title,
                township=place.title,
                day=day,
                terms="、".join(f"{term.starts_on} – {term.last_day}" for term in terms[:5]) or "–",
            ),
        )

    def _decide(self, row: Row, visit_id: UUID, title: str, visit: Visit, person: Named) -> None:
        stored = self.stored.get(visit_id)
        demonstration = bool(row.values.get("demonstration"))
        if stored is None:
            values = {
                "commissioner_id": person.id,
                "received_at": self.now,
                "recorded_by": self.by.user_id,
                "visited_on": visit.visited_on(self.timezone),
                "demonstration": demonstration,
            }
            self.plan.write(1, _add, {"id": visit_id, "visit": visit, "values": values}, row)
            told = self._columns(visit) | {"commissioner_id": person.id, "visited_on": values["visited_on"]}
            self.plan.record("visit.imported", "visit", visit_id, None, _audited(told, 1))
            self.plan.add(row, title, {key: value for key, value in told.items() if value != 0})
            return
        if stored.visit == visit:
            self.plan.keep(row, title)
            return
        # What an officer has judged is what the log said then.
        values = {
            "review": Review.SUBMITTED.value,
            "recorded_by": self.by.user_id,
            "visited_on": visit.visited_on(self.timezone),
        }
        self.plan.write(2, self.revise, {"stored": stored, "visit": visit, "values": values}, row)
        before, after = self._columns(stored.visit), self._columns(visit)
        changed = [key for key in after if before[key] != after[key]]
        self.plan.record(
            "visit.imported",
            "visit",
            visit_id,
            {key: before[key] for key in changed if key != "content"},
            _audited({key: after[key] for key in changed}, stored.revision + 1),
        )
        self.plan.change(
            Action.CHANGE,
            row,
            title,
            {key: before[key] for key in changed},
            {key: after[key] for key in changed},
        )

    def finish(self) -> None:
        """Say what the file holds and is not imported, and which visits were made at one time."""
        left_out = [key for key in _DECIDED_HERE if self.table.has(key)]
        if self.plan.undecided:
            self.plan.notices.append(
                Message(
                    "Reviews, confirmations, grades and times of receipt are not taken from a file (rows "
                    "that hold some: {count}). New and changed visits await review here and are graded "
                    "anew. To move a whole installation, move its database and data folder.",
                    count=self.plan.undecided,
                )
            )
        elif left_out and any(change.action is not Action.KEEP for change in self.plan.changes):
            self.plan.notices.append(
                Message(
                    "Grade, review, confirmation and time of receipt are decided here "
                    "and not taken from a file."
                )
            )
        self.plan.warnings.extend(self.overlaps.warnings())

    def _person_of(self, commissioner_id: str) -> str:
        """The record that remains of a commissioner whose duplicates were merged."""
        found = self.people.by_id.get(commissioner_id)
        return str((found or {}).get("merged_into") or commissioner_id)

    def _columns(self, visit: Visit) -> Values:
        """The columns of a visit as a preview shows them, instants in the installation's time zone."""
        columns = visits.columns_of(visit)
        columns.pop("recorded_at")
        return {
            key: value.astimezone(self.timezone) if isinstance(value, datetime) else value
            for key, value in columns.items()
        }

    def _told(self, visit: Visit) -> str:
        return self.overlaps.moment(visit.started_at)


def _loses(row: Row, visit: Visit, stored: StoredVisit | None) -> bool:
    """Whether the row says of what is decided here anything that will not be so after the import."""
    stays = stored is not None and stored.visit == visit
    review = Review(stored.row["review"]) if stored is not None and stays else Review.SUBMITTED
    confirmed = stored is not None and bool(stored.row["confirmation_approved"])
    return bool(
        row.values.get("review") not in (None, "", review.value)
        or (row.values.get("confirmation_approved") and not confirmed)
        or (row.values.get("received_at") and stored is None)
    )


def _audited(values: Values, revision: int) -> Values:
    """What the log that can never be changed keeps of it: no words and no positions of people."""
    kept = {"township_code", "commissioner_id", "visited_on", "service_days"}
    return {key: str(value) for key, value in values.items() if key in kept} | {"revision": revision}


def _add(connection: Connection, rows: Sequence[Values]) -> None:
    for row in rows:
        visits.add(connection, row["id"], row["visit"], row["values"])


def _revise(
    connection: Connection, rows: Sequence[Values], *, now: datetime, by: int | None, timezone: tzinfo
) -> None:
    for row in rows:
        stored: StoredVisit = row["stored"]
        said = body_of(stored.visit, timezone)
        visits.revise(connection, stored, row["visit"], row["values"], said=said, now=now, by=by)
