"""The reasons for an evidence grade: a stable code with fields, stored, and the sentence people read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from fieldapp.domain.visits import EvidenceGrade
from geodata.errors import Message

Span = dict[str, int | str]


@dataclass(frozen=True)
class EvidenceReason:
    """One reason; ``at_best`` is the best grade that it leaves, ``fields`` what fills its sentence."""

    code: str
    at_best: EvidenceGrade
    fields: Span = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.code, self.at_best, tuple(sorted(self.fields.items()))))

    @property
    def stored(self) -> dict[str, Any]:
        """As it is kept with the visit."""
        return {"code": self.code, "at_best": self.at_best.value, **self.fields}

    @property
    def visit_id(self) -> UUID | None:
        """The other visit that it speaks of, where it speaks of one."""
        return UUID(str(self.fields["visit"])) if "visit" in self.fields else None

    @property
    def places(self) -> tuple[str, ...]:
        """The names of places in its sentence."""
        return (str(self.fields["township"]),) if "township" in self.fields else ()

    @property
    def sentence(self) -> Message:
        """For people."""
        return _SENTENCES[self.code](self.fields)


def reason_of(stored: Mapping[str, Any]) -> EvidenceReason:
    """The reason that `EvidenceReason.stored` came from."""
    fields = {name: value for name, value in stored.items() if name not in {"code", "at_best"}}
    return EvidenceReason(stored["code"], EvidenceGrade(stored["at_best"]), fields)


def metres(distance_m: float, name: str = "outside_m") -> Span:
    """A distance as a field, in whole metres, never rounded down to nothing."""
    return {name: math.ceil(distance_m) if math.isfinite(distance_m) else 0}


def seconds(duration: timedelta) -> Span:
    """How long, as a field, whichever way."""
    return {"seconds": math.ceil(abs(duration).total_seconds())}


def of_visit(visit_id: UUID | None) -> Span:
    """The other visit that a reason speaks of, as a field."""
    return {} if visit_id is None else {"visit": str(visit_id)}


def _distance(distance_m: int | str) -> Message:
    whole = int(distance_m)
    return (
        Message("{count} m", count=whole)
        if whole < 2000
        else Message("{count} km", count=round(whole / 1000))
    )


def _duration(fields: Span) -> Message:
    whole = int(fields["seconds"])
    if whole < 2 * 3600:
        return Message("{count} min", count=math.ceil(whole / 60))
    if whole < 48 * 3600:
        return Message("{count} h", count=round(whole / 3600))
    return Message("{count} days", count=round(whole / 86400))


def _day(fields: Span) -> date:
    """Kept in ISO, told as people write days."""
    return date.fromisoformat(str(fields["day"]))


_SENTENCES: dict[str, Callable[[Span], Message]] = {
    "recipient.not_happened": lambda _: Message("The recipient says that the visit did not take place."),
    "recipient.not_as_described": lambda _: Message(
        "The recipient says that the visit was not as described."
    ),
    "fix.none": lambda _: Message("There is no position."),
    "fix.mocked": lambda _: Message("The phone says that its position is made up by a program."),
    "fix.before": lambda has: Message(
        "The position was taken {duration} before the visit began.", duration=_duration(has)
    ),
    "fix.after": lambda has: Message(
        "The position was taken {duration} after the visit ended.", duration=_duration(has)
    ),
    "fix.no_boundary": lambda _: Message(
        "The township has no boundary on record, so the position cannot be compared with it."
    ),
    "fix.inside": lambda _: Message("The position lies in the township."),
    "fix.near": lambda has: Message(
        "The position lies {distance} outside the township, which is within its accuracy.",
        distance=_distance(has["outside_m"]),
    ),
    "fix.in_tolerance": lambda has: Message(
        "The position lies {distance} outside the township; its boundary may err by {tolerance}.",
        distance=_distance(has["outside_m"]),
        tolerance=_distance(has["tolerance_m"]),
    ),
    "fix.remote": lambda has: Message(
        "The visit was remote; the position lies {distance} outside the township.",
        distance=_distance(has["outside_m"]),
    ),
    "fix.outside": lambda has: Message(
        "The position lies {distance} outside the township.", distance=_distance(has["outside_m"])
    ),
    "fix.inaccurate": lambda has: Message(
        "The position may err by {accuracy}; good ones err by 100 m at most.",
        accuracy=_distance(has["accuracy_m"]),
    ),
    "fix.impossible": lambda has: Message(
        "The position lies {distance} from that of the visit of {day}, only {duration} apart.",
        distance=_distance(has["distance_m"]),
        day=_day(has),
        duration=_duration(has),
    ),
    "photo.none": lambda _: Message("There is no photo."),
    "photo.awaited": lambda has: Message("Photos that have not arrived yet: {count}.", count=has["count"]),
    "photo.good": lambda has: Message(
        "Photos not seen before, whose time and place contradict nothing: {count}.", count=has["count"]
    ),
    "photo.reused": lambda has: Message("A photo was already used for the visit of {day}.", day=_day(has)),
    "photo.similar": lambda has: Message(
        "A photo looks like one that was already used for the visit of {day}.", day=_day(has)
    ),
    "photo.before": lambda has: Message(
        "By its own clock a photo was taken {duration} before the visit began.", duration=_duration(has)
    ),
    "photo.after": lambda has: Message(
        "By its own clock a photo was taken {duration} after the visit ended.", duration=_duration(has)
    ),
    "photo.elsewhere": lambda has: Message(
        "By its own position a photo was taken {distance} outside the township.",
        distance=_distance(has["outside_m"]),
    ),
    "meanwhile.elsewhere": lambda has: Message(
        "Another visit of the same commissioner, in {township}, was going on at that time.",
        township=has["township"],
    ),
    "meanwhile.briefly": lambda has: Message(
        "Another visit of the same commissioner, in {township}, overlaps with it by {duration}.",
        township=has["township"],
        duration=_duration(has),
    ),
    "meanwhile.remote": lambda has: Message(
        "Another visit of the same commissioner, in {township}, was going on at that time; "
        "not both were on site.",
        township=has["township"],
    ),
    "meanwhile.here": lambda _: Message(
        "Another visit of the same commissioner in the same township was going on at that time."
    ),
    "clock.fast": lambda has: Message(
        "The phone's clock was {duration} ahead of the server's.", duration=_duration(has)
    ),
    "clock.slow": lambda has: Message(
        "The phone's clock was {duration} behind the server's.", duration=_duration(has)
    ),
    "clock.unfinished": lambda has: Message(
        "The visit is said to have ended {duration} after it was sent.", duration=_duration(has)
    ),
    "saved.ahead": lambda has: Message(
        "The log is said to have been saved {duration} after it was sent.", duration=_duration(has)
    ),
    "saved.early": lambda has: Message(
        "The log was saved {duration} before the visit began.", duration=_duration(has)
    ),
    "saved.late": lambda has: Message(
        "The log was saved {duration} after the visit ended.", duration=_duration(has)
    ),
    "clock.fix": lambda has: Message(
        "The position is said to have been taken {duration} after it was sent.", duration=_duration(has)
    ),
}
