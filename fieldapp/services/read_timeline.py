"""The timeline of a township or a commissioner: the terms, and what was done with them by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.assignments import Assignment, AssignmentState, state_on
from fieldapp.domain.errors import FieldappError
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Person, Row, may, visible
from fieldapp.domain.undoing import Done, undo
from fieldapp.persistence import assigning_history, assignments, commissioners, townships
from fieldapp.services.context import Context
from fieldapp.services.steps import ACTIONS, event_words
from fieldapp.services.who_did import who_did
from geodata.errors import Message


@dataclass(frozen=True)
class TimelineTerm:
    """One term, as it stands on the day asked."""

    assignment: Assignment
    state: AssignmentState
    township: str
    commissioner: str


@dataclass(frozen=True)
class TimelineEvent:
    """Something that was done; ``undo_revision`` is given where this person can still take it back."""

    at: datetime
    who: Message | str
    words: Message | str
    assignment_id: int
    township: str
    commissioner: str
    state: AssignmentState | None
    reason: str
    undo_revision: int | None


@dataclass(frozen=True)
class Timeline:
    """The latest first, both."""

    terms: tuple[TimelineTerm, ...]
    events: tuple[TimelineEvent, ...]


def read_timeline(
    context: Context, *, by: Person, township_code: str | None = None, commissioner_id: str | None = None
) -> Timeline:
    """The timeline of a township or of a commissioner, as far as the person may read assignments.

    Raises `NotFoundError` for one that does not exist.
    """
    with context.reading() as connection:
        if township_code is not None:
            townships.get(connection, township_code)
            found = assignments.of_township(connection, township_code)
        else:
            commissioners.get(connection, commissioner_id or "")
            found = assignments.of_commissioner(connection, commissioner_id or "")
        places = {place.code: place for place in townships.places(connection)}
        reach = visible(by, "assignment")
        rows = {
            each.id or 0: Row(
                frozenset({places[each.township_code].county_code}), frozenset({each.commissioner_id})
            )
            for each in found
        }
        found = [each for each in found if reach.admits(rows[each.id or 0])]
        names = commissioners.names(connection)
        events = _events(connection, found)
    today = context.today()
    by_id = {each.id or 0: each for each in found}
    last: dict[int, int] = {}
    for event in reversed(events):
        last[int(event["subject_id"])] = event["id"]
    told = []
    for event in events:
        about = by_id[int(event["subject_id"])]
        is_last = last[about.id or 0] == event["id"]
        told.append(
            TimelineEvent(
                at=event["at"],
                who=who_did(event),
                words=event_words(event["action"]),
                assignment_id=about.id or 0,
                township=places[about.township_code].name,
                commissioner=names.get(about.commissioner_id, about.commissioner_id),
                state=AssignmentState(event["after"]["state"]) if "state" in (event["after"] or {}) else None,
                reason=event["reason"],
                undo_revision=about.revision
                if is_last and _can_undo(context, event, about, row=rows[about.id or 0], by=by)
                else None,
            )
        )
    return Timeline(
        terms=tuple(
            TimelineTerm(
                each,
                state_on(each, today),
                places[each.township_code].name,
                names.get(each.commissioner_id, each.commissioner_id),
            )
            for each in found
        ),
        events=tuple(told),
    )


def _events(connection: Connection, found: Sequence[Assignment]) -> list[dict[str, Any]]:
    return assigning_history.events_of(connection, [each.id or 0 for each in found]) if found else []


def _can_undo(context: Context, event: dict[str, Any], standing: Assignment, *, row: Row, by: Person) -> bool:
    """Whether the person may still take this last event of an assignment back."""
    name = event["action"].partition(".")[2]
    if name not in set(Step) or event["before"] is None:
        return False
    step = Step(name)
    if not may(by, ACTIONS[step], row):
        return False
    done = Done(
        Step.END if step is Step.HAND_OVER else step,
        assignments.assignment_of(event["before"]),
        assignments.assignment_of(event["after"]),
        event["at"].astimezone(context.settings.timezone).date(),
    )
    try:
        undo(standing, done, today=context.today())
    except FieldappError:
        return False
    return True
