"""Which rows of a table a person may take away, and whose phones and positions are in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from sqlalchemy import Connection

from fieldapp.domain.permissions import Action, Person, Row, Scope, require, scope_of, shown_phone, visible
from fieldapp.persistence import assignments, townships
from fieldapp.persistence.register import Values
from fieldapp.services.columns import EXPORT_KINDS, ExportKind
from fieldapp.services.withhold_positions import shown_commissioner, shown_row

_KINDS = {
    "townships": "township",
    "commissioners": "commissioner",
    "products": "product",
    "assignments": "assignment",
    "visits": "visit",
    "travel": "setting",  # distances to several places tell where somebody lives
}


def require_export(kind: ExportKind, by: Person) -> None:
    """Raise `ForbiddenError` where the person may take away none of these."""
    for action in (Action.EXPORT_READ, Action(f"{_KINDS[kind]}.read")):
        if scope_of(by, action) is Scope.NONE:
            require(by, action, Row())


def exportable(by: Person) -> tuple[ExportKind, ...]:
    """The tables of which the person may take away at least some rows."""
    if scope_of(by, Action.EXPORT_READ) is Scope.NONE:
        return ()
    return tuple(
        kind for kind in EXPORT_KINDS if scope_of(by, Action(f"{_KINDS[kind]}.read")) is not Scope.NONE
    )


def own_rows(
    connection: Connection, kind: ExportKind, rows: Iterable[Values], by: Person
) -> Iterator[Values]:
    """The rows that the person may read; phones in full only to those who must call.

    Positions of visits and home bases only to those who see them.
    """
    if kind == "visits":
        rows = (shown_row(row, by) for row in rows)
    if kind == "commissioners":
        rows = (shown_commissioner(row, by) for row in rows)
    reach = visible(by, _KINDS[kind])
    calls_all = scope_of(by, Action.PHONE_READ) is Scope.ALL
    if reach.everything and (calls_all or kind != "commissioners"):
        yield from rows
        return
    county = {code: row["county_code"] for code, row in townships.all_by_code(connection).items()}
    serving: dict[str, set[str]] = defaultdict(set)
    serves: dict[str, set[str]] = defaultdict(set)
    for term in assignments.all_by_id(connection).values():
        serving[term["township_code"]].add(term["commissioner_id"])
        serves[term["commissioner_id"]].add(county[term["township_code"]])
    for row in rows:
        if kind == "commissioners":
            place = Row(frozenset(serves[row["id"]]), frozenset({row["id"]}))
            row["phone"] = shown_phone(by, row["phone"], place)
        else:
            code = row["code"] if kind == "townships" else row["township_code"]
            people = {row["commissioner_id"]} if "commissioner_id" in row else serving[code]
            place = Row(frozenset({county[code]}), frozenset(people))
        if reach.admits(place):
            yield row
