"""Drafts of plans: kept with their whole input, listed without it, held while they are changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.domain.planning.erasing import without_person
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import plan_drafts, plan_publications, users
from geodata.errors import Message

_HEAVY = ("input", "plan", "facts")
# How many townships a solved plan covers, of how many: read without the plan itself.
_FIGURES = (
    plan_drafts.c.plan["covered"].as_integer().label("covered"),
    func.json_array_length(plan_drafts.c.facts["difference"]).label("roster"),
)
_RUNNING = [state.value for state in DraftState if state.is_running]


def listed(connection: Connection) -> list[Values]:
    """Every draft, the latest first, with its maker's name and without input and plan."""
    columns = [column for column in plan_drafts.c if column.name not in _HEAVY]
    statement = (
        select(*columns, *_FIGURES, users.c.display_name.label("created_by_name"))
        .outerjoin(users, users.c.id == plan_drafts.c.created_by)
        .order_by(plan_drafts.c.id.desc())
    )
    return [dict(row._mapping) for row in connection.execute(statement)]


def get(connection: Connection, draft_id: int, *, whole: bool = True) -> Values:
    """The draft with this id, with its maker's name; `NotFoundError` when there is none.

    Unless it is wanted whole, without input, plan and facts: these take long to read.
    """
    columns = [column for column in plan_drafts.c if whole or column.name not in _HEAVY]
    statement = (
        select(*columns, *_FIGURES, users.c.display_name.label("created_by_name"))
        .outerjoin(users, users.c.id == plan_drafts.c.created_by)
        .where(plan_drafts.c.id == draft_id)
    )
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFoundError(Message("There is no plan with the id {id}.", id=draft_id))
    return dict(row._mapping)


def hold(connection: Connection, draft_id: int, *, whole: bool) -> Values:
    """The same, while others who would change it wait until this transaction ends."""
    connection.execute(select(plan_drafts.c.id).where(plan_drafts.c.id == draft_id).with_for_update())
    return get(connection, draft_id, whole=whole)


def add(connection: Connection, values: Values) -> int:
    """Insert a draft; returns its id."""
    return int(
        connection.execute(insert(plan_drafts).values(**values).returning(plan_drafts.c.id)).scalar_one()
    )


def save(connection: Connection, draft_id: int, **values: Any) -> None:
    """Change some columns of a draft."""
    connection.execute(update(plan_drafts).where(plan_drafts.c.id == draft_id).values(**values))


def save_facts(connection: Connection, draft_id: int, revision: int, facts: Values) -> None:
    """Change what follows from a draft that is still this revision."""
    connection.execute(
        update(plan_drafts)
        .where(plan_drafts.c.id == draft_id, plan_drafts.c.revision == revision)
        .values(facts=facts)
    )


def save_running(connection: Connection, draft_id: int, revision: int, **values: Any) -> bool:
    """Change some columns of a draft that is still being solved as this revision; False where it is not."""
    changed = connection.execute(
        update(plan_drafts)
        .where(
            plan_drafts.c.id == draft_id,
            plan_drafts.c.revision == revision,
            plan_drafts.c.state.in_(_RUNNING),
        )
        .values(**values)
    )
    return changed.rowcount == 1


def fail_silent(connection: Connection, since: datetime, **values: Any) -> None:
    """Change every draft whose solver was not heard of since a moment."""
    connection.execute(
        update(plan_drafts)
        .where(plan_drafts.c.state.in_(_RUNNING), plan_drafts.c.beat_at < since)
        .values(**values)
    )


def count_silent(connection: Connection, since: datetime) -> int:
    """How many drafts have a solver that was not heard of since a moment."""
    rows = connection.execute(
        select(plan_drafts.c.id).where(plan_drafts.c.state.in_(_RUNNING), plan_drafts.c.beat_at < since)
    )
    return len(rows.all())


def remove(connection: Connection, draft_id: int) -> None:
    """Delete a draft that was never published."""
    connection.execute(delete(plan_drafts).where(plan_drafts.c.id == draft_id))


def erase_person(connection: Connection, commissioner_id: str, *, name: str) -> None:
    """Put ``name`` in the place of a commissioner's own in every draft, and drop where the person lives.

    A draft that is just being solved is cancelled: its solver still knows the person.
    """
    for draft_id in connection.scalars(select(plan_drafts.c.id)).all():
        row = get(connection, draft_id)
        changed = without_person(row, commissioner_id, name)
        if changed is None:
            continue
        if row["state"] in _RUNNING:
            changed |= {"state": DraftState.CANCELLED.value, "progress": None, "beat_at": None}
        save(connection, draft_id, **changed, revision=row["revision"] + 1)


def add_publications(connection: Connection, draft_id: int, assignment_ids: Iterable[int | None]) -> None:
    """Note what a draft was published as."""
    rows = [{"draft_id": draft_id, "assignment_id": each} for each in assignment_ids]
    if rows:
        connection.execute(insert(plan_publications), rows)


def publications(connection: Connection, draft_id: int) -> Collection[int]:
    """The assignments that a draft was published as, by id."""
    return list(
        connection.scalars(
            select(plan_publications.c.assignment_id)
            .where(plan_publications.c.draft_id == draft_id)
            .order_by(plan_publications.c.assignment_id)
        )
    )
