"""Retire a commissioner, or take one back."""

from __future__ import annotations

from datetime import date

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import commissioners, registers
from fieldapp.persistence.register import Values, lock_register
from fieldapp.services.audited import difference
from fieldapp.services.commissioner_values import row_of
from fieldapp.services.context import Context
from fieldapp.services.duplicates import require_unmerged
from fieldapp.services.outdated import require_current
from geodata.errors import Message


class StillServingError(ConflictError):
    """The commissioner has terms beyond the day; ``terms`` are to be ended or handed over first."""

    code = "commissioner.serving"

    def __init__(self, message: Message, terms: list[Values]) -> None:
        super().__init__(message)
        self.terms = terms


def retire_commissioner(
    context: Context,
    commissioner_id: str,
    retired_on: date | None,
    *,
    revision: int,
    reason: str = "",
    by: Person,
    actor: str,
) -> None:
    """Let a commissioner serve no more from ``retired_on`` on; None takes him or her back.

    Raises `StillServingError` where a term, also a proposed one, reaches that day, and `OutdatedError` for
    an outdated revision.
    """
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        stored = commissioners.get(work.connection, commissioner_id)
        terms = registers.unfinished_terms(work.connection, context.today(), commissioner_id)
        require(by, Action.COMMISSIONER_WRITE, row_of(commissioner_id, terms))
        require_unmerged(stored, stored["name"])
        subject = ("commissioner", commissioner_id)
        require_current(work.connection, subject, stored, revision=revision, was=None, name=stored["name"])
        if retired_on is not None:
            _require_free(stored, [term for term in terms if term["last_day"] >= retired_on], retired_on)
        values = {
            key: stored[key]
            for key in (
                "name", "pinyin", "kind", "institution", "specialties", "capacity", "phone", "home", "note"
            )
        }  # fmt: skip
        before, after = difference(stored, {"retired_on": retired_on})
        if after:
            commissioners.update_many(
                work.connection, [{"id": commissioner_id, "retired_on": retired_on} | values]
            )
            action = "commissioner.retired" if retired_on else "commissioner.reinstated"
            work.record(action, *subject, before=before, after=after, reason=reason.strip()[:1000])
            work.commit()


def _require_free(stored: Values, terms: list[Values], retired_on: date) -> None:
    if not terms:
        return
    raise StillServingError(
        Message(
            "{name} cannot retire on {day}: the terms in {townships} reach that day. "
            "End them, withdraw them or hand them over first.",
            name=stored["name"],
            day=retired_on,
            townships="、".join(dict.fromkeys(term["township"] for term in terms)),
        ),
        terms,
    )
