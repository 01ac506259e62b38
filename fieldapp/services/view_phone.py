"""Show the phone of a commissioner to somebody who must call; who did is kept."""

from __future__ import annotations

from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import commissioners, registers
from fieldapp.services.commissioner_values import row_of
from fieldapp.services.context import Context


def view_phone(context: Context, commissioner_id: str, *, by: Person, actor: str) -> str | None:
    """The whole phone; `ForbiddenError` for those who may see it masked only."""
    with context.work(actor=actor) as work:
        record = commissioners.get(work.connection, commissioner_id)
        terms = registers.unfinished_terms(work.connection, context.today(), commissioner_id)
        require(by, Action.PHONE_READ, row_of(commissioner_id, terms))
        work.record("phone.viewed", "commissioner", commissioner_id, topic=None)
        work.commit()
    phone: str | None = record["phone"]
    return phone
