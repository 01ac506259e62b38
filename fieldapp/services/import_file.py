"""Import a file into the register: read it, plan it, and write all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.importing import ImportFault, ImportOutcome, RowChange
from fieldapp.domain.permissions import SYSTEM, Person
from fieldapp.i18n import translate
from fieldapp.persistence.register import lock_register
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.columns import ImportKind
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.import_assignments import plan_assignments
from fieldapp.services.import_commissioners import plan_commissioners
from fieldapp.services.import_plan import ImportOptions, ImportTable, Plan, carry_out
from fieldapp.services.import_products import plan_products
from fieldapp.services.import_scope import refuse_foreign, require_import
from fieldapp.services.import_townships import plan_townships
from fieldapp.services.import_travel import plan_travel, source_of
from fieldapp.services.import_visits import plan_visits
from fieldapp.services.read_import_file import RefusedFeaturesError, read_import_file
from fieldapp.settings import LOCALES
from geodata.errors import GeodataError, Message

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do.

    ``side_changes`` are those that no row is counted for, such as a new institution. ``planned`` are the
    changes of the sound rows also where other rows have faults. ``digest`` is equal for equal changes.
    ``undecided`` counts the rows of visits that hold a review or the like, which is not taken from a file;
    ``refused_rows`` are the rows under the headers that have faults, however many each.
    """

    kind: ImportKind
    outcome: ImportOutcome
    planned: tuple[RowChange, ...] = ()
    side_changes: tuple[RowChange, ...] = ()
    notices: tuple[Message, ...] = ()
    digest: str = ""
    written: bool = False
    undecided: int = 0
    refused_rows: frozenset[int] = frozenset()

    @property
    def sound(self) -> tuple[RowChange, ...]:
        """The planned changes of the rows that have no fault."""
        return tuple(change for change in self.planned if change.row not in self.refused_rows)

    @property
    def changes_anything(self) -> bool:
        outcome = self.outcome
        return bool(outcome.added or outcome.changed or outcome.ended or self.side_changes)


@dataclass(frozen=True)
class _Given:
    kind: ImportKind
    options: ImportOptions
    by: Person
    name: str


def import_file(
    context: Context,
    kind: ImportKind,
    path: Path,
    *,
    options: ImportOptions | None = None,
    dry_run: bool = False,
    actor: str,
    name: str | None = None,
    only_if: str | None = None,
    progress: Progress | None = None,
    by: Person = SYSTEM,
) -> ImportResult:
    """Bring the file's rows into the register, all of them or none.

    A dry run does the same and takes it back. With ``only_if``, the digest of a preview, nothing is written
    unless exactly those changes would be. A file that cannot be read is a result with faults only.
    ``progress`` is told how many rows of how many have been looked at. Changes that are not ``by``'s are
    faults; `ForbiddenError` where the person may import none of the kind.
    """
    require_import(kind, by)
    options = options or ImportOptions()
    try:
        table = read_import_file(path, kind, options, name=name)
    except RefusedFeaturesError as error:
        refused = frozenset(fault.row for fault in error.faults if fault.row is not None)
        return ImportResult(kind, ImportOutcome(errors=error.faults), refused_rows=refused)
    except (InvalidInputError, GeodataError) as error:
        fault = ImportFault(sheet=None, row=None, column=None, value=None, message=error.message)
        return ImportResult(kind, ImportOutcome(errors=(fault,)))
    plan = Plan(table.sheet)
    written = False
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        rows = _planning(
            context, work.connection, table, plan, _Given(kind, options, by, source_of(name or path.name))
        )
        for done, _ in enumerate(rows, start=1):
            plan.belongs(table.rows[done - 1])
            if progress is not None:
                progress(done, len(table.rows))
        refuse_foreign(work.connection, kind, plan, by)
        if not plan.faults and not table.sheet.faults:
            carry_out(work, plan)
            if kind == "visits":
                _judge_evidence(work, plan)
        # The plan may have been refused by the database just now.
        if not dry_run and plan.outcome().is_sound and only_if in (None, plan.digest()):
            work.commit()
            written = True
    faults = (*table.sheet.faults, *plan.faults)
    return ImportResult(
        kind,
        plan.outcome(),
        planned=tuple(plan.changes),
        side_changes=tuple(plan.side_changes),
        notices=tuple(_notices(table, plan)),
        digest=plan.digest(),
        written=written,
        undecided=plan.undecided,
        refused_rows=frozenset({row.number for row in table.rows} & {fault.row for fault in faults}),
    )


def _planning(
    context: Context, connection: Connection, table: ImportTable, plan: Plan, given: _Given
) -> Iterator[None]:
    today = context.today()
    if given.kind == "townships":
        return plan_townships(connection, table, plan, given.options, today)
    if given.kind == "commissioners":
        return plan_commissioners(connection, table, plan, today)
    if given.kind == "products":
        return plan_products(connection, table, plan, given.options.effective_on or today)
    if given.kind == "travel":
        return plan_travel(connection, table, plan, given.name)
    if given.kind == "visits":
        timezone = context.settings.timezone
        return plan_visits(connection, table, plan, now=context.now(), timezone=timezone, by=given.by)
    return plan_assignments(connection, table, plan, today)


def _judge_evidence(work: UnitOfWork, plan: Plan) -> None:
    """Grade what was imported as a log from the field is graded, and let the feed tell of it."""
    ids = [UUID(subject_id) for _, _, subject_id, _, _ in plan.events]
    if ids and not plan.faults:
        work.touch_visits(*ids)
        regrade(work, ids)


def _notices(table: ImportTable, plan: Plan) -> Iterator[Message]:
    # The column by which a template marks its example is none to be warned of.
    unknown = [header for header in table.sheet.ignored if header not in _marks()]
    if unknown:
        yield Message("These columns are not known and were left out: {columns}.", columns="、".join(unknown))
    yield from table.notices
    yield from plan.notices
    refused = {fault.row for fault in plan.faults}
    yield from (message for row, message in plan.warnings if row.number not in refused)


def _marks() -> set[str]:
    return {translate(Message("mark"), locale) for locale in LOCALES}
