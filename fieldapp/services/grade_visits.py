"""Grade visits by their evidence, whenever something of it is new: the log, a photo, the next position."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from threading import Lock
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, Row

from fieldapp.domain.confirmations import Denial
from fieldapp.domain.evidence import FixEvidence, Move, PhotoEvidence, VisitEvidence, grade_of
from fieldapp.domain.evidence_meanwhile import OtherVisit, precedes, reason_of_other, speaks
from fieldapp.domain.evidence_reasons import reason_of
from fieldapp.domain.visits import Review, VisitMode
from fieldapp.domain.whereabouts import MeasuredBoundary, distance_m
from fieldapp.persistence import evidence, photos
from fieldapp.persistence import meanwhile as simultaneous
from fieldapp.persistence.evidence import Use
from fieldapp.persistence.register import Values
from fieldapp.persistence.unit_of_work import UnitOfWork

_AT_ONCE = 200  # visits: what a few statements are asked about together


def regrade(work: UnitOfWork, visit_ids: Iterable[UUID]) -> dict[UUID, Values]:
    """Grade these visits, and those whose grades hang on them: what the caller's unit of work commits.

    Call it after the visits and their photos are written. The feed will tell of every visit whose grade or
    reasons become others; a withdrawn one keeps its grade, and no longer speaks against others. Returns the
    columns that keep the grade of each visit that was graded.
    """
    graded: dict[UUID, Values] = {}
    asked = list(dict.fromkeys(visit_ids))
    others = _grade_all(work, asked, graded)
    _grade_all(work, [other for other in dict.fromkeys(others) if other not in {*asked}], graded)
    return graded


def _grade_all(work: UnitOfWork, visit_ids: Sequence[UUID], graded: dict[UUID, Values]) -> list[UUID]:
    parts = (visit_ids[begin : begin + _AT_ONCE] for begin in range(0, len(visit_ids), _AT_ONCE))
    return [other for part in parts for other in _grade(work, part, graded)]


def _grade(work: UnitOfWork, visit_ids: Sequence[UUID], graded: dict[UUID, Values]) -> list[UUID]:
    """Grade some visits, and tell which other ones may have to be graded anew."""
    connection = work.connection
    # From here on nobody brings one of the photos, or grades a visit of the same people.
    photos.lock_graded(connection, visit_ids)
    found = evidence.find(connection, visit_ids)
    names_photos = any(visit.names_photos for visit in found)
    named = evidence.photos_of(connection, visit_ids) if names_photos else {}
    uses = evidence.uses(connection, named)
    meanwhile = simultaneous.others(connection, {visit.id: visit.started_at for visit in found})
    placed = [visit.id for visit in found if visit.fix_captured_at is not None]
    near = evidence.neighbours(connection, placed) if placed else {}
    changed: dict[UUID, Values] = {}
    others: list[UUID] = []
    for visit in found:
        own, used, beside = named.get(visit.id, []), uses.get(visit.id, []), near.get(visit.id, [])
        moves = {} if visit.fix_mocked else {row.id: _move(visit, row) for row in beside}
        first = {str(use.visit_id) for use in used if not _came_first(visit, use)}
        others += [use.visit_id for use in used if _came_first(visit, use) and not _names(use, visit, first)]
        others += [row.id for row in beside if _concerns(row, moves.get(row.id))]
        others += _told_otherwise(connection, visit, meanwhile.get(visit.id, []))
        if visit.revision > 1:
            others += evidence.once_named_with(connection, visit, own)
        if evidence.has_reason(visit.grade_reasons, "fix.impossible"):
            others += evidence.impossible_of(connection, visit.commissioner_id)
        if visit.deleted_at is None:
            earlier = [use for use in used if not _came_first(visit, use)]
            boundary = _boundary(connection, visit)
            known = _evidence(visit, boundary, own, earlier, list(moves.values()))
            at_once = [row for row in meanwhile.get(visit.id, ()) if speaks(Review(row.review))]
            told = [_other(row, row.township, is_here=row.is_here) for row in at_once]
            grade = grade_of(replace(known, others=told))
            reasons = [reason.stored for reason in grade.reasons]
            graded[visit.id] = {"grade": grade.grade.value, "grade_reasons": reasons}
            if graded[visit.id] != {"grade": visit.grade, "grade_reasons": visit.grade_reasons}:
                changed[visit.id] = graded[visit.id]
    if changed:
        evidence.keep_grades(connection, changed)
        work.touch_visits(*changed, are_held=True)  # by having been written
    return others


def _evidence(
    visit: Row[Any],
    boundary: MeasuredBoundary | None,
    named: Sequence[Row[Any]],
    earlier: Sequence[Use],
    moves: Sequence[Move],
) -> VisitEvidence:
    fix = None
    if visit.fix_lon is not None and visit.fix_lat is not None:
        fix = FixEvidence(
            outside_m=None if boundary is None else boundary.outside_m(visit.fix_lon, visit.fix_lat),
            accuracy_m=visit.fix_accuracy_m or 0.0,
            captured_at=visit.fix_captured_at or visit.started_at,
            mocked=bool(visit.fix_mocked),
        )
    return VisitEvidence(
        started_at=visit.started_at,
        ended_at=visit.ended_at,
        received_at=visit.received_at,
        mode=VisitMode(visit.mode),
        fix=fix,
        tolerance_m=0.0 if boundary is None else boundary.tolerance_m,
        client_clock=visit.client_clock,
        said_at=visit.said_at,
        recorded_at=visit.recorded_at,
        photos=[_photo(row, boundary, earlier) for row in named],
        moves=moves,
        denial=Denial(visit.denial) if visit.denial else None,
    )


def _photo(row: Row[Any], boundary: MeasuredBoundary | None, earlier: Sequence[Use]) -> PhotoEvidence:
    # The same photo says more than one that looks like it; of several visits the first is named.
    used = sorted(
        (use for use in earlier if use.sha256 == row.sha256), key=lambda use: (use.similar, use.received_at)
    )
    placed = boundary is not None and row.lon is not None and row.lat is not None
    return PhotoEvidence(
        arrived=row.size_bytes is not None,
        taken_at=row.taken_at,
        outside_m=boundary.outside_m(row.lon, row.lat) if placed and boundary is not None else None,
        used_on=used[0].visited_on if used else None,
        used_by=used[0].visit_id if used else None,
        similar=bool(used) and used[0].similar,
    )


def _came_first(visit: Row[Any], use: Use) -> bool:
    """Whether the visit used the photo before the other one did: the server had it first."""
    return bool((visit.received_at, visit.id) < (use.received_at, use.visit_id))


def _names(use: Use, visit: Row[Any], first: Collection[str]) -> bool:
    """Whether a later visit tells already that this one, or one that was before it, used the photo."""
    codes = ("photo.similar", "photo.reused") if use.similar else ("photo.reused",)
    this = (str(visit.id), visit.visited_on.isoformat())
    return visit.deleted_at is None and any(
        (reason.get("visit"), reason["day"]) == this or reason.get("visit") in first
        for reason in use.told
        if reason["code"] in codes
    )


def _move(visit: Row[Any], other: Row[Any]) -> Move:
    way = distance_m(visit.fix_lon, visit.fix_lat, other.fix_lon, other.fix_lat)
    return Move(
        distance_m=max(way - (visit.fix_accuracy_m or 0) - (other.fix_accuracy_m or 0), 0.0),
        duration=visit.fix_captured_at - other.fix_captured_at,
        visited_on=other.visited_on,
        visit_id=other.id,
    )


def _concerns(other: Row[Any], move: Move | None) -> bool:
    """Whether the position that now lies next to the other one changes what is said of that one."""
    return evidence.has_reason(other.grade_reasons, "fix.impossible") or (
        move is not None and move.is_impossible
    )


def _other(row: Row[Any], township: str, *, is_here: bool) -> OtherVisit:
    return OtherVisit(
        id=row.id,
        township=township,
        is_here=is_here,
        visited_on=row.visited_on,
        started_at=row.started_at,
        ended_at=row.ended_at,
        mode=VisitMode(row.mode),
    )


def _told_otherwise(connection: Connection, visit: Row[Any], meanwhile: Sequence[Row[Any]]) -> list[UUID]:
    """The commissioner's visits against which this one has now to be told, or to be told no more."""
    is_told = speaks(Review(visit.review), is_withdrawn=visit.deleted_at is not None)
    concerned = [row.id for row in meanwhile if is_told and _has_to_tell(visit, row)]
    if not is_told or visit.revision > 1:
        concerned += simultaneous.naming(connection, visit.id, visit.commissioner_id)
    return concerned


