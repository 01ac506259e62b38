"""How well a visit is evidenced: a grade from A to D, and every reason for it.

Each reason says the best grade that it leaves; the grade is the worst of these, so that a fact that gets
worse can never make a grade better. Distances are in metres, measured by `fieldapp.domain.whereabouts`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from uuid import UUID

from fieldapp.domain.confirmations import Denial
from fieldapp.domain.evidence_meanwhile import OtherVisit, reasons_of_others
from fieldapp.domain.evidence_reasons import EvidenceReason, Span, metres, of_visit, seconds
from fieldapp.domain.visits import EvidenceGrade, VisitMode

# A fix worse than this proves a township less well, and a fix may lie no further outside than this.
GOOD_ACCURACY_M = 100.0
# How far clocks that mean the same moment may differ: a slow network, a phone that is a little fast.
CLOCK_SLACK = timedelta(minutes=10)
# Cameras are set by hand, and a photo is often taken on arriving or on leaving.
PHOTO_SLACK = timedelta(minutes=30)
# A log that is saved later than this is from memory.
LATE = timedelta(days=7)
IMPOSSIBLE_M_PER_S = 500_000 / 3600
# Two phones of one person may take positions in the same second: below this no speed is made of them.
_LEAST_INTERVAL = timedelta(minutes=1)
# Neither leaves a grade that verifies the visit by itself: somebody has to look at it first.
_DENIALS = {
    Denial.NOT_HAPPENED: ("recipient.not_happened", EvidenceGrade.D),
    Denial.NOT_AS_DESCRIBED: ("recipient.not_as_described", EvidenceGrade.C),
}


@dataclass(frozen=True)
class FixEvidence:
    """A position of the visit; ``outside_m`` is 0 in the township, and None where it has no boundary."""

    outside_m: float | None
    accuracy_m: float
    captured_at: datetime
    mocked: bool = False


@dataclass(frozen=True)
class PhotoEvidence:
    """A photo of the visit: its own time and place where it tells them, and the visit that used it before.

    ``arrived`` is False for one that the visit names and the server does not have yet.
    """

    arrived: bool = True
    taken_at: datetime | None = None
    outside_m: float | None = None
    used_on: date | None = None
    used_by: UUID | None = None
    similar: bool = False  # to the one that was used before, not the same


@dataclass(frozen=True)
class Move:
    """The way to the commissioner's position before or after, and the day of that visit."""

    distance_m: float  # beyond what both positions may err
    duration: timedelta
    visited_on: date
    visit_id: UUID | None = None

    @property
    def is_impossible(self) -> bool:
        """Whether nobody gets there in that time: 500 km in an hour."""
        allowed = max(abs(self.duration), _LEAST_INTERVAL).total_seconds() * IMPOSSIBLE_M_PER_S
        return self.distance_m >= allowed


@dataclass(frozen=True)
class VisitEvidence:
    """Everything that is known of a visit's evidence.

    ``tolerance_m`` is how far the township's boundary itself may err; ``client_clock`` what the visitor's
    clock said when ``received_at`` was the server's time; ``said_at`` is when what the log says now arrived,
    where it was changed since, and ``recorded_at`` when the phone saved it; ``others`` are those of the
    commissioner's other visits that may have gone on at the same time; ``denial`` is what the recipient says
    against the visit.
    """

    started_at: datetime
    ended_at: datetime
    received_at: datetime
    mode: VisitMode = VisitMode.ON_SITE
    fix: FixEvidence | None = None
    tolerance_m: float = 0.0
    client_clock: datetime | None = None
    said_at: datetime | None = None
    recorded_at: datetime | None = None
    photos: Sequence[PhotoEvidence] = ()
    moves: Sequence[Move] = ()
    others: Sequence[OtherVisit] = ()
    denial: Denial | None = None


@dataclass(frozen=True)
class Graded:
    """A grade and why."""

    grade: EvidenceGrade
    reasons: tuple[EvidenceReason, ...]


def grade_of(visit: VisitEvidence) -> Graded:
    """The grade of a visit and its reasons, the gravest first."""
    reasons = [
        *_of_recipient(visit),
        *_of_fix(visit),
        *reasons_of_others(visit, visit.others),
        *_of_photos(visit),
        *_of_clock(visit),
        *_of_saving(visit),
        *_of_moves(visit),
    ]
    reasons.sort(key=lambda reason: reason.at_best, reverse=True)  # stable: else in the order of the table
    return Graded(reasons[0].at_best, tuple(dict.fromkeys(reasons)))


def _of_recipient(visit: VisitEvidence) -> Iterator[EvidenceReason]:
    if visit.denial is not None:
        code, at_best = _DENIALS[visit.denial]
        yield EvidenceReason(code, at_best)


