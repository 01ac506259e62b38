"""Add a commissioner to the register."""

from __future__ import annotations

import re
from collections.abc import Mapping

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.domain.spelling import normalised
from fieldapp.persistence import commissioners
from fieldapp.persistence.register import lock_register
from fieldapp.services.audited import audited
from fieldapp.services.commissioner_values import commissioner_values
from fieldapp.services.context import Context
from geodata.errors import Message


def add_commissioner(
    context: Context, given: Mapping[str, object], *, by: Person, actor: str, even_if_alike: bool = False
) -> str:
    """Store a new commissioner under the next id, and return that.

    Raises `InvalidInputError` for what cannot be used, and `ConflictError` with the code
    ``commissioner.alike`` where the institution has somebody of that name, unless ``even_if_alike``.
    """
    require(by, Action.COMMISSIONER_WRITE, Row())
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        values = commissioner_values(given, commissioners.all_institutions(work.connection), None)
        stored = commissioners.all_by_id(work.connection)
        alike = [
            row["id"]
            for row in stored.values()
            if row["merged_into"] is None
            and normalised(row["name"]) == normalised(values["name"])
            and row["institution"] == values["institution"]
        ]
        if alike and not even_if_alike:
            raise ConflictError(
                Message(
                    "{institution} has {name} already: {ids}. Change that one, or confirm that this is "
                    "another person.",
                    institution=values["institution"],
                    name=values["name"],
                    ids="、".join(alike),
                ),
                code="commissioner.alike",
            )
        numbers = [int(match[1]) for each in stored if (match := re.fullmatch(r"[Cc]-(\d{1,9})", each))]
        new_id = f"C-{max(numbers, default=0) + 1:04d}"
        commissioners.insert_many(work.connection, [{"id": new_id} | values])
        work.record("commissioner.added", "commissioner", new_id, after=audited(values))
        work.commit()
    return new_id
