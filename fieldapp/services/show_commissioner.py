"""Everything of one commissioner, as far as the person who asks may see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.commissioners import masked_phone
from fieldapp.domain.permissions import Action, Person, Row, may, require, sees_positions
from fieldapp.persistence import commissioners, registers
from fieldapp.persistence.register import Values
from fieldapp.services.commissioner_values import row_of
from fieldapp.services.context import Context
from fieldapp.services.withhold_positions import shown_commissioner


@dataclass(frozen=True)
class CommissionerPage:
    """The record, its terms and visits, those of merged duplicates too, and what may be done with it."""

    record: Values  # its phone is masked; without the home base where that is withheld
    home_withheld: bool
    former_ids: tuple[str, ...]
    terms: list[Values]
    serving: list[Values]  # the terms that run today
    visits: list[Values]  # by township
    visit_count: int
    service_days: Decimal
    last_visit_on: date | None
    may_change: bool
    may_merge: bool
    may_see_phone: bool
    sees_all_terms: bool


def show_commissioner(context: Context, commissioner_id: str, *, by: Person) -> CommissionerPage:
    """The page of a commissioner; `NotFoundError` for none, `ForbiddenError` for one not to be seen."""
    today = context.today()
    with context.reading() as connection:
        record = commissioners.get(connection, commissioner_id)
        ids = registers.merged_ids(connection, commissioner_id)
        terms = registers.terms_of(connection, ids)
        visits = registers.visits_by_township(connection, ids)
    unfinished = [term for term in terms if term["last_day"] >= today]
    row = row_of(commissioner_id, unfinished)
    require(by, Action.COMMISSIONER_READ, row)

    def is_shown(action: Action, values: Values) -> bool:
        return may(by, action, Row(frozenset({values["county_code"]}), frozenset(ids)))

    shown_terms = [term for term in terms if is_shown(Action.ASSIGNMENT_READ, term)]
    shown_visits = [each for each in visits if is_shown(Action.VISIT_READ, each)]
    return CommissionerPage(
        record=shown_commissioner(record | {"phone": masked_phone(record["phone"])}, by),
        home_withheld=not sees_positions(by),
        former_ids=ids[1:],
        terms=shown_terms,
        serving=[
            term
            for term in shown_terms
            if term["state"] == AssignmentState.ACTIVE and term["starts_on"] <= today <= term["last_day"]
        ],
        visits=shown_visits,
        visit_count=sum(each["visits"] for each in shown_visits),
        service_days=sum((Decimal(str(each["service_days"])) for each in shown_visits), Decimal(0)),
        last_visit_on=max((each["last_visit_on"] for each in shown_visits), default=None),
        may_change=record["merged_into"] is None and may(by, Action.COMMISSIONER_WRITE, row),
        may_merge=record["merged_into"] is None and may(by, Action.COMMISSIONER_MERGE, row),
        may_see_phone=may(by, Action.PHONE_READ, row),
        sees_all_terms=len(shown_terms) == len(terms),
    )