def _has_to_tell(visit: Row[Any], other: Row[Any]) -> bool:
    """Whether what is told of the other visit leaves out what this one says against it."""
    reason = reason_of_other(other, _other(visit, other.asked_township, is_here=other.is_here))
    if reason is None:
        return False
    reasons = map(reason_of, other.grade_reasons or ())
    told = next((each for each in reasons if each.code == reason.code), None)
    is_named = told is not None and told.visit_id == visit.id
    return told != reason if is_named else precedes(reason, told)


_lock = Lock()
_kept: WeakKeyDictionary[Engine, tuple[int, dict[str, MeasuredBoundary | None]]] = WeakKeyDictionary()


def _boundary(connection: Connection, visit: Row[Any]) -> MeasuredBoundary | None:
    """The township's boundary, made ready once for each version of the register; None where it has none."""
    with _lock:
        version, ready = _kept.get(connection.engine, (None, {}))
        if version != visit.version:
            ready = {}
            _kept[connection.engine] = (visit.version, ready)
    if visit.township_code not in ready:
        row = evidence.boundary(connection, visit.township_code)
        ready[visit.township_code] = (
            None
            if row.boundary is None or row.boundary.is_empty
            else MeasuredBoundary(row.boundary, row.boundary_tolerance_m or 0.0)
        )
    return ready[visit.township_code]
