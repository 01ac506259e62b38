"""Show one visit whole: its evidence on a map, its results, its notes, its confirmation and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import Connection

from fieldapp.domain.confirmations import ConfirmationState
from fieldapp.domain.evidence_reasons import reason_of
from fieldapp.domain.permissions import Action, Person, may, sees_positions, shown_phone, visible
from fieldapp.domain.reviewing import NoteKind, ReviewStep, possible_steps
from fieldapp.domain.visits import RESULTS, Review, Visit, body_of
from fieldapp.persistence import (
    confirmations,
    photos,
    townships,
    visit_history,
    visit_notes,
    visit_pages,
    visits,
)
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.context import Context
from fieldapp.services.review_visit import event_words, readable_visit, row_of
from fieldapp.services.withhold_positions import shown_body, shown_visit
from geodata.errors import Message

Row = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A photo of a visit; one that has not ``arrived`` is still on the phone."""

    sha256: str
    arrived: bool


@dataclass(frozen=True)
class ToldReason:
    """A reason for the grade; ``other`` is the visit that it speaks of, where the person may see that one."""

    sentence: Message
    other: UUID | None


@dataclass(frozen=True)
class Happening:
    """One entry of a visit's timeline."""

    at: datetime
    who: str
    words: Message | str
    text: str = ""
    differences: Sequence[tuple[Message, str, str]] = ()


@dataclass(frozen=True)
class VisitPage:
    """Everything there is to see of a visit, and what the person may do with it."""

    row: Row
    visit: Visit  # without its position where that is withheld
    position_withheld: bool
    phone: str | None
    pictures: Sequence[Picture]
    reasons: Sequence[ToldReason]
    results: Sequence[tuple[Message, Any]]
    map: Mapping[str, Any]
    notes: Sequence[Row]
    timeline: Sequence[Happening]
    confirmation: Row | None
    confirmation_state: ConfirmationState | None
    review: Review
    steps: Sequence[ReviewStep]  # that the person may take now
    may_answer: bool
    may_make_confirmation: bool
    may_judge_confirmation: bool
    is_withdrawn: bool


def show_visit(context: Context, visit_id: UUID, *, by: Person) -> VisitPage:
    """The page of a visit; `NotFoundError` where the person may see none of this id."""
    with context.reading() as connection:
        stored = shown_visit(readable_visit(connection, visit_id, by), by)
        row = visit_pages.one(connection, visit_id)
        belongs = row_of(connection, stored, by)
        officer = may(by, Action.VISIT_REVIEW, belongs)
        own = may(by, Action.VISIT_WRITE, belongs)
        confirms = may(by, Action.VISIT_CONFIRM, belongs)
        arrived = photos.arrived(connection, stored.visit.photos)
        notes = visit_notes.of_visits(connection, [visit_id]).get(visit_id, [])
        confirmation = confirmations.standing(connection, [visit_id]).get(visit_id)
        state = confirmations.confirmation_of(confirmation).state(context.now()) if confirmation else None
        review = Review(row["review"])
        answered = state in (ConfirmationState.ANSWERED, ConfirmationState.APPROVED)
        return VisitPage(
            row=row,
            visit=stored.visit,
            position_withheld=not sees_positions(by),
            phone=shown_phone(by, row["commissioner_phone"], belongs),
            pictures=[Picture(each, each in arrived) for each in stored.visit.photos],
            reasons=_reasons(connection, row, by),
            results=[(words, row[name]) for name, words in RESULTS.items() if row[name]],
            map=_map_of(connection, stored),
            notes=notes,
            timeline=_timeline(context, connection, stored, notes, by),
            confirmation=confirmation,
            confirmation_state=state,
            review=review,
            steps=possible_steps(review) if officer and not stored.is_withdrawn else (),
            may_answer=own and not stored.is_withdrawn,
            may_make_confirmation=confirms and not stored.is_withdrawn and not answered,
            may_judge_confirmation=officer,
            is_withdrawn=stored.is_withdrawn,
        )


def _reasons(connection: Connection, row: Row, by: Person) -> list[ToldReason]:
    reasons = [reason_of(each) for each in row["grade_reasons"] or ()]
    spoken_of = {each.visit_id for each in reasons if each.visit_id is not None}
    seen = visits.readable_among(connection, spoken_of, visible(by, "visit"))
    return [ToldReason(each.sentence, each.visit_id if each.visit_id in seen else None) for each in reasons]


