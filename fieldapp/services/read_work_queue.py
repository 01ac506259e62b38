"""The work that is open: which townships need what next, the most pressing first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import pandas as pd

from fieldapp.domain.assignments import AgreementState, Assignment, AssignmentState, is_serving
from fieldapp.domain.permissions import Person, Row, visible
from fieldapp.persistence import assignments, commissioners, townships
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from geodata.errors import Message

LAPSING_DAYS = 90


class Work(StrEnum):
    """What a township needs next, in the order in which it presses."""

    UNCOVERED = "uncovered"
    READY = "ready"
    PROPOSED = "proposed"
    LAPSING = "lapsing"
    SUBMITTED = "submitted"
    UNSIGNED = "unsigned"
    ON_NOTICE = "on_notice"
    COMING = "coming"

    @property
    def words(self) -> Message:
        return _WORK_WORDS[self]


_WORK_WORDS = {
    Work.UNCOVERED: Message("No commissioner"),
    Work.READY: Message("Notice over, to be activated"),
    Work.PROPOSED: Message("To be put on notice"),
    Work.LAPSING: Message("Term runs out"),
    Work.SUBMITTED: Message("Agreement to be approved"),
    Work.UNSIGNED: Message("Agreement missing"),
    Work.ON_NOTICE: Message("On public notice"),
    Work.COMING: Message("Term still to begin"),
}


@dataclass(frozen=True)
class WorkItem:
    """A township in the queue; ``day`` is the one that matters for this work, if any."""

    township_code: str
    township: str
    county_code: str
    county: str
    work: Work
    commissioner: str | None
    day: date | None
    product: str | None
    stamp: str  # changes whenever an assignment of the township does


@dataclass(frozen=True)
class WorkQueue:
    """The open work, and which townships have something pending."""

    items: tuple[WorkItem, ...]
    roster: int
    counties: dict[str, str]

    def counted(self) -> dict[Work, int]:
        """How many townships need each work; works that nobody needs are left out."""
        counts = {work: sum(item.work is work for item in self.items) for work in Work}
        return {work: count for work, count in counts.items() if count}


def read_work_queue(context: Context, *, by: Person) -> WorkQueue:
    """The queue of whoever asks: a county officer's holds the own counties only."""
    today = context.today()
    coverage = measure_coverage(context)
    reach = visible(by, "assignment")
    with context.reading() as connection:
        standing: dict[str, list[Assignment]] = defaultdict(list)
        for each in assignments.standing(connection, today):
            standing[each.township_code].append(each)
        names = commissioners.names(connection)
        county_names = townships.county_names(connection)
    items, counties = [], {}
    rows = coverage.table[["code", "name", "county_code", "featured_product", "lapses_on"]]
    shown = 0
    for code, name, county_code, product, lapses in rows.itertuples(index=False):
        theirs = standing.get(code, [])
        people = frozenset(each.commissioner_id for each in theirs)
        if not reach.admits(Row(county_codes=frozenset({county_code}), commissioner_ids=people)):
            continue
        shown += 1
        counties[county_code] = county_names[county_code]
        lapses_on = None if pd.isna(lapses) else lapses.date()
        found = _needed(theirs, lapses_on, today)
        if found is None:
            continue
        work, about, day = found
        items.append(
            WorkItem(
                township_code=code,
                township=name,
                county_code=county_code,
                county=county_names[county_code],
                work=work,
                commissioner=None if about is None else names.get(about.commissioner_id),
                day=day,
                product=product if isinstance(product, str) else None,
                stamp=stamp_of(theirs),
            )
        )
    order = list(Work)
    items.sort(
        key=lambda item: (order.index(item.work), item.day or date.max, item.county_code, item.township_code)
    )
    return WorkQueue(tuple(items), shown, dict(sorted(counties.items())))


def stamp_of(standing: list[Assignment]) -> str:
    """A word that tells whether the assignments of a township are still the same."""
    return ".".join(f"{each.id}-{each.revision}" for each in sorted(standing, key=lambda one: one.id or 0))


def _needed(
    standing: list[Assignment], lapses_on: date | None, today: date
) -> tuple[Work, Assignment | None, date | None] | None:
    pending = [
        each for each in standing if each.state in (AssignmentState.PROPOSED, AssignmentState.ON_NOTICE)
    ]
    holder = next((each for each in standing if is_serving(each, today)), None)
    for each in sorted(pending, key=lambda one: one.starts_on):
        if each.state is AssignmentState.PROPOSED:
            return Work.PROPOSED, each, each.starts_on
        if each.notice_ends_on is None or today > each.notice_ends_on:
            return Work.READY, each, each.starts_on
    if holder is not None:
        return _needed_in_office(holder, pending, lapses_on, today)
    if pending:
        return Work.ON_NOTICE, pending[0], pending[0].notice_ends_on
    coming = next((each for each in standing if each.starts_on > today), None)
    return (Work.UNCOVERED, None, None) if coming is None else (Work.COMING, coming, coming.starts_on)


def _needed_in_office(
    holder: Assignment, pending: list[Assignment], lapses_on: date | None, today: date
) -> tuple[Work, Assignment | None, date | None] | None:
    lapsing = lapses_on is not None and lapses_on <= today + timedelta(days=LAPSING_DAYS)
    if lapsing and not pending:
        return Work.LAPSING, holder, lapses_on
    if holder.agreement_state is AgreementState.SUBMITTED:
        return Work.SUBMITTED, holder, None
    if holder.agreement_state is not AgreementState.APPROVED:
        return Work.UNSIGNED, holder, None
    return (Work.ON_NOTICE, pending[0], pending[0].notice_ends_on) if pending else None
