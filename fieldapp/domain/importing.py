"""What an import found, would do and did: its outcome, row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType

from geodata.errors import Message

# All faults of any list that people write are told; without a bound a hostile file would fill the memory.
MAX_FAULTS = 100_000


@dataclass(frozen=True)
class ImportFault:
    """One fault of an imported file: where it stands, what stands there, and how to cure it.

    ``sheet`` is null for a file without sheets, ``row`` is the number that the spreadsheet shows,
    ``column`` the header as written in the file; both are null when the fault is not theirs.
    """

    sheet: str | None
    row: int | None
    column: str | None
    value: str | None
    message: Message

    def document(self, translate: Callable[[Message], str] = str) -> dict[str, object]:
        """The fault as `import --format json` prints it."""
        return {
            "sheet": self.sheet,
            "row": self.row,
            "column": self.column,
            "value": self.value,
            "message": translate(self.message),
        }


class Action(StrEnum):
    """What a row does to what is stored."""

    ADD = "add"
    CHANGE = "change"
    END = "end"
    KEEP = "keep"

    @property
    def words(self) -> Message:
        return _ACTION_WORDS[self]


_ACTION_WORDS = {
    Action.ADD: Message("would be added"),
    Action.CHANGE: Message("would be changed"),
    Action.END: Message("would be ended"),
    Action.KEEP: Message("stays as it is"),
}


@dataclass(frozen=True)
class RowChange:
    """What one row does, for the preview: ``before`` is empty for an addition, ``after`` for an end.

    ``row`` is null where no row of the file stands behind it, as for what ends by being replaced.
    ``title`` names the thing for a person.
    """

    action: Action
    row: int | None
    title: str
    before: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    after: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def changed_keys(self) -> tuple[str, ...]:
        """The keys whose values differ, in the order of ``after``, then of ``before``."""
        keys = dict.fromkeys((*self.after, *self.before))
        return tuple(key for key in keys if self.before.get(key) != self.after.get(key))


@dataclass(frozen=True)
class ImportOutcome:
    """The counts of an import, its faults and its changes; equal for a dry run and for the real one."""

    added: int = 0
    changed: int = 0
    ended: int = 0
    unchanged: int = 0
    errors: tuple[ImportFault, ...] = ()
    changes: tuple[RowChange, ...] = ()

    @classmethod
    def of(cls, changes: Iterable[RowChange], errors: Iterable[ImportFault] = ()) -> ImportOutcome:
        """Count ``changes``; an import with errors changes nothing, so nothing is counted then."""
        found, faults = tuple(changes), tuple(errors)
        if faults:
            return cls(errors=faults)
        counts = Counter(change.action for change in found)
        return cls(
            added=counts[Action.ADD],
            changed=counts[Action.CHANGE],
            ended=counts[Action.END],
            unchanged=counts[Action.KEEP],
            changes=found,
        )

    @property
    def is_sound(self) -> bool:
        return not self.errors

    def document(self, translate: Callable[[Message], str] = str) -> dict[str, object]:
        """The outcome as `import --format json` prints it."""
        return {
            "added": self.added,
            "changed": self.changed,
            "ended": self.ended,
            "unchanged": self.unchanged,
            "errors": [fault.document(translate) for fault in self.errors],
        }

    def preview(self, translate: Callable[[Message], str] = str) -> list[dict[str, object]]:
        """The changes as plain values: row, action, its words, title, before and after."""
        return [
            {
                "row": change.row,
                "action": change.action.value,
                "words": translate(change.action.words),
                "title": change.title,
                "before": {key: plain(value) for key, value in change.before.items()},
                "after": {key: plain(value) for key, value in change.after.items()},
            }
            for change in self.changes
        ]


def plain(value: object) -> object:
    """A value that JSON can carry: days and times as ISO text, collections as lists."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Message):
        return str(value)
    if isinstance(value, tuple | list | set | frozenset):
        members = sorted(value, key=str) if isinstance(value, set | frozenset) else value
        return [plain(member) for member in members]
    return value