def _of_fix(visit: VisitEvidence) -> Iterator[EvidenceReason]:
    fix = visit.fix
    if fix is None:
        yield EvidenceReason("fix.none", EvidenceGrade.C)
        return
    if fix.mocked:
        yield EvidenceReason("fix.mocked", EvidenceGrade.D)
    away = _away(fix.captured_at, visit, CLOCK_SLACK)
    if away is not None:
        yield EvidenceReason(
            "fix.before" if away < timedelta() else "fix.after", EvidenceGrade.C, seconds(away)
        )
    if fix.outside_m is None:
        yield EvidenceReason("fix.no_boundary", EvidenceGrade.C)
        return
    far = metres(fix.outside_m)
    if fix.outside_m < 1:
        yield EvidenceReason("fix.inside", EvidenceGrade.A)
    elif fix.outside_m <= min(fix.accuracy_m, GOOD_ACCURACY_M):
        yield EvidenceReason("fix.near", EvidenceGrade.A, far)
    elif fix.outside_m < visit.tolerance_m:
        yield EvidenceReason(
            "fix.in_tolerance", EvidenceGrade.C, far | metres(visit.tolerance_m, "tolerance_m")
        )
    elif visit.mode is VisitMode.REMOTE:
        # Who advises from afar claims nothing that being elsewhere would contradict.
        yield EvidenceReason("fix.remote", EvidenceGrade.C, far)
    else:
        yield EvidenceReason("fix.outside", EvidenceGrade.D, far)
    if fix.accuracy_m > GOOD_ACCURACY_M:
        yield EvidenceReason("fix.inaccurate", EvidenceGrade.B, metres(fix.accuracy_m, "accuracy_m"))


def _of_photos(visit: VisitEvidence) -> Iterator[EvidenceReason]:
    for photo in visit.photos:
        if photo.used_on is not None:
            yield EvidenceReason(
                "photo.similar" if photo.similar else "photo.reused",
                EvidenceGrade.D,
                of_visit(photo.used_by) | {"day": photo.used_on.isoformat()},
            )
    fresh = [photo for photo in visit.photos if photo.arrived and photo.used_on is None]
    doubts = [tuple(_doubts(photo, visit)) for photo in fresh]
    good = sum(not of_photo for of_photo in doubts)
    awaited = sum(not photo.arrived for photo in visit.photos)
    if good:
        yield EvidenceReason("photo.good", EvidenceGrade.A, {"count": good})
    # One good photo is enough: what another one tells is worth a look, no more.
    at_best = EvidenceGrade.A if good else EvidenceGrade.B
    for code, of_code in groupby(
        sorted((doubt for of_photo in doubts for doubt in of_photo), key=lambda doubt: doubt[0]),
        key=lambda doubt: doubt[0],
    ):
        yield EvidenceReason(code, at_best, max((fields for _, fields in of_code), key=_size))
    if awaited:
        yield EvidenceReason("photo.awaited", at_best, {"count": awaited})
    if not visit.photos:
        yield EvidenceReason("photo.none", EvidenceGrade.B)


def _doubts(photo: PhotoEvidence, visit: VisitEvidence) -> Iterator[tuple[str, Span]]:
    """What a photo's own time and place say against the visit."""
    if photo.taken_at is not None:
        away = _away(photo.taken_at, visit, PHOTO_SLACK)
        if away is not None:
            yield ("photo.before" if away < timedelta() else "photo.after"), seconds(away)
    if photo.outside_m is not None and photo.outside_m > max(visit.tolerance_m, GOOD_ACCURACY_M):
        yield "photo.elsewhere", metres(photo.outside_m)


def _of_clock(visit: VisitEvidence) -> Iterator[EvidenceReason]:
    latest = (visit.said_at or visit.received_at) + CLOCK_SLACK
    if visit.client_clock is not None:
        skew = visit.client_clock - visit.received_at
        if abs(skew) > CLOCK_SLACK:
            yield EvidenceReason(
                "clock.fast" if skew > timedelta() else "clock.slow", EvidenceGrade.D, seconds(skew)
            )
    if visit.ended_at > latest:
        yield EvidenceReason("clock.unfinished", EvidenceGrade.D, seconds(visit.ended_at - latest))
    if visit.fix is not None and visit.fix.captured_at > latest:
        yield EvidenceReason("clock.fix", EvidenceGrade.D, seconds(visit.fix.captured_at - latest))


def _of_saving(visit: VisitEvidence) -> Iterator[EvidenceReason]:
    """What the moment at which the phone saved the log says against what the log says."""
    saved = visit.recorded_at
    if saved is None:
        return
    latest = (visit.said_at or visit.received_at) + CLOCK_SLACK
    if saved > latest:
        yield EvidenceReason("saved.ahead", EvidenceGrade.D, seconds(saved - latest))
    elif saved < visit.started_at - CLOCK_SLACK:
        # Its times may have been corrected since, so this alone is no contradiction.
        yield EvidenceReason("saved.early", EvidenceGrade.B, seconds(visit.started_at - saved))
    elif saved > visit.ended_at + LATE:
        # A position and a photo of that time prove as much as ever.
        yield EvidenceReason("saved.late", EvidenceGrade.A, seconds(saved - visit.ended_at))


def _of_moves(visit: VisitEvidence) -> Iterator[EvidenceReason]:
    for move in visit.moves:
        if move.is_impossible:
            yield EvidenceReason(
                "fix.impossible",
                EvidenceGrade.D,
                metres(move.distance_m, "distance_m")
                | seconds(move.duration)
                | {"day": move.visited_on.isoformat()}
                | of_visit(move.visit_id),
            )


def _away(moment: datetime, visit: VisitEvidence, slack: timedelta) -> timedelta | None:
    """How long before (negative) or after the visit; None during it, give or take ``slack``."""
    if moment < visit.started_at - slack:
        return moment - visit.started_at
    if moment > visit.ended_at + slack:
        return moment - visit.ended_at
    return None


def _size(fields: Span) -> int:
    return max(value for value in fields.values() if isinstance(value, int))
