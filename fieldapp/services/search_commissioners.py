"""Find commissioners to start from: those with capacity left, by name, pinyin, number or institution."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.domain.searching import is_meant
from fieldapp.domain.suitability import by_commissioner, peak_load
from fieldapp.persistence import assignments, commissioners, townships
from fieldapp.persistence.coverage import snapshot
from fieldapp.services.context import Context

MOST = 40


@dataclass(frozen=True)
class FreeCommissioner:
    """A commissioner with the capacity that stays free all through the term, and what is led then."""

    id: str
    name: str
    institution: str
    specialties: tuple[str, ...]
    free: int
    capacity: int
    townships: tuple[str, ...]


def find_free_commissioners(
    context: Context, text: str, *, by: Person, starts_on: date, ends_on: date
) -> tuple[FreeCommissioner, ...]:
    """Those that match the text, who are in service, the freest first; at most forty.

    Raises `ForbiddenError` where the person may not look through the commissioners.
    """
    require(by, Action.COMMISSIONER_READ, Row())
    with snapshot(context.engine) as connection:
        people = commissioners.all_by_id(connection)
        held = by_commissioner(assignments.standing(connection, starts_on))
        names = {place.code: place.name for place in townships.places(connection)}
    found = []
    for each in people.values():
        if each["retired_on"] is not None and each["retired_on"] <= ends_on:
            continue
        others = (each["id"], each["institution"])
        if not is_meant(text, name=each["name"], pinyin=each["pinyin"], others=others):
            continue
        theirs = held.get(each["id"], [])
        found.append(
            FreeCommissioner(
                id=each["id"],
                name=each["name"],
                institution=each["institution"],
                specialties=each["specialties"],
                free=max(each["capacity"] - peak_load(theirs, starts_on, ends_on), 0),
                capacity=each["capacity"],
                townships=tuple(dict.fromkeys(names[one.township_code] for one in theirs)),
            )
        )
    found.sort(key=lambda one: (-one.free, one.id))
    return tuple(found[:MOST])
