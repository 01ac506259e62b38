"""Read visits: one, or what has changed since a place in the feed, each as the document that is shown."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from fieldapp.domain.errors import Fault, InvalidInputError, NotFoundError
from fieldapp.domain.evidence_reasons import reason_of
from fieldapp.domain.permissions import Person, visible
from fieldapp.domain.visits import body_of
from fieldapp.persistence import confirmations, photos, visit_notes, visits
from fieldapp.persistence.register import Values
from fieldapp.persistence.unit_of_work import VISITS, change_versions
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.context import Context
from fieldapp.services.withhold_positions import shown_visit
from geodata.errors import Message

VisitDocument = dict[str, Any]
_BEGINNING = (0, UUID(int=0))


@dataclass(frozen=True)
class Feed:
    """Some changed visits; ``next`` goes on after them, at once where there is ``more``."""

    documents: Sequence[VisitDocument]
    next: str
    more: bool


def read_visit(context: Context, visit_id: UUID, *, by: Person) -> VisitDocument:
    """One visit, also a withdrawn one; `NotFoundError` where the person may see none of this id."""
    with context.reading() as connection:
        stored = visits.readable(connection, visit_id, visible(by, "visit"))
        if stored is None:
            raise NotFoundError(
                Message("There is no visit with the id {id}.", id=visit_id), code="visit.unknown"
            )
        return visit_document(context, connection, shown_visit(stored, by))


def read_feed(context: Context, *, since: str | None, limit: int, by: Person) -> Feed:
    """The visits that changed after ``since``, the ``next`` of a feed before, in the order of their changes.

    Whoever goes on after each ``next`` sees the last state of every visit that the person may read. A place
    that lies ahead of every change is from a database that was since restored: it begins again.
    """
    after = _BEGINNING if since is None else _place_of(since)
    with context.reading() as connection:
        if after[0] > change_versions(connection)[VISITS]:
            after = _BEGINNING
        found = visits.changed_since(connection, visible(by, "visit"), after=after, limit=limit + 1)
        shown = found[:limit]
        documents = visit_documents(context, connection, [shown_visit(each, by) for each in shown])
    if shown:
        after = (shown[-1].row["changed"], shown[-1].id)
    return Feed(documents, f"{after[0]}.{after[1].hex}", len(found) > limit)


@dataclass(frozen=True)
class Beside:
    """What is kept beside some visits: their notes and confirmations, and which photos have arrived."""

    notes: Mapping[UUID, Sequence[Values]]
    confirmations: Mapping[UUID, Values]
    arrived: frozenset[str]


def read_beside(
    connection: Connection, stored: Sequence[StoredVisit], *, new: Collection[UUID] = ()
) -> Beside:
    """What is kept beside these visits; beside ``new`` ones there can only be photos yet."""
    ids = [each.id for each in stored if each.id not in new]
    return Beside(
        visit_notes.of_visits(connection, ids) if ids else {},
        confirmations.standing(connection, ids) if ids else {},
        photos.arrived(connection, {digest for each in stored for digest in each.visit.photos}),
    )


def visit_documents(
    context: Context, connection: Connection, stored: Sequence[StoredVisit]
) -> list[VisitDocument]:
    """The documents of visits; sentences among them are told in the language of whoever reads."""
    beside = read_beside(connection, stored)
    return [document_of(context, each, beside) for each in stored]


def visit_document(context: Context, connection: Connection, stored: StoredVisit) -> VisitDocument:
    """The document of one visit."""
    return visit_documents(context, connection, [stored])[0]


def document_of(context: Context, stored: StoredVisit, beside: Beside) -> VisitDocument:
    """The document of a visit, put together from what was read of it."""
    row, timezone = stored.row, context.settings.timezone
    return {
        "id": str(stored.id),
        "revision": stored.revision,
        "commissioner_id": stored.commissioner_id,
        **body_of(stored.visit, timezone),
        "received_at": row["received_at"].astimezone(timezone).isoformat(),
        "visited_on": row["visited_on"].isoformat(),
        "grade": row["grade"],
        "grade_reasons": [reason_of(reason).sentence for reason in row["grade_reasons"] or ()],
        "review": row["review"],
        "notes": [_note(context, note) for note in beside.notes.get(stored.id, ())],
        "photos_awaited": [digest for digest in stored.visit.photos if digest not in beside.arrived],
        "confirmation": _confirmation(context, beside.confirmations.get(stored.id)),
        "deleted": stored.is_withdrawn,
    }


def _note(context: Context, note: Values) -> VisitDocument:
    return {
        "id": str(note["id"]),
        "kind": note["kind"],
        "text": note["text"],
        "at": note["at"].astimezone(context.settings.timezone).isoformat(),
        "by_name": note["by_name"] or "",
    }


def _confirmation(context: Context, row: Values | None) -> VisitDocument | None:
    if row is None:
        return None
    state = confirmations.confirmation_of(row).state(context.now())
    return {"state": state.value, "rating": row["stars"]}


def _place_of(since: str) -> tuple[int, UUID]:
    number, _, visit_id = since.partition(".")
    try:
        place = int(number), UUID(hex=visit_id)
        if number.isascii() and 0 <= place[0] < 2**63:
            return place
    except ValueError:
        pass
    message = Message("This cursor is not one of this list. Begin again without it.")
    raise InvalidInputError(message, [Fault("/changed_since", message)], code="query.invalid")
