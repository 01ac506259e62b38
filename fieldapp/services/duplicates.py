"""Records that were found to be the same: one remains, the others point to it.

Nothing that was recorded under a duplicate is rewritten: its terms and visits are history, which the
database keeps from being changed, and the coverage of past days must not change either. Pages read
through instead: the one that remains shows what stands under all of its ids.
"""

from __future__ import annotations

from typing import Any

from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.persistence.register import Values
from geodata.errors import Message


def require_unmerged(stored: Values, name: str) -> None:
    """Raise `ConflictError` for a record that was merged away."""
    if stored["merged_into"] is not None:
        raise ConflictError(
            Message(
                "{name} was merged into {id}. Change that one instead.", name=name, id=stored["merged_into"]
            ),
            code="record.merged",
        )


def require_two(former: Any, remaining: Any) -> None:
    """Raise `InvalidInputError` where a record would be merged into itself."""
    if former == remaining:
        raise InvalidInputError(Message("Choose another record; one cannot be merged into itself."))
