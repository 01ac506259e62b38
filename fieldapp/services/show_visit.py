"""Show one visit whole: its evidence on a map, its results, its notes, its confirmation and its history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import shapely
from sqlalchemy import Connection

from fieldapp.domain.confirmations import ANSWERED_STATES, ConfirmationState
from fieldapp.domain.evidence_reasons import reason_of
from fieldapp.domain.permissions import Action, Person, may, sees_positions, shown_phone, visible
from fieldapp.domain.reviewing import ReviewStep, possible_steps
from fieldapp.domain.visits import RESULTS, Review, Visit
from fieldapp.persistence import confirmations, photos, townships, visit_notes, visit_pages, visits
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.context import Context
from fieldapp.services.review_visit import readable_visit, row_of
from fieldapp.services.visit_timeline import Happening, removed_photos, visit_timeline
from fieldapp.services.withhold_positions import shown_visit
from geodata.errors import Message

Row = dict[str, Any]


@dataclass(frozen=True)
class Picture:
    """A photo of a visit; one that has not ``arrived`` is still on the phone, or was ``removed`` since.

    Removed are photos that no visit named for a year, and one may name them again.
    """

    sha256: str
    arrived: bool
    removed: bool = False


@dataclass(frozen=True)
class ToldReason:
    """A reason for the grade; ``other`` is the visit that it speaks of, where the person may see that one.

    ``places`` are the names of places in the sentence.
    """

    sentence: Message
    places: Sequence[str]
    other: UUID | None


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
        removed = removed_photos(connection, frozenset(stored.visit.photos) - arrived)
        notes = visit_notes.of_visits(connection, [visit_id]).get(visit_id, [])
        confirmation = confirmations.standing(connection, [visit_id]).get(visit_id)
        state = confirmations.confirmation_of(confirmation).state(context.now()) if confirmation else None
        review = Review(row["review"])
        answered = state in ANSWERED_STATES
        return VisitPage(
            row=row,
            visit=stored.visit,
            position_withheld=not sees_positions(by),
            phone=shown_phone(by, row["commissioner_phone"], belongs),
            pictures=[Picture(each, each in arrived, each in removed) for each in stored.visit.photos],
            reasons=_reasons(connection, row, by),
            results=[(words, row[name]) for name, words in RESULTS.items() if row[name]],
            map=_map_of(connection, stored),
            notes=notes,
            timeline=visit_timeline(context, connection, stored, notes, by=by),
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
    return [
        ToldReason(each.sentence, each.places, each.visit_id if each.visit_id in seen else None)
        for each in reasons
    ]


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
