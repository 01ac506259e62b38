"""List commissioners: found by name, pinyin or id, filtered and sorted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from fieldapp.domain.commissioners import masked_phone
from fieldapp.domain.permissions import Person, visible
from fieldapp.domain.searching import is_meant
from fieldapp.persistence import commissioners, registers, townships
from fieldapp.persistence.register import Values
from fieldapp.services.commissioner_values import row_of
from fieldapp.services.context import Context
from fieldapp.services.list_institutions import spelled

Retired = Literal["no", "yes", "all"]


@dataclass(frozen=True)
class CommissionerQuery:
    """What is asked for; everything blank asks for all who have not retired."""

    search: str = ""
    institution: str = ""
    specialty: str = ""  # a code; one of the upper ones stands for all below it
    kind: str = ""
    county: str = ""  # serves there today
    free: bool = False  # may take another township today
    retired: Retired = "no"
    sort: str = "name"
    descending: bool = False


@dataclass(frozen=True)
class CommissionerLine:
    """One row of the list; ``townships`` are those of running and coming terms."""

    id: str
    name: str
    pinyin: str
    kind: str
    institution: str
    specialties: tuple[str, ...]
    capacity: int
    serving: int
    townships: tuple[str, ...]
    phone: str | None  # masked
    retired_on: date | None
    demonstration: bool

    @property
    def free(self) -> int:
        return max(self.capacity - self.serving, 0)


@dataclass(frozen=True)
class CommissionerList:
    """The rows, and what the filters can be set to."""

    lines: list[CommissionerLine]
    institutions: list[str]
    counties: Mapping[str, str] = field(default_factory=dict)


_ORDERS: Mapping[str, Callable[[CommissionerLine], Any]] = {
    "name": lambda line: (line.pinyin, line.name),
    "id": lambda line: line.id,
    "institution": lambda line: line.institution,
    "kind": lambda line: line.kind,
    "capacity": lambda line: line.capacity,
    "serving": lambda line: line.serving,
    "free": lambda line: 0 if line.retired_on else line.free,
}
SORTS = tuple(_ORDERS)


def list_commissioners(context: Context, query: CommissionerQuery, *, by: Person) -> CommissionerList:
    """The commissioners asked for whom ``by`` may see, in pinyin order where no other is asked for."""
    today = context.today()
    allowed = visible(by, "commissioner")
    with context.reading() as connection:
        terms = registers.unfinished_terms(connection, today)
        counties = townships.county_names(connection)
        rows = [
            row | {"pinyin": row["pinyin"] or spelled(row["name"])}
            for row in commissioners.stream(connection)
            if row["merged_into"] is None and allowed.admits(row_of(row["id"], terms))
        ]
    by_person: dict[str, list[Values]] = defaultdict(list)
    for term in terms:
        by_person[term["commissioner_id"]].append(term)
    lines = [
        _line(row, by_person[row["id"]], today)
        for row in rows
        if _asked(row, by_person[row["id"]], query, today)
    ]
    if query.free:
        lines = [line for line in lines if line.free and not line.retired_on]
    lines.sort(key=lambda line: (line.pinyin, line.id))
    lines.sort(key=_ORDERS.get(query.sort, _ORDERS["name"]), reverse=query.descending)
    return CommissionerList(
        lines, sorted({row["institution"] for row in rows}), dict(sorted(counties.items()))
    )


def _asked(row: Values, terms: list[Values], query: CommissionerQuery, today: date) -> bool:
    is_retired = row["retired_on"] is not None and row["retired_on"] <= today
    return (
        (query.retired == "all" or is_retired == (query.retired == "yes"))
        and (not query.institution or row["institution"] == query.institution)
        and (not query.kind or row["kind"] == query.kind)
        and (
            not query.specialty
            or any(
                each == query.specialty or each.startswith(f"{query.specialty}.")
                for each in row["specialties"]
            )
        )
        and (not query.county or any(term["county_code"] == query.county for term in terms))
        and is_meant(query.search, name=row["name"], pinyin=row["pinyin"], others=(row["id"],))
    )


def _line(row: Values, terms: list[Values], today: date) -> CommissionerLine:
    return CommissionerLine(
        id=row["id"],
        name=row["name"],
        pinyin=row["pinyin"],
        kind=row["kind"],
        institution=row["institution"],
        specialties=row["specialties"],
        capacity=row["capacity"],
        serving=sum(term["starts_on"] <= today for term in terms),
        townships=tuple(dict.fromkeys(term["township"] for term in terms)),
        phone=masked_phone(row["phone"]),
        retired_on=row["retired_on"],
        demonstration=row["demonstration"],
    )
