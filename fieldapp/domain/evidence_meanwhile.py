"""Visits that one commissioner says to have made at the same time: the rule, and what is told of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from fieldapp.domain.evidence_reasons import EvidenceReason, Span, of_visit, seconds
from fieldapp.domain.visits import EvidenceGrade, Review, VisitMode

# Times are written down from memory: one visit may be said to end a little after the next one began.
_BRIEFLY = timedelta(minutes=10)


class Period(Protocol):
    """Anything with a beginning and an end, such as a visit or its row."""

    @property
    def started_at(self) -> datetime: ...

    @property
    def ended_at(self) -> datetime: ...


class Made(Period, Protocol):
    """A period in which somebody was on site, or advised from afar."""

    @property
    def mode(self) -> VisitMode: ...


@dataclass(frozen=True)
class OtherVisit:
    """Another visit of the same commissioner, neither withdrawn nor rejected; ``township`` is a name.

    ``is_here`` says that it was to the same township.
    """

    id: UUID
    township: str
    is_here: bool
    visited_on: date
    started_at: datetime
    ended_at: datetime
    mode: VisitMode


def together(one: Period, other: Period) -> timedelta | None:
    """By how much one of two visits would have to move so that it ends before the other begins.

    None where they did not go on at the same time. Two that begin together did, however short they are.
    """
    if one.started_at == other.started_at or (
        one.started_at < other.ended_at and other.started_at < one.ended_at
    ):
        return min(one.ended_at - other.started_at, other.ended_at - one.started_at)
    return None


def speaks(review: Review, *, is_withdrawn: bool = False) -> bool:
    """Whether a visit speaks against others of its time: one that counts no more does not."""
    return review is not Review.REJECTED and not is_withdrawn


def reasons_of_others(visit: Made, others: Sequence[OtherVisit]) -> Iterator[EvidenceReason]:
    """What other visits say against this one, at most one reason of each kind.

    Nobody is in two townships at once. In the same township two logs may tell of one visit, and advice
    from afar can be given anywhere: that is told, and somebody has to look.
    """
    told: dict[str, EvidenceReason] = {}
    for other in others:
        reason = reason_of_other(visit, other)
        if reason is not None and precedes(reason, told.get(reason.code)):
            told[reason.code] = reason
    yield from (told[code] for code in sorted(told))


def reason_of_other(visit: Made, other: OtherVisit) -> EvidenceReason | None:
    """What one other visit says against this one; None where it was at another time."""
    by = together(visit, other)
    if by is None:
        return None
    fields: Span = of_visit(other.id) | {"day": other.visited_on.isoformat(), "township": other.township}
    if other.is_here:
        return EvidenceReason("meanwhile.here", EvidenceGrade.B, fields)
    if VisitMode.REMOTE in (visit.mode, other.mode):
        return EvidenceReason("meanwhile.remote", EvidenceGrade.B, fields)
    if by <= _BRIEFLY:
        return EvidenceReason("meanwhile.briefly", EvidenceGrade.B, fields | seconds(by))
    return EvidenceReason("meanwhile.elsewhere", EvidenceGrade.D, fields)


def precedes(reason: EvidenceReason, told: EvidenceReason | None) -> bool:
    """Whether a reason is told and not the one of its kind that is ``told``.

    Of many visits the one with the smallest id is named, whoever is asked and in whatever order they
    arrived: so most that arrive later change nothing of what is told already.
    """
    return told is None or str(reason.fields["visit"]) < str(told.fields["visit"])
