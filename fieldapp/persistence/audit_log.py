"""The audit log as people read it; it is written by the unit of work alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, String, and_, cast, false, func, or_, select, true

from fieldapp.domain.permissions import RowFilter
from fieldapp.persistence.register import Values, stream_rows
from fieldapp.persistence.schema import assignments, audit_events, townships, users, visits
from fieldapp.persistence.schema_assigning import demands, recusals


@dataclass(frozen=True)
class AuditFilter:
    """Which events; empty text and None let everything through.

    ``rows`` limits a county's people to what concerns their townships and to what they did themselves.
    """

    rows: RowFilter
    own_actor: str
    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None


def events(connection: Connection, chosen: AuditFilter, *, limit: int | None = None) -> Iterator[Values]:
    """The events that fit, newest first."""
    statement = select(audit_events).where(*_conditions(chosen)).order_by(audit_events.c.id.desc())
    return stream_rows(connection, statement if limit is None else statement.limit(limit))


def actions(connection: Connection) -> list[str]:
    """The kinds of events that there are."""
    return list(connection.scalars(select(audit_events.c.action).distinct().order_by(audit_events.c.action)))


def _conditions(chosen: AuditFilter) -> Iterator[ColumnElement[bool]]:
    event = audit_events.c
    yield _admitted(chosen)
    if chosen.actor:
        yield or_(event.actor == chosen.actor, event.actor.in_(_actors_like(chosen.actor)))
    if chosen.action:
        yield event.action == chosen.action
    if chosen.subject:
        kind, _space, number = chosen.subject.partition(" ")
        whole = event.subject_id == chosen.subject
        yield (
            or_(whole, and_(event.subject_type == kind, event.subject_id == number))
            if number
            else or_(whole, event.subject_type == kind)
        )
    if chosen.since is not None:
        yield event.at >= chosen.since
    if chosen.until is not None:
        yield event.at < chosen.until
    if chosen.before is not None:
        yield event.id < chosen.before


def _actors_like(name: str) -> Select[Any]:
    return select("user:" + cast(users.c.id, String)).where(
        or_(users.c.username == name.casefold(), users.c.display_name == name)
    )


def _admitted(chosen: AuditFilter) -> ColumnElement[bool]:
    if chosen.rows.everything:
        return true()
    if not chosen.rows.county_codes:
        return false()
    event, codes = audit_events.c, sorted(chosen.rows.county_codes)
    in_county = select(townships.c.code).where(townships.c.county_code.in_(codes))
    concerned = [
        and_(
            event.subject_type == kind,
            event.subject_id.in_(
                select(cast(table.c.id, String)).where(table.c.township_code.in_(in_county))
            ),
        )
        for kind, table in (("assignment", assignments), ("recusal", recusals), ("demand", demands))
    ]
    # The log writes the id of a visit with hyphens, and not every database keeps it so.
    of_visits = select(func.replace(cast(visits.c.id, String), "-", "")).where(
        visits.c.township_code.in_(in_county)
    )
    return or_(
        event.actor == chosen.own_actor,
        and_(event.subject_type == "township", event.subject_id.in_(in_county)),
        # A product is named by its township's code and its own name.
        and_(event.subject_type == "product", func.substr(event.subject_id, 1, 9).in_(in_county)),
        and_(event.subject_type == "visit", func.replace(event.subject_id, "-", "").in_(of_visits)),
        *concerned,
    )
