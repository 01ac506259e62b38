"""Plan the import of distances by road: one row a commissioner and township, in the place of all before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from fieldapp.domain.importing import Action
from fieldapp.persistence import travel_distances
from fieldapp.persistence.register import Values
from fieldapp.services.import_people import People
from fieldapp.services.import_places import Places
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.services.import_values import refuse_repeated, same
from fieldapp.workbooks.reading import Row
from geodata.errors import Message

LONGEST_KM = 20_100
_LONGEST_SOURCE = 100
_CLEAR, _ADD = 0, 1  # the order of the writes


@dataclass(frozen=True)
class _Given:
    """One row of the file, for a pair that no other row is for."""

    row: Row
    title: str
    km: float


def plan_travel(connection: Connection, table: ImportTable, plan: Plan, source: str) -> Iterator[None]:
    """Fill the plan, one step of the iterator a row; ``source`` is what plans call these distances.

    Pairs that the file does not name are measured as if nothing had been imported.
    """
    people, places = People(connection, table, plan), Places(connection, plan)
    given: dict[tuple[str, str], _Given] = {}
    for row in table.rows:
        if not row.faulty:
            _take(row, people, places, plan, given)
        yield
    known = travel_distances.find_table(connection)
    stored = {} if known is None else known.km
    for pair, each in given.items():
        if pair not in stored:
            plan.add(each.row, each.title, {"km": each.km})
        elif same(stored[pair], each.km):
            plan.keep(each.row, each.title)
        else:
            plan.change(Action.CHANGE, each.row, each.title, {"km": stored[pair]}, {"km": each.km})
    for pair in stored.keys() - given.keys():
        plan.change(Action.END, None, f"{pair[0]} – {pair[1]}", {"km": stored[pair]}, {"km": None})
    is_same = stored.keys() == given.keys() and all(same(stored[pair], given[pair].km) for pair in given)
    if not is_same:
        plan.write(_CLEAR, _clear, {}, None)
        for (person, code), each in given.items():
            values = {"commissioner_id": person, "township_code": code, "km": each.km, "source": source}
            plan.write(_ADD, travel_distances.add_all, values, each.row)
        plan.record("travel.imported", "travel", source, None, {"distances": len(given)})


def _take(row: Row, people: People, places: Places, plan: Plan, given: dict[tuple[str, str], _Given]) -> None:
    person, place, km = people.of(row), places.of(row), float(str(row.values["km"]))
    if not 0 <= km <= LONGEST_KM:
        plan.refuse(row, "km", Message("A distance is from 0 to {most} km. Correct it.", most=LONGEST_KM))
    elif person is not None and place is not None:
        pair = (person.id, place.code)
        if pair in given:
            refuse_repeated(plan, row, given[pair].row, "km")
        else:
            given[pair] = _Given(row, f"{person.name} – {place.name}", km)


def source_of(name: str) -> str:
    """What distances from a file are called."""
    return name[:_LONGEST_SOURCE]


def _clear(connection: Connection, _: Sequence[Values]) -> None:
    travel_distances.clear(connection)
