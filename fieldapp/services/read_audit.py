"""Look up what was done: the audit log with filters, page by page, and as a table."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.permissions import Action, Person, Row, require, visible
from fieldapp.i18n import translate
from fieldapp.persistence import accounts, audit_log
from fieldapp.persistence.audit_log import AuditFilter
from fieldapp.persistence.register import Values
from fieldapp.services.audit_words import action_words, subject_asked, subject_words
from fieldapp.services.context import Context
from fieldapp.services.who_did import who_did
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.writing import write_table
from geodata.errors import Message

PAGE = 100
# Nothing was done before, and beyond it a day has no next one in every time zone.
_FIRST, _LAST = date(2000, 1, 1), date(2100, 1, 1)


@dataclass(frozen=True)
class AuditWish:
    """What somebody looks for; an empty wish is everything that the person may see."""

    who: str = ""
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True)
class AuditPage:
    """Events, newest first, with ``who`` did each; ``older`` is what to ask for next, None at the end."""

    events: list[Values]
    older: int | None
    actions: list[str]


def read_audit(context: Context, wish: AuditWish, *, by: Person, before: int | None = None) -> AuditPage:
    """One page of events that the person may see, who did them by their present names."""
    _require(by)
    with context.reading() as connection:
        chosen = replace(_filter(context, wish, by), before=before)
        found = list(audit_log.events(connection, chosen, limit=PAGE + 1))
        names = accounts.labels(connection)
        actions = audit_log.actions(connection)
    events = [_named(event, names) for event in found[:PAGE]]
    return AuditPage(events, events[-1]["id"] if len(found) > PAGE else None, actions)


def export_audit(
    context: Context, wish: AuditWish, target: Path | BinaryIO, *, by: Person, locale: str
) -> int:
    """Write every event that fits as CSV; the export itself is an event, too."""
    _require(by)
    require(by, Action.EXPORT_READ, Row(county_codes=by.county_codes))
    with context.work(actor=by.actor) as work:
        work.record("audit.exported", "audit", "all", topic=None)
        work.commit()
    with context.reading() as connection:
        names = accounts.labels(connection)
        rows = (
            _written(_named(event, names), locale)
            for event in audit_log.events(connection, _filter(context, wish, by))
        )
        return write_table(
            _COLUMNS, rows, target, file_format="csv", headers="words", locale=locale, sheet_name="audit"
        )


def _require(by: Person) -> None:
    require(by, Action.AUDIT_READ, Row(county_codes=by.county_codes))


def _filter(context: Context, wish: AuditWish, by: Person) -> AuditFilter:
    timezone = context.settings.timezone

    def begin(day: date | None) -> datetime | None:
        if day is not None and not _FIRST <= day <= _LAST:
            raise InvalidInputError(
                Message("{value} is not a day. Write it as 2026-11-22.", value=day), code="query.invalid"
            )
        return None if day is None else datetime.combine(day, time(), timezone)

    return AuditFilter(
        rows=visible(by, "audit"),
        own_actor=by.actor,
        actor=wish.who.strip(),
        action=wish.action.strip(),
        subject=subject_asked(wish.subject),
        since=begin(wish.since),
        until=begin(_after(wish.until)),
    )


def _after(day: date | None) -> date | None:
    return day if day is None or day >= _LAST else day + timedelta(days=1)


def _named(event: Values, names: dict[str, str]) -> Values:
    return event | {"who": who_did(event | {"who": names.get(event["actor"], event["actor"])})}


def _written(event: Values, locale: str) -> Values:
    told = {
        name: json.dumps(event[name], ensure_ascii=False) if event[name] else ""
        for name in ("before", "after")
    }
    return (
        event
        | told
        | {
            "at": event["at"].isoformat(),
            "who": event["who"] if isinstance(event["who"], str) else translate(event["who"], locale),
            "action": action_words(event["action"], locale),
            "subject": subject_words(event["subject_type"], event["subject_id"], locale),
        }
    )


_COLUMNS = tuple(
    Column(key=key, words=words)
    for key, words in (
        ("id", Message("Number")),
        ("at", Message("When")),
        ("who", Message("Who")),
        ("address", Message("From where")),
        ("action", Message("What")),
        ("subject", Message("Of what")),
        ("before", Message("Before")),
        ("after", Message("After")),
        ("reason", Message("Reason")),
    )
)
