"""How a draft of a plan is opened: by right, on what was seen, and in a state that allows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.errors import ConflictError, FieldappError, NotFoundError
from fieldapp.domain.permissions import Action, Person, Row, Scope, may, require, scope_of
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.domain.planning.keeping import pairs_of
from fieldapp.persistence import plan_drafts
from fieldapp.persistence.register import Values
from fieldapp.services.context import Context
from fieldapp.services.kept_sentences import kept
from fieldapp.services.planning_input import Wish
from geodata.errors import Message

PLAN = "plan"
# A solver tells every second that it is at work; who has not been heard of for so long is no more.
SILENCE = timedelta(seconds=90)


def may_see(by: Person, row: Mapping[str, Any]) -> bool:
    """Whether a draft is the person's to see: a county sees plans for its own counties alone."""
    return may(by, Action.PLAN_WRITE, _row(row["county_codes"]))


def require_for(by: Person, action: Action, county_codes: Collection[str]) -> None:
    """Raise `ForbiddenError` unless the person may plan for these counties; none means the whole city."""
    require(by, action, _row(county_codes))


def counties_for(by: Person, county_codes: tuple[str, ...]) -> tuple[str, ...]:
    """The counties to plan for: where none are named, a county's officer means the own ones."""
    if not county_codes and scope_of(by, Action.PLAN_WRITE) is Scope.COUNTIES:
        return tuple(sorted(by.county_codes))
    return tuple(sorted(set(county_codes)))


def find_draft(connection: Connection, draft_id: int, *, by: Person, whole: bool = True) -> Values:
    """A draft to read; `NotFoundError` where there is none, or none that the person may see."""
    row = plan_drafts.get(connection, draft_id, whole=whole)
    if not may_see(by, row):
        raise NotFoundError(Message("There is no plan with the id {id}.", id=draft_id))
    return row


def hold_draft(
    connection: Connection,
    draft_id: int,
    *,
    revision: int | None,
    by: Person,
    action: Action,
    whole: bool = False,
) -> Values:
    """A draft to change, held until the transaction ends; by right, and as it was last seen."""
    row = plan_drafts.hold(connection, draft_id, whole=whole)
    require_for(by, action, row["county_codes"])
    if revision is not None and row["revision"] != revision:
        raise ConflictError(
            Message(
                "Somebody has changed the plan {name} meanwhile; what you see is not the latest. Look at it "
                "again, then decide.",
                name=row["name"],
            ),
            code="plan.changed",
        )
    return row


def require_state(row: Values, *allowed: DraftState) -> None:
    """Refuse what the state of a draft does not allow."""
    if row["state"] not in allowed:
        raise ConflictError(
            Message(
                "This cannot be done while the plan {name} is in the state: {state}.",
                name=row["name"],
                state=DraftState(row["state"]).words,
            ),
            code="plan.state",
        )


def wish_of(row: Values) -> Wish:
    """What was wanted of a draft."""
    return Wish(
        row["starts_on"],
        row["ends_on"],
        tuple(row["county_codes"]),
        tuple(pairs_of(row["pins"])),
        tuple(pairs_of(row["forbids"])),
    )


def fail_silent_drafts(context: Context) -> None:
    """Note of drafts whose solver is no more that they failed, so that they can be solved again."""
    since = context.now() - SILENCE
    with context.reading() as connection:
        if not plan_drafts.count_silent(connection, since):
            return
    with context.work(actor="system") as work:
        plan_drafts.fail_silent(work.connection, since, **failed(_INTERRUPTED))
        work.commit()


def failed(error: FieldappError | Message) -> Values:
    """The columns of a draft that could not be solved, for this reason."""
    message = error if isinstance(error, Message) else error.message
    return {"state": DraftState.FAILED.value, "error": kept(message), "progress": None, "beat_at": None}


_INTERRUPTED = Message("The solving was interrupted. Solve the plan again.")


def _row(county_codes: Collection[str]) -> Row:
    return Row(county_codes=frozenset(county_codes))
