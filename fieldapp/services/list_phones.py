"""Who has not synced for how long: every commissioner in office, the longest silence first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fieldapp.domain.errors import ConflictError, NotFoundError
from fieldapp.domain.permissions import Action, Person, Row, require, shown_phone, visible
from fieldapp.domain.syncing import clock_off
from fieldapp.persistence import phones
from fieldapp.services.context import Context
from geodata.errors import Message


@dataclass(frozen=True)
class SyncLine:
    """One commissioner in office, and what the person's phones said; None where none ever synced."""

    commissioner_id: str
    commissioner: str
    institution: str
    phone: str | None
    townships: tuple[tuple[str, str], ...]  # code and name
    counties: tuple[str, ...]
    county_codes: frozenset[str]
    has_account: bool
    last_seen_at: datetime | None
    silent_days: int | None
    phones: int
    pending: int
    oldest_pending_at: datetime | None
    clock_off: Message | None
    app_version: str
    reminded_at: datetime | None


@dataclass(frozen=True)
class SyncList:
    """The commissioners asked for, and the counties among which to choose."""

    lines: list[SyncLine]
    counties: Mapping[str, str]


def list_phones(context: Context, *, by: Person, county: str = "", pending_only: bool = False) -> SyncList:
    """Commissioners in office in the places of ``by``: who has logs waiting, then the longest silent."""
    now = context.now()
    with context.reading() as connection:
        terms = phones.serving(connection, visible(by, "visit"), context.today())
        ids = sorted({term["user_id"] for term in terms if term["user_id"] is not None})
        told: dict[int, list[dict[str, Any]]] = {}
        for row in phones.of_users(connection, ids):
            told.setdefault(row["user_id"], []).append(row)
    people: dict[str, list[dict[str, Any]]] = {}
    for term in terms:
        people.setdefault(term["commissioner_id"], []).append(term)
    lines = [_line(by, now, each, told.get(each[0]["user_id"] or 0, [])) for each in people.values()]
    lines = [
        line
        for line in lines
        if (not county or county in line.county_codes) and (line.pending or not pending_only)
    ]
    lines.sort(
        key=lambda line: (
            line.oldest_pending_at or now,
            line.last_seen_at is not None,
            line.last_seen_at or now,
            line.commissioner_id,
        )
    )
    return SyncList(lines, {term["county_code"]: term["county"] for term in sorted(terms, key=_by_county)})


def remind_of_syncing(context: Context, commissioner_id: str, *, by: Person) -> None:
    """Ask a commissioner to send what is on the phone; shown there until nothing is left to send.

    `ConflictError` where no phone of the person ever synced: nothing there could show it.
    """
    with context.work(actor=by.actor) as work:
        terms = [
            term
            for term in phones.serving(work.connection, visible(by, "visit"), context.today())
            if term["commissioner_id"] == commissioner_id
        ]
        if not terms:
            raise NotFoundError(
                Message("No commissioner in office has the id {id}.", id=commissioner_id[:30])
            )
        counties = frozenset({term["county_code"] for term in terms})
        require(by, Action.VISIT_REVIEW, Row(counties, frozenset({commissioner_id})))
        user_id = terms[0]["user_id"]
        if user_id is None or not phones.remind(work.connection, user_id, by.user_id, context.now()):
            raise ConflictError(
                Message("No phone of this commissioner has ever synced. Call, and help with the app."),
                code="phone.none",
            )
        work.record("phone.reminded", "commissioner", commissioner_id, topic=None)
        work.commit()


def _by_county(term: Mapping[str, Any]) -> str:
    return str(term["county_code"])


def _line(by: Person, now: datetime, terms: list[dict[str, Any]], told: list[dict[str, Any]]) -> SyncLine:
    first = terms[0]
    latest = max(told, key=lambda row: row["last_seen_at"], default=None)
    codes = frozenset({term["county_code"] for term in terms})
    return SyncLine(
        commissioner_id=first["commissioner_id"],
        commissioner=first["commissioner"],
        institution=first["institution"],
        phone=shown_phone(by, first["phone"], Row(codes, frozenset({first["commissioner_id"]}))),
        townships=tuple(dict.fromkeys((term["township_code"], term["township"]) for term in terms)),
        counties=tuple(dict.fromkeys(term["county"] for term in terms)),
        county_codes=codes,
        has_account=first["user_id"] is not None,
        last_seen_at=latest["last_seen_at"] if latest else None,
        silent_days=(now - latest["last_seen_at"]).days if latest else None,
        phones=len(told),
        pending=sum(row["pending"] for row in told),
        oldest_pending_at=min(
            (row["oldest_pending_at"] for row in told if row["oldest_pending_at"]), default=None
        ),
        clock_off=clock_off(latest["clock_skew_s"]) if latest else None,
        app_version=latest["app_version"] if latest else "",
        reminded_at=max((row["reminded_at"] for row in told if row["reminded_at"]), default=None),
    )
