"""The visits that an import finds or brings, and which of them are said to be made at one time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from uuid import UUID

from fieldapp.domain.evidence_meanwhile import speaks, together
from fieldapp.domain.naming import Gazetteer, Named
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
        self._rows: list[tuple[Named, str, _Logged]] = []

    def note_stored(self, person_id: str, stored: StoredVisit) -> None:
        """Know a visit that is kept already; ``person_id`` is the record that remains of its commissioner."""
        logged = _Logged(stored.id, stored.visit, None, speaks(Review(stored.row["review"])))
        self._logged[person_id][stored.id] = logged

    def note(self, person_id: str, person: Named, visit_id: UUID, visit: Visit, row: Row) -> None:
        """Know what a row of the file says of a visit, in the place of what was kept."""
        logged = self._logged[person_id][visit_id] = _Logged(visit_id, visit, row, True)
        self._rows.append((person, person_id, logged))

    def begun(self, person_id: str, township_code: str, started_at: datetime) -> tuple[UUID, Visit] | None:
        """The visit to the township that began at this moment."""
        for other in self._logged[person_id].values():
            if (other.visit.township_code, other.visit.started_at) == (township_code, started_at):
                return other.id, other.visit
        return None

    def warnings(self) -> Iterator[tuple[Row, Message]]:
        """The rows of whose time there are other visits, in the file's order, and each pair once."""
        for person, person_id, logged in self._rows:
            assert logged.row is not None
            others = [other for other in self._logged[person_id].values() if _is_told(logged, other)]
            others.sort(key=lambda other: (other.visit.started_at, str(other.id)))
            for other in others[:_TOLD_OF_A_ROW]:
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


def _is_told(logged: _Logged, other: _Logged) -> bool:
    assert logged.row is not None
    if other.id == logged.id or not other.speaks or together(logged.visit, other.visit) is None:
        return False
    return other.row is None or other.row.number < logged.row.number
