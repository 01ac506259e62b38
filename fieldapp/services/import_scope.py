"""What a person may import: a county's people change what is in their own counties, row by row."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import zip_longest
from uuid import UUID

from sqlalchemy import Connection

from fieldapp.domain.permissions import Action, Person, Row, Scope, may, require, scope_of
from fieldapp.persistence import assignments, townships, visits
from fieldapp.services.columns import IMPORT_KINDS, ImportKind
from fieldapp.services.import_plan import Plan
from geodata.errors import Message

_ACTIONS: Mapping[ImportKind, Action] = {
    "townships": Action.TOWNSHIP_WRITE,
    "commissioners": Action.COMMISSIONER_WRITE,
    "products": Action.PRODUCT_WRITE,
    "assignments": Action.ASSIGNMENT_PROPOSE,
    "visits": Action.VISIT_IMPORT,
    "travel": Action.SETTING_WRITE,  # they hold for everybody's plans
}


def require_import(kind: ImportKind, by: Person) -> None:
    """Raise `ForbiddenError` where the person may import none of these."""
    for action in (Action.IMPORT_WRITE, _ACTIONS[kind]):
        if scope_of(by, action) is Scope.NONE:
            require(by, action, Row())


def importable(by: Person) -> tuple[ImportKind, ...]:
    """What the person may import, be it for the own counties."""
    if scope_of(by, Action.IMPORT_WRITE) is Scope.NONE:
        return ()
    return tuple(kind for kind in IMPORT_KINDS if scope_of(by, _ACTIONS[kind]) is not Scope.NONE)


def refuse_foreign(connection: Connection, kind: ImportKind, plan: Plan, by: Person) -> None:
    """Make each planned change that is not the person's a fault."""
    action = _ACTIONS[kind]
    if scope_of(by, action) is Scope.ALL or not plan.events:
        return
    rows = _Rows(connection)
    for event, row in zip_longest(plan.events, plan.event_rows):
        _action, subject_type, subject_id, before, after = event
        if not may(by, action, rows.of(subject_type, subject_id, {**(before or {}), **(after or {})})):
            plan.refuse(
                row,
                None,
                Message(
                    "{subject} is not in your counties. Take it out of the file, or ask the bureau.",
                    subject=subject_id,
                ),
            )


class _Rows:
    """What each change belongs to; what belongs to no township is not a county's."""

    def __init__(self, connection: Connection) -> None:
        self.county = {code: row["county_code"] for code, row in townships.all_by_code(connection).items()}
        self.assignments = assignments.all_by_id(connection)
        self.visits = visits.township_codes(connection)
        self.serving: dict[str, set[str]] = defaultdict(set)
        for term in self.assignments.values():
            self.serving[term["commissioner_id"]].add(self.county[term["township_code"]])

    def of(self, subject_type: str, subject_id: str, values: Mapping[str, object]) -> Row:
        if subject_type == "commissioner":
            return Row(frozenset(self.serving[subject_id]), frozenset({subject_id}))
        codes: set[str] = set()
        if subject_type == "product":
            codes.add(subject_id.partition("/")[0])
        if subject_type == "visit":
            codes |= {self.visits[UUID(subject_id)]} if UUID(subject_id) in self.visits else set()
            codes |= {str(values["township_code"])} if "township_code" in values else set()
        if subject_type == "assignment":
            stored = self.assignments.get(int(subject_id))
            codes |= {stored["township_code"]} if stored else set()
            codes |= {str(values["township_code"])} if "township_code" in values else set()
        return Row(frozenset(self.county[code] for code in codes if code in self.county))
