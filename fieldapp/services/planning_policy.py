"""The planning policy: what holds now, and a new version of it. Versions are never changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.domain.planning import PlanningPolicy
from fieldapp.persistence import planning_policies
from fieldapp.persistence.register import lock_register
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from geodata.errors import Message

FIRST = 1
LONGEST_NOTE = 500


@dataclass(frozen=True)
class KeptPolicy:
    """A version of the policy; nobody made the first one, which is the program's own."""

    version: int
    policy: PlanningPolicy
    note: str = ""
    created_at: datetime | None = None
    created_by_name: str | None = None


def read_policy(context: Context, *, by: Person) -> KeptPolicy:
    """The policy that holds now; raises `ForbiddenError`."""
    require_planner(by, Action.PLAN_READ)
    with context.reading() as connection:
        return policy_in_force(connection)


def list_policies(context: Context, *, by: Person) -> tuple[KeptPolicy, ...]:
    """Every version, the latest first; raises `ForbiddenError`."""
    require_planner(by, Action.PLAN_READ)
    with context.reading() as connection:
        return tuple(map(_kept, planning_policies.versions(connection))) or (_first(),)


def change_policy(
    context: Context, body: dict[str, Any], *, note: str = "", seen: int, by: Person
) -> KeptPolicy:
    """Make a new version, which plans drafted from now on are made under; drafts keep theirs.

    What ``body`` leaves out stays; ``seen`` is the version that was changed. Raises `ForbiddenError` except
    to those who may change settings, `InvalidInputError` that points at every fault, and `ConflictError`
    where somebody was faster.
    """
    require(by, Action.SETTING_WRITE, Row())
    if len(note) > LONGEST_NOTE:
        message = Message("The note has more than {most} characters. Shorten it.", most=LONGEST_NOTE)
        raise InvalidInputError(message, [Fault("/note", message)], code="plan.policy")
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        standing = ensure_policy(work, context)
        if standing.version != seen:
            raise ConflictError(
                Message(
                    "{who} has changed the policy meanwhile; version {version} holds now. Look at it, then "
                    "decide again.",
                    who=standing.created_by_name or "–",
                    version=standing.version,
                ),
                code="plan.policy_changed",
            )
        wanted = PlanningPolicy.from_json(standing.policy.to_json() | body | {"version": str(seen + 1)})
        _add(work, context, wanted, note.strip(), by)
        before, after = standing.policy.to_json(), wanted.to_json()
        changed = [name for name in after if before[name] != after[name]]
        work.record(
            "planning_policy.changed",
            "planning_policy",
            seen + 1,
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
            reason=note.strip(),
            topic=None,
        )
        work.commit()
    return read_policy(context, by=by)


def policy_in_force(connection: Connection) -> KeptPolicy:
    """The version that holds; the program's own where nobody has stored one."""
    found = planning_policies.find_latest(connection)
    return _first() if found is None else _kept(found)


def ensure_policy(work: UnitOfWork, context: Context) -> KeptPolicy:
    """The version that holds, stored, so that a draft can name it; the register is locked."""
    found = planning_policies.find_latest(work.connection)
    if found is not None:
        return _kept(found)
    first = _first()
    _add(work, context, first.policy, "", None)
    return first


def require_planner(by: Person, action: Action) -> None:
    """Raise `ForbiddenError` unless the person plans at all, be it for the own counties."""
    require(by, action, Row(county_codes=by.county_codes))


def _first() -> KeptPolicy:
    return KeptPolicy(FIRST, replace(PlanningPolicy(), version=str(FIRST)))


def _kept(row: Mapping[str, Any]) -> KeptPolicy:
    return KeptPolicy(
        row["version"],
        PlanningPolicy.from_json(row["body"]),
        row["note"],
        row["created_at"],
        row["created_by_name"],
    )


def _add(work: UnitOfWork, context: Context, policy: PlanningPolicy, note: str, by: Person | None) -> None:
    planning_policies.add(
        work.connection,
        {
            "version": int(policy.version),
            "body": policy.to_json(),
            "note": note,
            "created_at": context.now(),
            "created_by": None if by is None else by.user_id,
        },
    )
