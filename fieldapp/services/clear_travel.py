"""Remove all imported distances, so that plans measure as if none had ever been imported."""

from __future__ import annotations

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Person
from fieldapp.persistence import travel_distances
from fieldapp.persistence.register import lock_register
from fieldapp.services.context import Context
from fieldapp.services.import_scope import require_import
from geodata.errors import Message


def count_travel(context: Context) -> int:
    """How many imported distances there are."""
    with context.reading() as connection:
        return travel_distances.count(connection)


def clear_travel(context: Context, *, by: Person) -> int:
    """Remove them; returns how many there were. Importing their table again takes that back.

    Raises `ForbiddenError`, and `ConflictError` where there are none.
    """
    require_import("travel", by)
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        table = travel_distances.find_table(work.connection)
        if table is None:
            raise ConflictError(Message("There are no imported distances to remove."), code="travel.none")
        travel_distances.clear(work.connection)
        work.record("travel.cleared", "travel", table.name, before={"distances": len(table.km)})
        work.commit()
    return len(table.km)
