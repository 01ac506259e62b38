"""List visits: filtered, sorted, a page at a time, or all of them for a sheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fieldapp.domain.listing import PAGE_SIZE, ListPage
from fieldapp.domain.permissions import Person, visible
from fieldapp.domain.visits import RESULTS, Review
from fieldapp.persistence import townships, visit_pages
from fieldapp.persistence.visit_pages import VISIT_SORTS, VisitFilter
from fieldapp.services.context import Context
from fieldapp.services.deleted_visits import approved_then_deleted

__all__ = ["VISIT_SORTS", "VisitFilter", "VisitList", "list_visits", "stream_visits"]

_MOMENTS = ("started_at", "ended_at", "received_at")


@dataclass(frozen=True)
class VisitList:
    """One page of the visits asked for, how many stand in each state, and what there is to choose from."""

    page: ListPage[dict[str, Any]]
    counts: Mapping[Review, int]
    counties: Mapping[str, str]
    townships: Mapping[str, str]
    deleted: Sequence[Mapping[str, Any]]  # lately, though they were approved; told to officers


def list_visits(
    context: Context, wanted: VisitFilter, *, sort: str, descending: bool, page: int, by: Person
) -> VisitList:
    """A page of the visits that ``by`` may see; a number beyond the last page gives the last."""
    rows = visible(by, "visit")
    with context.reading() as connection:
        total = visit_pages.count(connection, rows, wanted)
        pages = max(-(-total // PAGE_SIZE), 1)
        number = min(max(page, 1), pages)
        found = visit_pages.page(
            connection,
            rows,
            wanted,
            sort=sort,
            descending=descending,
            limit=PAGE_SIZE,
            offset=(number - 1) * PAGE_SIZE,
        )
        counties = visit_pages.counties_with_visits(connection, rows)
        places = (
            {
                code: row["name"]
                for code, row in townships.all_by_code(connection).items()
                if row["county_code"] == wanted.county
            }
            if wanted.county in counties
            else {}
        )
        return VisitList(
            page=ListPage(found, total, number, pages),
            counts=visit_pages.counts_by_review(connection, rows),
            counties=counties,
            townships=places,
            deleted=approved_then_deleted(context, connection, by=by),
        )


def stream_visits(
    context: Context, wanted: VisitFilter, *, sort: str, descending: bool, by: Person
) -> Iterator[dict[str, Any]]:
    """Every visit asked for, in the order of the list, for a sheet; instants in the local time zone."""
    timezone = context.settings.timezone
    with context.reading() as connection:
        for row in visit_pages.stream(
            connection, visible(by, "visit"), wanted, sort=sort, descending=descending
        ):
            for key in _MOMENTS:
                row[key] = row[key].astimezone(timezone).strftime("%Y-%m-%d %H:%M")
            row["id"] = str(row["id"])
            yield row


def total_results(row: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """The counted results of a visit that are not nothing, with their words."""
    return [(words, row[name]) for name, words in RESULTS.items() if row[name]]
