"""What the pages of the registers ask beside the records themselves: terms, visits, duplicates, history."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import Connection, Select, func, insert, or_, select, update

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence.named_events import named_events
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    assignments,
    audit_events,
    commissioners,
    counties,
    institutions,
    products,
    townships,
    visits,
)
from geodata.errors import Message

_LAST_DAY = func.coalesce(assignments.c.ended_on, assignments.c.ends_on)


def _rows(connection: Connection, statement: Select[tuple[object, ...]] | Select[object]) -> list[Values]:
    return [dict(row._mapping) for row in connection.execute(statement)]


def _terms() -> Select[tuple[object, ...]]:
    return (
        select(
            assignments,
            _LAST_DAY.label("last_day"),
            townships.c.name.label("township"),
            townships.c.county_code,
            counties.c.name.label("county"),
            commissioners.c.name.label("commissioner"),
        )
        .join(townships, townships.c.code == assignments.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .join(commissioners, commissioners.c.id == assignments.c.commissioner_id)
        .where(assignments.c.state != AssignmentState.WITHDRAWN.value)
    )


def unfinished_terms(connection: Connection, today: date, commissioner_id: str | None = None) -> list[Values]:
    """Terms that run on the day or are still to come, proposed ones too, with their names, oldest first."""
    statement = _terms().where(today <= _LAST_DAY).order_by(assignments.c.starts_on, assignments.c.id)
    if commissioner_id is not None:
        statement = statement.where(assignments.c.commissioner_id == commissioner_id)
    return _rows(connection, statement)


def terms_of(connection: Connection, commissioner_ids: Sequence[str]) -> list[Values]:
    """Every term of a person under any of the ids, newest first."""
    statement = _terms().where(assignments.c.commissioner_id.in_(commissioner_ids))
    return _rows(connection, statement.order_by(assignments.c.starts_on.desc(), assignments.c.id.desc()))


def terms_in(connection: Connection, township_code: str) -> list[Values]:
    """Every term in a township, newest first."""
    statement = _terms().where(assignments.c.township_code == township_code)
    return _rows(connection, statement.order_by(assignments.c.starts_on.desc(), assignments.c.id.desc()))


def merged_ids(connection: Connection, commissioner_id: str) -> tuple[str, ...]:
    """The id with those of the duplicates that were merged into it."""
    former = connection.scalars(
        select(commissioners.c.id)
        .where(commissioners.c.merged_into == commissioner_id)
        .order_by(commissioners.c.id)
    )
    return (commissioner_id, *former)


def merge_commissioner(connection: Connection, former: str, remaining: str, retired_on: date) -> None:
    """Point a duplicate, and what was merged into it before, to the one that remains."""
    connection.execute(
        update(commissioners)
        .where(or_(commissioners.c.id == former, commissioners.c.merged_into == former))
        .values(
            merged_into=remaining,
            retired_on=func.coalesce(commissioners.c.retired_on, retired_on),
            revision=commissioners.c.revision + 1,
        )
    )


def visits_by_township(connection: Connection, commissioner_ids: Sequence[str]) -> list[Values]:
    """What a person's visits come to in each township: count, days, the last one."""
    return _rows(
        connection,
        select(
            visits.c.township_code,
            townships.c.name.label("township"),
            townships.c.county_code,
            func.count().label("visits"),
            func.sum(visits.c.service_days).label("service_days"),
            func.max(visits.c.visited_on).label("last_visit_on"),
        )
        .join(townships, townships.c.code == visits.c.township_code)
        .where(visits.c.commissioner_id.in_(commissioner_ids), visits.c.deleted_at.is_(None))
        .group_by(visits.c.township_code, townships.c.name, townships.c.county_code)
        .order_by(func.max(visits.c.visited_on).desc(), visits.c.township_code),
    )


def visits_in(connection: Connection, township_code: str, limit: int) -> list[Values]:
    """The latest visits in a township with the visitor's name, newest first."""
    return _rows(
        connection,
        select(
            visits.c.id,
            visits.c.visited_on,
            visits.c.commissioner_id,
            commissioners.c.name.label("commissioner"),
            visits.c.mode,
            visits.c.content,
            visits.c.service_days,
            visits.c.grade,
            visits.c.review,
        )
        .join(commissioners, commissioners.c.id == visits.c.commissioner_id)
        .where(visits.c.township_code == township_code, visits.c.deleted_at.is_(None))
        .order_by(visits.c.visited_on.desc(), visits.c.started_at.desc(), visits.c.id)
        .limit(limit),
    )


def count_visits(connection: Connection, township_code: str) -> int:
    """How many visits a township has had."""
    statement = select(func.count()).where(
        visits.c.township_code == township_code, visits.c.deleted_at.is_(None)
    )
    return connection.scalar(statement) or 0


def last_event(connection: Connection, subject_type: str, subject_id: str) -> Values | None:
    """Who last changed a record, and when; ``who`` is a name that people know."""
    row = connection.execute(
        named_events(audit_events.c.at, audit_events.c.action)
        .where(audit_events.c.subject_type == subject_type, audit_events.c.subject_id == subject_id)
        .order_by(audit_events.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def institutions_with_people(connection: Connection) -> list[Values]:
    """Every institution with how many commissioners it has who are not merged away, and how many retired."""
    here = commissioners.c.merged_into.is_(None)
    return _rows(
        connection,
        select(
            institutions,
            func.count(commissioners.c.id).filter(here).label("people"),
            func.count(commissioners.c.retired_on).filter(here).label("retired"),
        )
        .outerjoin(commissioners, commissioners.c.institution_id == institutions.c.id)
        .group_by(institutions.c.id)
        .order_by(institutions.c.id),
    )


def get_institution(connection: Connection, institution_id: int) -> Values:
    """The institution with this id; `NotFoundError` when there is none."""
    row = connection.execute(select(institutions).where(institutions.c.id == institution_id)).one_or_none()
    if row is None:
        raise NotFoundError(Message("There is no institution with the id {id}.", id=institution_id))
    return dict(row._mapping)


def add_institution(connection: Connection, values: Values) -> int:
    """Store an institution and return its id."""
    stored = insert(institutions).values(values).returning(institutions.c.id)
    return int(connection.execute(stored).scalar_one())


def change_institution(connection: Connection, institution_id: int, values: Values) -> None:
    """Change an institution; it gains a revision."""
    connection.execute(
        update(institutions)
        .where(institutions.c.id == institution_id)
        .values(revision=institutions.c.revision + 1, **values)
    )


def merge_institution(connection: Connection, former: int, remaining: int) -> list[str]:
    """Point a duplicate to the one that remains, and its people too; return their ids."""
    moved = list(
        connection.scalars(
            select(commissioners.c.id)
            .where(commissioners.c.institution_id == former)
            .order_by(commissioners.c.id)
        )
    )
    connection.execute(
        update(commissioners)
        .where(commissioners.c.institution_id == former)
        .values(institution_id=remaining, revision=commissioners.c.revision + 1)
    )
    connection.execute(
        update(institutions)
        .where(or_(institutions.c.id == former, institutions.c.merged_into == former))
        .values(merged_into=remaining, revision=institutions.c.revision + 1)
    )
    return moved


def product_categories(connection: Connection, codes: Iterable[str]) -> dict[str, int]:
    """How many products each township registers."""
    rows = connection.execute(
        select(products.c.township_code, func.count().label("n"))
        .where(products.c.township_code.in_(list(codes)), products.c.retired_on.is_(None))
        .group_by(products.c.township_code)
    )
    return {row.township_code: row.n for row in rows}
