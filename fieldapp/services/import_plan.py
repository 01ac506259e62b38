"""What an import is going to write, decided row by row before anything is written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError

from fieldapp.domain.importing import MAX_FAULTS, Action, ImportFault, ImportOutcome, RowChange, plain
from fieldapp.persistence.register import Values
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.persistence.violations import conflict_of
from fieldapp.workbooks.reading import Row, Sheet
from geodata.errors import Message

Write = Callable[[Connection, Sequence[Values]], None]


@dataclass(frozen=True)
class ImportOptions:
    """What the person who imports may say beside the file.

    ``crs`` and ``encoding`` are for files that do not state theirs. ``complete`` says that the file is the
    whole roster, ``target`` sets the figure beside it. ``effective_on`` is the day from which changes hold
    that give no day of their own; today where it is left out.
    """

    crs: str | None = None
    encoding: str | None = None
    sheet: str | None = None
    complete: bool = False
    target: int | None = None
    effective_on: date | None = None


@dataclass
class ImportTable:
    """A file as rows; ``geometries`` by row number for the formats that carry them."""

    sheet: Sheet
    geometries: dict[int, BaseGeometry] = field(default_factory=dict)
    notices: list[Message] = field(default_factory=list)

    @property
    def rows(self) -> list[Row]:
        return self.sheet.rows

    def has(self, key: str) -> bool:
        """Whether the file has this column."""
        return key in self.sheet.headers


@dataclass(frozen=True)
class Step:
    """One row for one bulk write; steps run in ``order``. ``row`` is the file's row behind it."""

    order: int
    write: Write
    values: Values
    row: Row | None


@dataclass
class Plan:
    """Changes for people, steps for the database and events for the audit log; or faults."""

    sheet: Sheet
    changes: list[RowChange] = field(default_factory=list)
    # Made on the way or set by an option: shown with the changes, but no row of the file is counted for them.
    side_changes: list[RowChange] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    events: list[tuple[str, str, str, Values | None, Values | None]] = field(default_factory=list)
    # The row behind each event, as far as `belongs` was told.
    event_rows: list[Row | None] = field(default_factory=list)
    faults: list[ImportFault] = field(default_factory=list)
    notices: list[Message] = field(default_factory=list)
    # What is taken, and has to be known: not told of a row that is refused for something else.
    warnings: list[tuple[Row, Message]] = field(default_factory=list)
    undecided: int = 0  # rows that lose what only an officer decides

    def belongs(self, row: Row) -> None:
        """Say that the events noted since the last row are this row's."""
        self.event_rows += [row] * (len(self.events) - len(self.event_rows))

    def refuse(self, row: Row | None, key: str | None, message: Message) -> None:
        """Note a fault at a cell; beyond `MAX_FAULTS` it is only said that there are more."""
        if len(self.faults) == MAX_FAULTS:
            message = Message("There are more than {count} faults. Correct these first.", count=MAX_FAULTS)
            key = None
        if len(self.faults) <= MAX_FAULTS:
            self.faults.append(self.sheet.fault(row, key, message))

    def keep(self, row: Row, title: str) -> None:
        """The row says what is stored already."""
        self.changes.append(RowChange(Action.KEEP, row.number, title))

    def change(
        self,
        action: Action,
        row: Row | None,
        title: str,
        before: Mapping[str, object],
        after: Mapping[str, object],
        *,
        counted: bool = True,
    ) -> None:
        change = RowChange(action, row.number if row else None, title, before, after)
        (self.changes if counted else self.side_changes).append(change)

    def add(self, row: Row, title: str, values: Mapping[str, object]) -> None:
        """The row is new; its blank values need not be shown."""
        shown = {key: value for key, value in values.items() if value not in (None, "", (), False)}
        self.change(Action.ADD, row, title, {}, shown)

    def write(self, order: int, write: Write, values: Values, row: Row | None) -> None:
        self.steps.append(Step(order, write, values, row))

    def record(
        self,
        action: str,
        subject_type: str,
        subject_id: object,
        before: Mapping[str, object] | None,
        after: Mapping[str, object] | None,
    ) -> None:
        """Note an event for the audit log, in values that JSON can carry."""
        self.events.append(
            # The log keeps the first 60 characters of an id; the whole name stands in the values.
            (action, subject_type, str(subject_id)[:60], _plain_values(before), _plain_values(after))
        )

    def outcome(self) -> ImportOutcome:
        """The counts, changes and faults, these in the order of the file."""
        faults = sorted((*self.sheet.faults, *self.faults), key=lambda fault: fault.row or 0)
        return ImportOutcome.of(self.changes, faults)

    def digest(self) -> str:
        """A fingerprint of everything that would change, equal only for equal plans."""
        told = [
            (
                change.action,
                change.row,
                change.title,
                _plain_values(change.before),
                _plain_values(change.after),
            )
            for change in (*self.changes, *self.side_changes)
            if change.action is not Action.KEEP
        ]
        return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def carry_out(work: UnitOfWork, plan: Plan) -> None:
    """Write a plan without faults; what the database refuses becomes a fault of the row behind it."""
    savepoint = work.connection.begin_nested()
    try:
        for write, values in _bulks(plan.steps):
            write(work.connection, values)
    except (IntegrityError, DataError) as error:
        savepoint.rollback()
        _find_refused(work.connection, plan, error)
        return
    savepoint.commit()
    for action, subject_type, subject_id, before, after in plan.events:
        work.record(action, subject_type, subject_id, before=before, after=after)


def _bulks(steps: Iterable[Step]) -> Iterator[tuple[Write, list[Values]]]:
    ordered = sorted(steps, key=lambda step: step.order)
    for (_, write), bulk in groupby(ordered, key=lambda step: (step.order, step.write)):
        yield write, [step.values for step in bulk]


def _find_refused(connection: Connection, plan: Plan, first: IntegrityError | DataError) -> None:
    """Write again, one row at a time, to learn which row the database refuses."""
    row: Row | None = None
    refusal = first
    trial = connection.begin_nested()
    try:
        for step in sorted(plan.steps, key=lambda step: step.order):
            row = step.row
            step.write(connection, [step.values])
    except (IntegrityError, DataError) as error:
        refusal = error
    else:
        row = None
    trial.rollback()
    plan.refuse(row, None, _words_of(refusal, connection))


def _words_of(error: IntegrityError | DataError, connection: Connection) -> Message:
    conflict = conflict_of(error, connection) if isinstance(error, IntegrityError) else None
    if conflict is not None:
        return conflict.message
    return Message("The database cannot store this row. Check its values; the longest or largest first.")


def _plain_values(values: Mapping[str, object] | None) -> Values | None:
    return None if values is None else {key: _plain_value(value) for key, value in values.items()}


def _plain_value(value: object) -> object:
    """The value for the log and the preview; a geometry by its fingerprint, not by its thousand vertices."""
    if isinstance(value, BaseGeometry):
        if value.geom_type == "Point":
            return [shapely.get_x(value), shapely.get_y(value)]
        return "sha256:" + hashlib.sha256(shapely.to_wkb(value.normalize())).hexdigest()
    return plain(value)
