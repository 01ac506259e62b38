"""Merge two records of one commissioner: one remains, the other points to it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import commissioners, merging, registers
from fieldapp.persistence.register import Values, lock_register
from fieldapp.services.commissioner_values import row_of
from fieldapp.services.context import Context
from fieldapp.services.duplicates import require_two, require_unmerged
from geodata.errors import Message


@dataclass(frozen=True)
class MergePreview:
    """The two records side by side, and what each has behind it."""

    former: Values
    remaining: Values
    former_terms: int
    former_visits: int
    unfinished: tuple[str, ...]  # townships in which the one that goes still has a term
    obstacle: Message | None


def preview_merge(context: Context, former_id: str, remaining_id: str, *, by: Person) -> MergePreview:
    """What merging would do, and what stands in its way."""
    require_two(former_id, remaining_id)
    with context.reading() as connection:
        require(by, Action.COMMISSIONER_MERGE, row_of(former_id, []))
        former, remaining = (commissioners.get(connection, each) for each in (former_id, remaining_id))
        ids = registers.merged_ids(connection, former_id)
        return MergePreview(
            former,
            remaining,
            len(registers.terms_of(connection, ids)),
            sum(row["visits"] for row in registers.visits_by_township(connection, ids)),
            _unfinished(context, connection, former_id),
            _obstacle(context, connection, former, remaining),
        )


def merge_commissioners(
    context: Context, former_id: str, remaining_id: str, *, by: Person, actor: str
) -> None:
    """Let ``remaining_id`` stand for both.

    Past terms and visits stay under the id under which they were recorded and are read through it, so the
    coverage of no day changes. Specialties, recusals and grades that only the duplicate had are copied,
    and its account passes on. Raises `ConflictError` while the duplicate still has a term.
    """
    require_two(former_id, remaining_id)
    require(by, Action.COMMISSIONER_MERGE, row_of(former_id, []))
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        former, remaining = (commissioners.get(work.connection, each) for each in (former_id, remaining_id))
        obstacle = _obstacle(context, work.connection, former, remaining)
        if obstacle is not None:
            raise ConflictError(obstacle, code="commissioner.not_mergeable")
        specialties = sorted({*former["specialties"], *remaining["specialties"]})
        gained = {
            "phone": remaining["phone"] or former["phone"],
            "home": remaining["home"] if remaining["home"] is not None else former["home"],
            "specialties": tuple(specialties),
        }
        commissioners.update_many(
            work.connection, [{"id": remaining_id, "institution": remaining["institution"]} | gained]
        )
        merging.carry_over(work.connection, former_id, remaining_id, context.now())
        registers.merge_commissioner(work.connection, former_id, remaining_id, context.today())
        work.record(
            "commissioner.merged",
            "commissioner",
            former_id,
            before={"name": former["name"], "institution": former["institution"]},
            after={"merged_into": remaining_id},
        )
        work.record(
            "commissioner.changed",
            "commissioner",
            remaining_id,
            before={"specialties": list(remaining["specialties"])},
            after={"specialties": specialties, "merged_from": former_id},
        )
        work.commit()


def _obstacle(context: Context, connection: Connection, former: Values, remaining: Values) -> Message | None:
    for each in (former, remaining):
        try:
            require_unmerged(each, each["name"])
        except ConflictError as error:
            return error.message
    places = _unfinished(context, connection, former["id"])
    if not places:
        return None
    return Message(
        "{name} ({id}) still has terms in {townships}. Keep this record and merge the other one into it, "
        "or end or hand over these terms first.",
        name=former["name"],
        id=former["id"],
        townships="、".join(places),
    )


def _unfinished(context: Context, connection: Connection, commissioner_id: str) -> tuple[str, ...]:
    terms = registers.unfinished_terms(connection, context.today(), commissioner_id)
    return tuple(dict.fromkeys(term["township"] for term in terms))