def _map_of(connection: Connection, stored: StoredVisit) -> dict[str, Any]:
    """What the map draws: the boundary, the seat, and where the visitor's device was."""
    place = townships.get(connection, stored.visit.township_code)
    boundary, fix = place["boundary"], stored.visit.fix
    return {
        "boundary": None if boundary is None else shapely.geometry.mapping(_simplified(boundary)),
        "approximate": place["boundary_quality"] != "official",
        "tolerance_m": place["boundary_tolerance_m"],
        "seat": None if place["seat"] is None else [place["seat"].y, place["seat"].x],
        "fix": None if fix is None else {"lat": fix.lat, "lon": fix.lon, "accuracy_m": fix.accuracy_m},
    }


def _simplified(boundary: Any) -> Any:
    # A hundredth of its width is not to be seen on a map of this size, and a fifth of a hundredth is kept.
    west, south, east, north = boundary.bounds
    return boundary.simplify(max(east - west, north - south) / 500, preserve_topology=True)


def _timeline(
    context: Context, connection: Connection, stored: StoredVisit, notes: Sequence[Row], by: Person
) -> list[Happening]:
    """What happened with a visit, the latest first: revisions with what they changed, decisions and notes."""
    revisions = visit_history.revisions_of(connection, stored.id)
    said = [shown_body(each["body"], by) for each in revisions]
    said.append(body_of(stored.visit, context.settings.timezone))
    events = visit_history.events_of(connection, stored.id)
    written = {str(note["id"]): note for note in notes}
    found: list[Happening] = []
    for event in events:
        note = written.pop((event["after"] or {}).get("note", ""), None)
        found.append(
            Happening(
                at=event["at"],
                who=event["who"],
                words=event_words(event["action"]),
                text=note["text"] if note else "",
                differences=_differences(said, event),
            )
        )
    found += [
        Happening(note["at"], note["by_name"] or "", NoteKind(note["kind"]).words, note["text"])
        for note in written.values()
    ]
    if not any(event["action"] in ("visit.recorded", "visit.imported") for event in events):
        found.append(Happening(stored.row["received_at"], "", Message("arrived at the server")))
    found.sort(key=lambda each: each.at, reverse=True)
    return found


_SAID_WORDS: Mapping[str, Message] = {
    "township_code": Message("township code"),
    "started_at": Message("started at"),
    "ended_at": Message("ended at"),
    "mode": Message("mode"),
    "content": Message("content"),
    "service_days": Message("service days"),
    "no_fix_reason": Message("reason for the lack of a position"),
}


def _differences(said: Sequence[Mapping[str, Any] | None], event: Row) -> list[tuple[Message, str, str]]:
    """What a new revision says otherwise than the one before it."""
    revision = (event["after"] or {}).get("revision")
    if event["action"] not in ("visit.changed", "visit.imported") or not isinstance(revision, int):
        return []
    if not 2 <= revision <= len(said):
        return []
    before, after = said[revision - 2], said[revision - 1]
    if before is None or after is None:  # erased
        return []
    found = [
        (words, _told(before.get(key)), _told(after.get(key)))
        for key, words in _SAID_WORDS.items()
        if before.get(key) != after.get(key)
    ]
    found += [
        (words, _told(before["results"].get(key)), _told(after["results"].get(key)))
        for key, words in RESULTS.items()
        if before["results"].get(key) != after["results"].get(key)
    ]
    if before.get("fix") != after.get("fix"):
        found.append((Message("position"), _place(before.get("fix")), _place(after.get("fix"))))
    if before.get("photos") != after.get("photos"):
        counts = (len(before.get("photos") or ()), len(after.get("photos") or ()))
        found.append((Message("photos"), str(counts[0]), str(counts[1])))
    return found


def _told(value: object) -> str:
    text = "–" if value in (None, "") else str(value)
    return text if len(text) <= 300 else f"{text[:300]}…"


def _place(fix: Mapping[str, Any] | None) -> str:
    return "–" if fix is None else f"{fix['lat']:.5f}, {fix['lon']:.5f} (± {fix['accuracy_m']:.0f} m)"
