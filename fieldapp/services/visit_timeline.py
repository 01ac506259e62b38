"""What happened with a visit: its revisions with what they changed, the decisions and the notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.confirmations import Denial
from fieldapp.domain.permissions import Person
from fieldapp.domain.reviewing import NoteKind
from fieldapp.domain.visits import RESULTS, body_of
from fieldapp.persistence import photos, townships, visit_history
from fieldapp.persistence.register import Values
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.context import Context
from fieldapp.services.review_visit import event_words
from fieldapp.services.who_did import who_did
from fieldapp.services.withhold_positions import shown_body
from geodata.errors import Message


@dataclass(frozen=True)
class PlaceName:
    """The name of a place, which pages spell for their readers."""

    name: str


# A sentence to translate, an instant to write in the local time, a place, or a text as it is.
Told = Message | datetime | PlaceName | str
_NOTHING = "–"
_MODES = {"on_site": Message("on site"), "remote": Message("remote")}
_LONGEST = 300  # characters of a text that was changed


@dataclass(frozen=True)
class Happening:
    """One entry of the timeline; each of the ``differences`` is what was changed, as it was and as it is."""

    at: datetime
    who: Message | str
    words: Message | str
    text: str = ""
    differences: Sequence[tuple[Message, Told, Told]] = ()


def visit_timeline(
    context: Context, connection: Connection, stored: StoredVisit, notes: Sequence[Values], *, by: Person
) -> list[Happening]:
    """What happened with a visit, the latest first, as far as ``by`` sees it."""
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
                who=who_did(event),
                words=_step(event),
                text=note["text"] if note else "",
                differences=_differences(connection, said, event),
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


def _step(event: Values) -> Message | str:
    """What an event did; of a denial also what was denied, which is known here when it has been revoked."""
    words, denial = event_words(event["action"]), (event["after"] or {}).get("denial")
    return words if denial is None else Message("{step} ({what})", step=words, what=Denial(denial).words)


def removed_photos(connection: Connection, digests: Collection[str]) -> frozenset[str]:
    """Those of the photos that are gone because no visit named them for a year."""
    gone = frozenset(digests) - photos.arrived(connection, digests)
    return visit_history.removed_photos(connection, gone)


_SAID_WORDS: Mapping[str, Message] = {
    "township_code": Message("township"),
    "started_at": Message("started at"),
    "ended_at": Message("ended at"),
    "mode": Message("mode"),
    "content": Message("content"),
    "service_days": Message("service days"),
    "no_fix_reason": Message("reason for the lack of a position"),
}


def _differences(
    connection: Connection, said: Sequence[Mapping[str, Any] | None], event: Values
) -> list[tuple[Message, Told, Told]]:
    """What a new revision says otherwise than the one before it."""
    revision = (event["after"] or {}).get("revision")
    if event["action"] not in ("visit.changed", "visit.imported") or not isinstance(revision, int):
        return []
    if not 2 <= revision <= len(said):
        return []
    before, after = said[revision - 2], said[revision - 1]
    if before is None or after is None:  # erased
        return []
    found: list[tuple[Message, Told, Told]] = [
        (words, _told(connection, key, before.get(key)), _told(connection, key, after.get(key)))
        for key, words in _SAID_WORDS.items()
        if before.get(key) != after.get(key)
    ]
    found += [
        (
            words,
            _told(connection, key, before["results"].get(key)),
            _told(connection, key, after["results"].get(key)),
        )
        for key, words in RESULTS.items()
        if before["results"].get(key) != after["results"].get(key)
    ]
    if before.get("fix") != after.get("fix"):
        found.append((Message("position"), _place(before.get("fix")), _place(after.get("fix"))))
    if before.get("photos") != after.get("photos"):
        pictures = (before.get("photos") or (), after.get("photos") or ())
        found.append((Message("photos"), _photos(connection, *pictures), str(len(pictures[1]))))
    return found


def _told(connection: Connection, key: str, value: object) -> Told:
    if value in (None, ""):
        return _NOTHING
    text = str(value)
    if key == "mode":
        return _MODES.get(text, text)
    if key in ("started_at", "ended_at"):
        return datetime.fromisoformat(text)
    if key == "township_code":
        return PlaceName(townships.get(connection, text)["name"])
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _place(fix: Mapping[str, Any] | None) -> str:
    return _NOTHING if fix is None else f"{fix['lat']:.5f}, {fix['lon']:.5f} (± {fix['accuracy_m']:.0f} m)"


def _photos(connection: Connection, before: Sequence[str], after: Sequence[str]) -> Told:
    """How many photos there were, and how many of those that were taken out are gone for good."""
    gone = len(removed_photos(connection, set(before) - set(after)))
    if not gone:
        return str(len(before))
    return Message("{count} ({gone} removed after a year without a visit)", count=len(before), gone=gone)
