"""Visits (服务日志): what the log of one service says, and the words of its evidence and review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Any

from geodata.errors import Message


class VisitMode(StrEnum):
    ON_SITE = "on_site"
    REMOTE = "remote"


class EvidenceGrade(StrEnum):
    A = "A"
    B = "B"
    C = "C"
    D = "D"


# Evidence that verifies a visit by itself, without an approved confirmation.
VERIFYING_GRADES = (EvidenceGrade.A, EvidenceGrade.B)


class Review(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    HAS_ISSUES = "has_issues"
    REJECTED = "rejected"


# The counted results that commissioners' logs ask for; income uplift is in ten thousand yuan.
RESULTS: dict[str, Message] = {
    "new_varieties": Message("new varieties introduced"),
    "new_technologies": Message("new technologies introduced"),
    "new_products": Message("new products introduced"),
    "problems_solved": Message("technical problems solved"),
    "training_sessions": Message("training sessions held"),
    "farmers_trained": Message("farmers trained"),
    "households_helped": Message("households helped"),
    "cooperatives_helped": Message("cooperatives helped"),
    "demonstration_bases": Message("demonstration bases"),
    "income_uplift_wan_yuan": Message("income uplift (10 000 yuan)"),
}
INCOME = "income_uplift_wan_yuan"


@dataclass(frozen=True, kw_only=True)
class Fix:
    """Where the visitor's device says that it was: degrees (WGS 84), metres, and when."""

    lon: float
    lat: float
    accuracy_m: float
    captured_at: datetime
    mocked: bool


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What a log says, in the form in which logs are compared: instants in UTC, counts all there.

    Two that are equal say the same, however they were written down. ``recorded_at`` tells when the log was
    saved and says nothing of the visit.
    """

    township_code: str
    started_at: datetime
    ended_at: datetime
    mode: VisitMode
    content: str
    service_days: Decimal
    results: Mapping[str, int | Decimal]
    fix: Fix | None
    no_fix_reason: str | None
    photos: tuple[str, ...]
    recorded_at: datetime | None = field(default=None, compare=False)

    def visited_on(self, timezone: tzinfo) -> date:
        """The local day on which it began: the year it counts in."""
        return self.started_at.astimezone(timezone).date()


@dataclass(frozen=True, kw_only=True)
class VisitFilter:
    """Which visits somebody wants; the days are those on which they took place, both included."""

    county_code: str | None = None
    township_code: str | None = None
    commissioner_id: str | None = None
    first_day: date | None = None
    last_day: date | None = None


def visit_of(body: Mapping[str, Any]) -> Visit:
    """The visit that a body says, its numbers and instants read already.

    What a body leaves out of the results is none. Blanks around a text say nothing.
    """
    results = body.get("results") or {}
    fix = body.get("fix")
    recorded_at = body.get("recorded_at")
    return Visit(
        township_code=body["township_code"],
        started_at=body["started_at"].astimezone(UTC),
        ended_at=body["ended_at"].astimezone(UTC),
        mode=VisitMode(body["mode"]),
        content=_text(body.get("content")),
        service_days=_decimal(body["service_days"]),
        results={
            name: _decimal(results.get(name, 0)) if name == INCOME else int(results.get(name, 0))
            for name in RESULTS
        },
        fix=None
        if fix is None
        else Fix(
            lon=float(fix["lon"]),
            lat=float(fix["lat"]),
            accuracy_m=float(fix["accuracy_m"]),
            captured_at=fix["captured_at"].astimezone(UTC),
            mocked=fix["mocked"],
        ),
        no_fix_reason=_text(body.get("no_fix_reason")) or None,
        photos=tuple(body.get("photos") or ()),
        recorded_at=None if recorded_at is None else recorded_at.astimezone(UTC),
    )


def body_of(visit: Visit, timezone: tzinfo) -> dict[str, Any]:
    """The body that says the visit, in values that JSON has; instants with the offset of ``timezone``."""

    def told(instant: datetime | None) -> str | None:
        return None if instant is None else instant.astimezone(timezone).isoformat()

    return {
        "township_code": visit.township_code,
        "started_at": told(visit.started_at),
        "ended_at": told(visit.ended_at),
        "mode": visit.mode.value,
        "content": visit.content,
        "service_days": float(visit.service_days),
        "results": {
            name: float(value) if name == INCOME else int(value) for name, value in visit.results.items()
        },
        "fix": None
        if visit.fix is None
        else {
            "lon": visit.fix.lon,
            "lat": visit.fix.lat,
            "accuracy_m": visit.fix.accuracy_m,
            "captured_at": told(visit.fix.captured_at),
            "mocked": visit.fix.mocked,
        },
        "no_fix_reason": visit.no_fix_reason,
        "photos": list(visit.photos),
        "recorded_at": told(visit.recorded_at),
    }


def tells_recipients_the_same(one: Visit, other: Visit) -> bool:
    """Whether who confirmed one of the two has confirmed the other: photos and positions aside."""
    beside: dict[str, Any] = {"photos": (), "fix": None, "no_fix_reason": None, "recorded_at": None}
    return replace(one, **beside) == replace(other, **beside)


def _text(value: str | None) -> str:
    # As it was written, whatever it holds: the phone takes only its own words for an answer.
    return (value or "").replace("\r\n", "\n").replace("\r", "\n").strip()


def _decimal(value: float | Decimal) -> Decimal:
    # By way of its text: 0.1 is a tenth, not the binary number next to it.
    number = value if isinstance(value, Decimal) else Decimal(str(value))
    return number.normalize() if number.is_finite() else number
