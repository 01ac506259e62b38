"""One unit of work: one transaction, its audit events, and the only commit there is."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, Engine, bindparam, func, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from fieldapp.domain.errors import FieldappError
from fieldapp.persistence.audit_chain import append_events
from fieldapp.persistence.engine import as_json, failure_of
from fieldapp.persistence.schema import change_counters, visits
from fieldapp.persistence.violations import conflict_of

REGISTER = "register"  # townships, roster, commissioners, products, assignments
PLACES = "register.places"  # of the register, all but the assignments
VISITS = "visits"
TOPICS = (REGISTER, PLACES, VISITS)  # in the order in which writers hold their counters

_RAISE = (
    update(change_counters)
    .where(change_counters.c.topic == bindparam("raised"))
    .values(version=change_counters.c.version + 1)
    .returning(change_counters.c.version)
)
# Whoever changes a visit, or grades one, first takes the lock of the commissioner who made it: what is said
# of one visit of theirs hangs on the others. Such locks of PostgreSQL are known by two numbers.
LOCKS_OF_PEOPLE = 0x70686F75
_MAKERS = (
    select(func.hashtext(visits.c.commissioner_id).label("number"))
    .where(visits.c.id.in_(bindparam("visit_ids", expanding=True)))
    .distinct()
    .order_by("number")
    .subquery()
)
_LOCK_MAKERS = select(func.pg_advisory_xact_lock(LOCKS_OF_PEOPLE, _MAKERS.c.number))
_HOLD_VISITS = (
    select(visits.c.id)
    .where(visits.c.id.in_(bindparam("visit_ids", expanding=True)))
    .order_by(visits.c.id)
    .with_for_update()
)
_NUMBER_VISITS = (
    update(visits)
    .where(visits.c.id.in_(bindparam("visit_ids", expanding=True)))
    .values(changed=bindparam("version"))
)

_ASSIGNMENT = "assignment"
_PEOPLE = frozenset({"commissioner", "user"})
_PERSONAL = frozenset({"phone", "home", "home_lon", "home_lat"})
_NAMING = frozenset({"name", "display_name", "username", "pinyin", "note"})
_WITHHELD = "***"


class UnitOfWork:
    """A transaction that is rolled back unless `commit` is called.

    What the database refuses inside it leaves it as a `ConflictError` that names what is in the way,
    and a database that fails as an `UnavailableError`.

    ::

        with UnitOfWork(engine, actor="cli") as work:
            assignments.add(work.connection, ...)
            work.record("assignment.proposed", "assignment", 7, after={...})
            work.commit()
    """

    connection: Connection

    def __init__(
        self,
        engine: Engine,
        *,
        actor: str,
        address: str = "",
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._engine = engine
        self._actor = actor
        self._address = address
        self._now = now or _utc_now
        self._events: list[dict[str, Any]] = []
        self._topics: set[str] = set()
        self._visits: set[UUID] = set()

    def __enter__(self) -> Self:
        try:
            self.connection = self._engine.connect().execution_options(fieldapp_writes=True)
        except DBAPIError as error:
            raise (failure_of(error) or error) from error
        try:
            self.connection.begin()
        except DBAPIError as error:
            self.connection.close()
            raise (failure_of(error) or error) from error
        return self

    def record(
        self,
        action: str,
        subject_type: str,
        subject_id: object,
        *,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str = "",
        topic: str | None = REGISTER,
    ) -> None:
        """Note one change for the audit log; it is written by `commit`, or not at all.

        ``topic`` is the counter that the change raises; None for what changes no figure, such as a login.
        """
        if topic is not None:
            self._topics.add(topic)
        if topic == REGISTER and subject_type != _ASSIGNMENT:
            self._topics.add(PLACES)
        self._events.append(
            {
                "at": self._now(),
                "actor": self._actor,
                "action": action,
                "subject_type": subject_type,
                "subject_id": str(subject_id),
                "before": _plain(subject_type, before),
                "after": _plain(subject_type, after),
                "reason": reason,
                "address": self._address,
            }
        )

    def touch_visits(self, *visit_ids: UUID, are_held: bool = False) -> None:
        """Note that something which is shown of these visits changes: the feed will tell of them.

        Others who change one of them wait from here on until this transaction ends; ``are_held`` says that
        they do so already, since this transaction has written the visits.
        """
        self._topics.add(VISITS)
        self._visits.update(visit_ids)
        if not are_held:
            self.hold_visits(*visit_ids)

    def hold_visits(self, *visit_ids: UUID) -> None:
        """Let others who change one of these visits, or grade one of the same people, wait until the end."""
        held = {"visit_ids": list(visit_ids)}
        if self.connection.dialect.name == "postgresql":
            self.connection.execute(_LOCK_MAKERS, held)
        self.connection.execute(_HOLD_VISITS, held)

    def part(self, *, actor: str, address: str) -> UnitOfWork:
        """A part in somebody else's name within this transaction; `take_in` lets it be committed, too."""
        part = UnitOfWork(self._engine, actor=actor, address=address, now=self._now)
        part.connection = self.connection
        return part

    @property
    def is_empty(self) -> bool:
        """Whether nothing was noted that is to be committed."""
        return not (self._events or self._topics or self._visits)

    def take_in(self, part: UnitOfWork) -> None:
        """Commit with the rest what was noted in a part."""
        self._events += part._events
        self._topics |= part._topics
        self._visits |= part._visits

    def commit(self) -> None:
        """Raise the counters of the topics touched, write the audit events, and commit.

        What all writers wait for comes last, so that it is held only for as long as a commit takes.
        """
        for topic in sorted(self._topics, key=TOPICS.index):
            version = self.connection.scalar(_RAISE, {"raised": topic})
            if topic == VISITS and self._visits:
                numbered = {"visit_ids": sorted(self._visits), "version": version}
                self.connection.execute(_NUMBER_VISITS, numbered)
        if self._events:
            append_events(self.connection, self._events)
        self.connection.commit()
        self._events.clear()
        self._topics.clear()
        self._visits.clear()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            refusal = self._refusal_of(error) if isinstance(error, DBAPIError) else None
        finally:
            self.connection.close()  # rolls back whatever was not committed
        if refusal is not None:
            raise refusal from error

    def _refusal_of(self, error: DBAPIError) -> FieldappError | None:
        if not isinstance(error, IntegrityError):
            return failure_of(error)
        self.connection.rollback()
        self.connection.execution_options(fieldapp_writes=False)
        return conflict_of(error, self.connection)


def _plain(subject_type: str, values: Mapping[str, Any] | None) -> Any:
    """The values as they will be read back, so that the digest over them stays true.

    The log can never be changed, so it does not keep what a person may ask to have erased.
    """
    if values is None:
        return None
    personal = _PERSONAL | _NAMING if subject_type in _PEOPLE else _PERSONAL
    kept = {name: _WITHHELD if name in personal and value else value for name, value in values.items()}
    return json.loads(as_json(kept))


def _utc_now() -> datetime:
    return datetime.now(UTC)


def change_versions(connection: Connection) -> dict[str, int]:
    """The version of each topic, as this transaction sees it."""
    rows = connection.execute(select(change_counters.c.topic, change_counters.c.version))
    return {row.topic: row.version for row in rows}
