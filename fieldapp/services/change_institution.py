"""Add an institution, change one, or merge two records of one."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from fieldapp.domain.commissioners import InstitutionKind
from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.domain.spelling import normalised
from fieldapp.persistence import commissioners, registers
from fieldapp.persistence.register import Values, lock_register
from fieldapp.services.audited import audited, difference
from fieldapp.services.context import Context
from fieldapp.services.duplicates import require_two, require_unmerged
from fieldapp.services.given_values import Given
from fieldapp.services.outdated import require_current
from geodata.errors import Message


def show_institution(context: Context, institution_id: int, *, by: Person) -> Values:
    """The record; `NotFoundError` when there is none."""
    require(by, Action.INSTITUTION_READ, Row())
    with context.reading() as connection:
        return registers.get_institution(connection, institution_id)


def add_institution(context: Context, given: Mapping[str, object], *, by: Person, actor: str) -> int:
    """Store an institution and return its id; `ConflictError` where one of that name is there."""
    require(by, Action.INSTITUTION_WRITE, Row())
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        values = _values(work.connection, given, None)
        new_id = registers.add_institution(work.connection, values)
        work.record("institution.added", "institution", values["name"][:60], after=audited(values))
        work.commit()
    return new_id


def change_institution(
    context: Context,
    institution_id: int,
    given: Mapping[str, object],
    *,
    revision: int,
    was: Mapping[str, object] | None = None,
    by: Person,
    actor: str,
) -> None:
    """Store what differs; `OutdatedError` where ``revision`` is no longer the stored one."""
    require(by, Action.INSTITUTION_WRITE, Row())
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        stored = registers.get_institution(work.connection, institution_id)
        require_unmerged(stored, stored["name"])
        subject = ("institution", stored["name"][:60])
        require_current(work.connection, subject, stored, revision=revision, was=was, name=stored["name"])
        values = _values(work.connection, given, stored)
        before, after = difference(stored, values)
        if after:
            registers.change_institution(work.connection, institution_id, values)
            work.record("institution.changed", "institution", values["name"][:60], before=before, after=after)
            work.commit()


def merge_institutions(context: Context, former_id: int, remaining_id: int, *, by: Person, actor: str) -> int:
    """Let ``remaining_id`` stand for both, and return how many commissioners passed to it.

    The duplicate keeps its name, so that a list which still uses it finds the one that remains.
    """
    require_two(former_id, remaining_id)
    require(by, Action.INSTITUTION_WRITE, Row())
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        former, remaining = (
            registers.get_institution(work.connection, each) for each in (former_id, remaining_id)
        )
        for each in (former, remaining):
            require_unmerged(each, each["name"])
        moved = registers.merge_institution(work.connection, former_id, remaining_id)
        for commissioner_id in moved:
            work.record(
                "commissioner.changed",
                "commissioner",
                commissioner_id,
                before={"institution": former["name"]},
                after={"institution": remaining["name"]},
            )
        work.record(
            "institution.merged",
            "institution",
            former["name"][:60],
            after={"merged_into": remaining["name"], "commissioners": len(moved)},
        )
        work.commit()
    return len(moved)


def _values(connection: Connection, given: Mapping[str, object], stored: Values | None) -> Values:
    read = Given(given)
    values = {
        "name": read.text("name", limit=120, required=True),
        "kind": read.choice("kind", [kind.value for kind in InstitutionKind]),
    }
    read.finish()
    for name, row in commissioners.all_institutions(connection).items():
        if normalised(name) == normalised(values["name"]) and (stored is None or row["id"] != stored["id"]):
            raise ConflictError(
                Message("There is an institution {name} already. Use that one, or merge the two.", name=name),
                code="institution.exists",
            )
    return values
