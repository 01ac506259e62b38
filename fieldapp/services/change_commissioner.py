"""Change what is said of a commissioner."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import commissioners, registers
from fieldapp.persistence.register import Values, lock_register
from fieldapp.services.audited import difference
from fieldapp.services.commissioner_values import commissioner_values, row_of
from fieldapp.services.context import Context
from fieldapp.services.duplicates import require_unmerged
from fieldapp.services.outdated import require_current


def change_commissioner(
    context: Context,
    commissioner_id: str,
    given: Mapping[str, object],
    *,
    revision: int,
    was: Mapping[str, object] | None = None,
    by: Person,
    actor: str,
) -> Values:
    """Store what differs and return the record as it was before; nothing is written where nothing differs.

    ``revision`` is the one that was edited and ``was`` its values: an outdated one raises `OutdatedError`.
    """
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        stored = commissioners.get(work.connection, commissioner_id)
        terms = registers.unfinished_terms(work.connection, context.today(), commissioner_id)
        require(by, Action.COMMISSIONER_WRITE, row_of(commissioner_id, terms))
        require_unmerged(stored, stored["name"])
        subject = ("commissioner", commissioner_id)
        require_current(work.connection, subject, stored, revision=revision, was=was, name=stored["name"])
        institutions = commissioners.all_institutions(work.connection)
        values = commissioner_values(given, institutions, stored)
        before, after = difference(stored, values)
        if after:
            commissioners.update_many(work.connection, [{"id": commissioner_id} | values])
            work.record("commissioner.changed", *subject, before=before, after=after)
            work.commit()
    return stored
