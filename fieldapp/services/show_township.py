"""Everything of one township, as far as the person who asks may see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fieldapp.domain.permissions import Action, Person, Row, may, require
from fieldapp.persistence import demands, products, registers, roster, townships
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.deleted_visits import approved_then_deleted
from fieldapp.services.list_townships import known_townships
from fieldapp.services.measure_coverage import measure_coverage

LATEST_VISITS = 20


@dataclass(frozen=True)
class TownshipPage:
    """A township; what is None is not for the person who asks."""

    record: Values
    county: str
    coverage: dict[str, Any] | None  # as in the coverage document; None where it is not on the roster
    memberships: list[Values]
    lineage: list[Values]
    neighbours: list[dict[str, Any]]  # code, name, coverage status
    products: list[Values] | None
    featured: list[Values] | None  # the history of the one product, newest first
    demands: list[Values] | None  # what it needs, the open needs first
    terms: list[Values] | None
    visits: list[Values] | None  # the latest
    visit_count: int
    deleted: list[Values]  # visits, lately, though they were approved; told to officers
    may_change_products: bool
    may_propose: bool


def show_township(context: Context, code: str, *, by: Person) -> TownshipPage:
    """The page of a township; `NotFoundError` for an unknown code."""
    require(by, Action.TOWNSHIP_READ, Row())
    with context.reading() as connection:
        record = townships.get(connection, code)
        listed = products.register_rows(connection, township_code=code)
        featured = products.periods_in(connection, code)
        stated = demands.of_township(connection, code)
        terms = registers.terms_in(connection, code)
        visits = registers.visits_in(connection, code, LATEST_VISITS)
        count = registers.count_visits(connection, code)
        deleted = approved_then_deleted(context, connection, township=code, by=by)
        memberships = roster.memberships(connection).get(code, [])
        lineage = [
            change
            for change in townships.all_lineage(connection)
            if code in (change["from_code"], change["to_code"])
        ]
    serving = frozenset(term["commissioner_id"] for term in terms)
    row = Row(frozenset({record["county_code"]}), serving)
    sees_products = may(by, Action.PRODUCT_READ, row)
    sees_terms = may(by, Action.ASSIGNMENT_READ, row)
    sees_visits = may(by, Action.VISIT_READ, row)
    known = known_townships(context)
    measured = {each["code"]: each for each in measure_coverage(context).document()["townships"]}
    return TownshipPage(
        record=record,
        county=known[code]["county"],
        coverage=measured.get(code),
        memberships=memberships,
        lineage=lineage,
        neighbours=[
            {"code": each, "name": known[each]["name"], "status": measured.get(each, {}).get("status")}
            for each in known[code]["neighbours"]
        ],
        products=listed if sees_products else None,
        featured=featured if sees_products else None,
        demands=stated if may(by, Action.DEMAND_READ, row) else None,
        terms=_own(by, terms) if sees_terms else None,
        visits=_own(by, visits) if sees_visits else None,
        visit_count=count,
        deleted=deleted,
        may_change_products=may(by, Action.PRODUCT_WRITE, Row(frozenset({record["county_code"]}))),
        may_propose=may(by, Action.ASSIGNMENT_PROPOSE, Row(frozenset({record["county_code"]}))),
    )


def _own(by: Person, rows: list[Values]) -> list[Values]:
    """A commissioner reads what is about the commissioner, not what others did in the same township."""
    if by.commissioner_id is None:
        return rows
    return [row for row in rows if row["commissioner_id"] == by.commissioner_id]
