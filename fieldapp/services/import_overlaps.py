"""The visits that an import finds or brings, and which of them are said to be made at one time."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from itertools import islice
from uuid import UUID

from fieldapp.domain.evidence_meanwhile import speaks, together
from fieldapp.domain.naming import Gazetteer, Named
from fieldapp.domain.visit_rules import LONGEST_PERIOD
from fieldapp.domain.visits import Review, Visit
from fieldapp.persistence.visits import StoredVisit
from fieldapp.workbooks.reading import Row
from geodata.errors import Message

# A row tells of so many others at most: who copied one line a hundred times learns no more from a hundred.
_TOLD_OF_A_ROW = 3


@dataclass(frozen=True)
class _Logged:
    """A visit as it stands after the import; ``row`` says it in the file, and is null for a stored one."""

    id: UUID
    visit: Visit
    row: Row | None
    speaks: bool


class Overlaps:
    """All visits that are not withdrawn, each as the file or else the database has it."""

    def __init__(self, places: Gazetteer, timezone: tzinfo) -> None:
        self._places, self._timezone = places, timezone
        self._logged: dict[str, dict[UUID, _Logged]] = defaultdict(dict)
        self._begun: dict[tuple[str, str, datetime], UUID] = {}
        self._rows: list[tuple[Named, str, _Logged]] = []

    def note_stored(self, person_id: str, stored: StoredVisit) -> None:
        """Know a visit that is kept already; ``person_id`` is the record that remains of its commissioner."""
        logged = _Logged(stored.id, stored.visit, None, speaks(Review(stored.row["review"])))
        self._keep(person_id, logged)

    def note(self, person_id: str, person: Named, visit_id: UUID, visit: Visit, row: Row) -> None:
        """Know what a row of the file says of a visit, in the place of what was kept."""
        logged = _Logged(visit_id, visit, row, True)
        self._keep(person_id, logged)
        self._rows.append((person, person_id, logged))

    def _keep(self, person_id: str, logged: _Logged) -> None:
        self._logged[person_id][logged.id] = logged
        self._begun[person_id, logged.visit.township_code, logged.visit.started_at] = logged.id

    def begun(self, person_id: str, township_code: str, started_at: datetime) -> tuple[UUID, Visit] | None:
        """The visit to the township that began at this moment."""
        found = self._begun.get((person_id, township_code, started_at))
        visit = None if found is None else self._logged[person_id][found].visit
        # A row may have said since that it began at another time.
        if found is None or visit is None or visit.started_at != started_at:
            return None
        return found, visit

    def warnings(self) -> Iterator[tuple[Row, Message]]:
        """The rows of whose time there are other visits, in the file's order, and each pair once."""
        in_order = {
            person_id: sorted(logged.values(), key=_beginning) for person_id, logged in self._logged.items()
        }
        for person, person_id, logged in self._rows:
            assert logged.row is not None
            every, visit = in_order[person_id], logged.visit
            # No visit is longer than the longest, so what began long before is over.
            first = bisect_left(every, visit.started_at - LONGEST_PERIOD, key=_start)
            last = bisect_right(every, visit.ended_at, key=_start)
            others = (other for other in every[first:last] if _is_told(logged, other))
            for other in islice(others, _TOLD_OF_A_ROW):
                yield logged.row, self._words(person, logged.row, other)

    def _words(self, person: Named, row: Row, other: _Logged) -> Message:
        place = self._places.by_code(other.visit.township_code)
        told = {
            "row": row.number,
            "commissioner": person.title,
            "township": place.title if place else other.visit.township_code,
            "start": self.moment(other.visit.started_at),
            "end": self.moment(other.visit.ended_at),
        }
        if other.row is not None:
            return Message(
                "Row {row}: at this time {commissioner} made another visit too, row {other}: {township}, "
                "{start} – {end}. Both are taken, and their evidence grades say so.",
                other=other.row.number,
                **told,
            )
        return Message(
            "Row {row}: at this time {commissioner} made another visit too, which is here already: "
            "{township}, {start} – {end}, id {id}. Both are kept, and their evidence grades say so.",
            id=other.id,
            **told,
        )

    def moment(self, moment: datetime) -> str:
        """A moment in the installation's time zone."""
        return moment.astimezone(self._timezone).strftime("%Y-%m-%d %H:%M")


def _start(logged: _Logged) -> datetime:
    return logged.visit.started_at


def _beginning(logged: _Logged) -> tuple[datetime, str]:
    return logged.visit.started_at, str(logged.id)


def _is_told(logged: _Logged, other: _Logged) -> bool:
    assert logged.row is not None
    if other.id == logged.id or not other.speaks or together(logged.visit, other.visit) is None:
        return False
    return other.row is None or other.row.number < logged.row.number
