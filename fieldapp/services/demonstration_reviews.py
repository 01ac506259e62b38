"""What a demonstration shows of reviewing: a question with its answer, confirmations, true grades."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import bindparam, insert, select, update

from fieldapp.domain.confirmations import kept_digest, link_secret, paper_code
from fieldapp.domain.evidence import FixEvidence, VisitEvidence, grade_of
from fieldapp.domain.reviewing import NoteKind
from fieldapp.domain.visits import Review, VisitMode
from fieldapp.domain.whereabouts import MeasuredBoundary
from fieldapp.persistence import meanwhile, schema
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade

Row = Mapping[str, Any]

_REVIEWED_AFTER = timedelta(days=21)
_QUESTIONS = (
    ("请补充参加培训的农户名单和现场照片。", "已补充：参加 23 户，照片随后上传。"),
    ("服务天数与起止时间不一致，请核对。", None),
    ("请说明推广的新品种名称。", None),
)
_REJECTIONS = ("与前一日的服务日志重复。", "所述内容与本乡镇产业无关。")
_COMMENTS = (
    (5, "来得及时，讲得明白，病害控制住了。"),
    (4, "培训内容实用，希望多来几次。"),
    (5, "帮我们合作社找到了销路。"),
    (3, ""),
    (5, "手把手教，很有耐心。"),
    (4, "资料发得很全。"),
)


def review_by_age(visits: Sequence[dict[str, Any]], today: date) -> None:
    """Let officers have approved what is old, and let what is new await them; nothing came tomorrow."""
    latest = datetime.combine(today - timedelta(days=1), time(16), UTC)
    for row in visits:
        old = row["visited_on"] < today - _REVIEWED_AFTER
        row["review"] = (Review.APPROVED if old else Review.SUBMITTED).value
        row["received_at"] = max(min(row["received_at"], latest), row["ended_at"])


def show_reviewing(context: Context, work: UnitOfWork, random: Random, visits: Sequence[Row]) -> None:
    """Give some of the stored ``visits`` what there is to see of reviewing, and each its true grade."""
    awaiting = [row for row in visits if row["review"] == Review.SUBMITTED and row["fix_lon"] is not None]
    approved = [row for row in visits if row["review"] == Review.APPROVED][-200:]
    random.shuffle(awaiting)
    random.shuffle(approved)
    for row, (question, answer) in zip(awaiting, _QUESTIONS, strict=False):
        _ask(work, random, row, question, answer)
    for row, reason in zip(awaiting[len(_QUESTIONS) :], _REJECTIONS, strict=False):
        _note(work, random, row, NoteKind.REJECTION, reason, days=1)
        _set(work, [row["id"]], review=Review.REJECTED.value)
    for number, (row, (stars, comment)) in enumerate(zip(approved, _COMMENTS, strict=False)):
        _confirm(context, work, random, row, stars=stars, comment=comment, approved=number >= 2)
    _grade(work, visits)
    # A few were made at the same time as another one, by the chance with which they were made up.
    regrade(work, meanwhile.others(work.connection, {row["id"]: row["started_at"] for row in visits}))


def _grade(work: UnitOfWork, visits: Sequence[Row]) -> None:
    """Grade all visits by the rule for logs from the field, as far as their positions speak."""
    each = schema.townships.c
    places = {
        row.code: row
        for row in work.connection.execute(select(each.code, each.boundary, each.boundary_tolerance_m))
    }
    graded = []
    for row in visits:
        found = grade_of(_evidence(row, places[row["township_code"]]))
        reasons = [reason.stored for reason in found.reasons]
        graded.append({"_id": row["id"], "grade": found.grade.value, "grade_reasons": reasons})
    work.connection.execute(update(schema.visits).where(schema.visits.c.id == bindparam("_id")), graded)


def _evidence(row: Row, place: Any) -> VisitEvidence:
    tolerance_m = place.boundary_tolerance_m or 0.0
    fix = None
    if row["fix_lon"] is not None:
        fix = FixEvidence(
            outside_m=_outside_m(place.boundary, tolerance_m, row["fix_lon"], row["fix_lat"]),
            accuracy_m=row["fix_accuracy_m"],
            captured_at=row["fix_captured_at"],
        )
    return VisitEvidence(
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        received_at=row["received_at"],
        mode=VisitMode(row["mode"]),
        fix=fix,
        tolerance_m=tolerance_m,
    )


def _outside_m(boundary: BaseGeometry | None, tolerance_m: float, lon: float, lat: float) -> float | None:
    if boundary is None:
        return None
    if shapely.contains_xy(boundary, lon, lat):  # nearly all: making a boundary measurable takes longer
        return 0.0
    return MeasuredBoundary(boundary, tolerance_m).outside_m(lon, lat)


def _ask(work: UnitOfWork, random: Random, row: Row, question: str, answer: str | None) -> None:
    _note(work, random, row, NoteKind.QUESTION, question, days=1)
    if answer is None:
        _set(work, [row["id"]], review=Review.HAS_ISSUES.value)
    else:
        _note(work, random, row, NoteKind.ANSWER, answer, days=2)


def _note(work: UnitOfWork, random: Random, row: Row, kind: NoteKind, text: str, *, days: int) -> None:
    work.connection.execute(
        insert(schema.visit_notes).values(
            id=UUID(int=random.getrandbits(128), version=4),
            visit_id=row["id"],
            kind=kind.value,
            text=text,
            at=row["received_at"] + timedelta(minutes=20 * days),
        )
    )


def _confirm(
    context: Context,
    work: UnitOfWork,
    random: Random,
    row: Row,
    *,
    stars: int,
    comment: str,
    approved: bool,
) -> None:
    nonce, key = f"{random.getrandbits(128):032x}", context.settings.secret_key
    answered_at = row["received_at"] + timedelta(minutes=15)
    work.connection.execute(
        insert(schema.confirmations).values(
            visit_id=row["id"],
            nonce=nonce,
            link_hash=kept_digest(key, link_secret(key, nonce)),
            code_hash=kept_digest(key, paper_code(key, nonce)),
            made_at=row["received_at"],
            expires_at=row["received_at"] + context.settings.confirmation_life,
            answered_at=answered_at,
            stars=stars,
            comment=comment,
            approved_at=answered_at + timedelta(minutes=30) if approved else None,
        )
    )
    if approved:
        _set(work, [row["id"]], confirmation_approved=True)


def _set(work: UnitOfWork, visit_ids: Iterable[UUID], **values: object) -> None:
    work.connection.execute(
        update(schema.visits).where(schema.visits.c.id.in_(list(visit_ids))).values(**values)
    )
