"""List institutions with how many people each sends."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pypinyin import lazy_pinyin

from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.domain.searching import is_meant
from fieldapp.persistence import registers
from fieldapp.services.context import Context


@dataclass(frozen=True)
class InstitutionQuery:
    """What is asked for; everything blank asks for all."""

    search: str = ""
    kind: str = ""
    sort: str = "name"
    descending: bool = False


@dataclass(frozen=True)
class InstitutionLine:
    """One institution; ``people`` are its commissioners, ``retired`` those of them who serve no more."""

    id: int
    name: str
    pinyin: str
    kind: str
    people: int
    retired: int
    demonstration: bool
    revision: int
    former_names: tuple[str, ...]  # of duplicates merged into it


_ORDERS: Mapping[str, Callable[[InstitutionLine], Any]] = {
    "name": lambda line: line.pinyin,
    "kind": lambda line: line.kind,
    "people": lambda line: line.people,
}
INSTITUTION_SORTS = tuple(_ORDERS)


@lru_cache(maxsize=16_384)
def spelled(name: str) -> str:
    """The name in pinyin, a space between the syllables."""
    return " ".join(lazy_pinyin(name))


def list_institutions(context: Context, query: InstitutionQuery, *, by: Person) -> list[InstitutionLine]:
    """The institutions asked for, in pinyin order where no other is asked for."""
    require(by, Action.INSTITUTION_READ, Row())
    with context.reading() as connection:
        rows = registers.institutions_with_people(connection)
    lines = [
        InstitutionLine(
            id=row["id"],
            name=row["name"],
            pinyin=spelled(row["name"]),
            kind=row["kind"],
            people=row["people"],
            retired=row["retired"],
            demonstration=row["demonstration"],
            revision=row["revision"],
            former_names=tuple(each["name"] for each in rows if each["merged_into"] == row["id"]),
        )
        for row in rows
        if row["merged_into"] is None
    ]
    found = [
        line
        for line in lines
        if (not query.kind or line.kind == query.kind)
        and any(
            is_meant(query.search, name=name, pinyin=spelled(name))
            for name in (line.name, *line.former_names)
        )
    ]
    found.sort(key=lambda line: line.pinyin)
    found.sort(key=_ORDERS.get(query.sort, _ORDERS["name"]), reverse=query.descending)
    return found
