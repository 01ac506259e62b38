"""What lies on the desk when a township is chosen: how it stands, its assignments, and what can be done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.assignments import Assignment, AssignmentState, day_after, state_on
from fieldapp.domain.commissioners import masked_phone
from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.lifecycle import Step, possible_steps
from fieldapp.domain.notice import Notice, Objection
from fieldapp.domain.permissions import Action, Person, Row, may, require
from fieldapp.persistence import (
    agreements,
    assignments,
    commissioners,
    demands,
    objections,
    recusals,
    townships,
)
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.list_institutions import spelled
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.public_notice import notice_from, usual_term
from fieldapp.services.read_work_queue import stamp_of
from fieldapp.services.steps import ACTIONS
from geodata.errors import Message


@dataclass(frozen=True)
class DeskAssignment:
    """An assignment that is not over, whose it is, and the steps that this person may take now."""

    assignment: Assignment
    state: AssignmentState
    commissioner: str
    institution: str
    phone: str | None  # masked: who must call looks it up where the view is noted
    steps: tuple[Step, ...]
    objections: tuple[tuple[int, Objection], ...]
    files: tuple[dict[str, Any], ...]
    may_object: bool


@dataclass(frozen=True)
class Desk:
    """A township as an officer works on it; ``starts_on, ends_on`` is the term that is offered first."""

    code: str
    name: str
    county_code: str
    county: str
    status: str | None
    product: str | None
    last_visit_on: date | None
    assignments: tuple[DeskAssignment, ...]
    earlier: tuple[DeskAssignment, ...]
    stamp: str
    notice: Notice
    starts_on: date
    ends_on: date
    may_propose: bool
    demands: tuple[Values, ...]
    may_state: bool
    recusals: tuple[Values, ...]
    may_recuse: bool
    people: Mapping[str, tuple[tuple[str, str], ...]]  # in service, by institution: id and name


def read_desk(context: Context, code: str, *, by: Person) -> Desk:
    """The desk of a township; raises `NotFoundError`, and `ForbiddenError` outside the person's counties."""
    today = context.today()
    notice = notice_from(context, today)
    table = measure_coverage(context).table
    with context.reading() as connection:
        township = townships.get(connection, code)
        county = Row(county_codes=frozenset({township["county_code"]}))
        require(by, Action.ASSIGNMENT_READ, county)
        found = assignments.of_township(connection, code)
        standing = [each for each in found if _stands(each, today)]
        earlier = [
            each for each in found if each not in standing and each.state is not AssignmentState.WITHDRAWN
        ]
        shown = _shown(connection, standing, by, today)
        before = _shown(connection, earlier[:6], by, today)
        names = townships.county_names(connection)
        stated = demands.of_township(connection, code)
        recused = recusals.of_township(connection, code)
        people = commissioners.all_by_id(connection)
    rows = table[table["code"] == code]
    row = None if rows.empty else rows.iloc[0]
    taken_until = max((each.last_day for each in standing), default=None)
    starts_on = notice.earliest_start
    if taken_until is not None:
        starts_on = max(starts_on, day_after(taken_until))
    visited = None if row is None else row["last_visit_on"]
    return Desk(
        code=code,
        name=township["name"],
        county_code=township["county_code"],
        county=names[township["county_code"]],
        status=None if row is None else str(row["status"]),
        product=row["featured_product"]
        if row is not None and isinstance(row["featured_product"], str)
        else None,
        last_visit_on=visited.date() if visited is not None and visited == visited else None,  # noqa: PLR0124
        assignments=shown,
        earlier=before,
        stamp=stamp_of(standing),
        notice=notice,
        starts_on=starts_on,
        ends_on=usual_term(starts_on),
        may_propose=row is not None and may(by, Action.ASSIGNMENT_PROPOSE, county),
        demands=tuple(stated) if may(by, Action.DEMAND_READ, county) else (),
        may_state=may(by, Action.DEMAND_WRITE, county),
        recusals=tuple(recused) if may(by, Action.RECUSAL_READ, county) else (),
        may_recuse=may(by, Action.RECUSAL_WRITE, county),
        people=_in_service(people.values(), today),
    )


def _in_service(people: Iterable[Values], today: date) -> dict[str, tuple[tuple[str, str], ...]]:
    """Those in service as they are looked for: by institution, then by their names as they are spoken."""
    there = [each for each in people if each["retired_on"] is None or each["retired_on"] > today]
    there.sort(key=lambda each: (spelled(each["institution"]), each["pinyin"], each["id"]))
    return {
        institution: tuple((each["id"], each["name"]) for each in those)
        for institution, those in groupby(there, key=lambda each: str(each["institution"]))
    }


def first_term(context: Context) -> tuple[date, date]:
    """The earliest term that a proposal of today can have: it waits for the notice, and lasts a year."""
    starts_on = notice_from(context, context.today()).earliest_start
    return starts_on, usual_term(starts_on)


def require_on_roster(desk: Desk) -> None:
    """Raise `NotFoundError` where the township is not on the roster today."""
    if desk.status is None:
        raise NotFoundError(
            Message("{township} is not on the roster today, so nobody is assigned there.", township=desk.name)
        )


def _stands(each: Assignment, today: date) -> bool:
    return each.state is not AssignmentState.WITHDRAWN and each.last_day >= today


def _shown(
    connection: Connection, found: Sequence[Assignment], by: Person, today: date
) -> tuple[DeskAssignment, ...]:
    ids = [each.id or 0 for each in found]
    raised = objections.of_assignments(connection, ids)
    files = agreements.of_assignments(connection, ids)
    shown = []
    for each in found:
        person = commissioners.get(connection, each.commissioner_id)
        township = townships.get(connection, each.township_code)
        row = Row(frozenset({township["county_code"]}), frozenset({each.commissioner_id}))
        may_read = may(by, Action.AGREEMENT_READ, row)
        shown.append(
            DeskAssignment(
                assignment=each,
                state=state_on(each, today),
                commissioner=person["name"],
                institution=person["institution"],
                phone=masked_phone(person["phone"]),
                steps=tuple(step for step in possible_steps(each, today) if may(by, ACTIONS[step], row)),
                objections=tuple(raised.get(each.id or 0, ())) if may(by, Action.OBJECTION_READ, row) else (),
                files=tuple(files.get(each.id or 0, ())) if may_read else (),
                may_object=may(by, Action.OBJECTION_WRITE, row)
                and each.state is AssignmentState.ON_NOTICE
                and each.notice_starts_on is not None
                and each.notice_ends_on is not None
                and Notice(each.notice_starts_on, each.notice_ends_on).is_open(today),
            )
        )
    return tuple(shown)
