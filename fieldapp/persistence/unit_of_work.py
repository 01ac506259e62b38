"""One unit of work: one transaction, its audit events, and the only commit there is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Connection, Engine, insert, select, update

from fieldapp.persistence.schema import audit_events, change_counters

REGISTER = "register"  # townships, roster, commissioners, products, assignments
VISITS = "visits"
TOPICS = (REGISTER, VISITS)


class UnitOfWork:
    """A transaction that is rolled back unless `commit` is called.

    ::

        with UnitOfWork(engine, actor="cli") as work:
            assignments.add(work.connection, ...)
            work.record("assignment.proposed", "assignment", 7, after={...})
            work.commit()
    """

    connection: Connection

    def __init__(self, engine: Engine, *, actor: str) -> None:
        self._engine = engine
        self._actor = actor
        self._events: list[dict[str, Any]] = []
        self._topics: set[str] = set()

    def __enter__(self) -> Self:
        self.connection = self._engine.connect().execution_options(fieldapp_writes=True)
        self.connection.begin()
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
        topic: str = REGISTER,
    ) -> None:
        """Note one change for the audit log; it is written by `commit`, or not at all."""
        self._topics.add(topic)
        self._events.append(
            {
                "at": datetime.now(UTC),
                "actor": self._actor,
                "action": action,
                "subject_type": subject_type,
                "subject_id": str(subject_id),
                "before": before,
                "after": after,
                "reason": reason,
            }
        )

    def commit(self) -> None:
        """Write the audit events, raise the counters of the topics touched, and commit."""
        if self._events:
            self.connection.execute(insert(audit_events), self._events)
        for topic in sorted(self._topics):
            self.connection.execute(
                update(change_counters)
                .where(change_counters.c.topic == topic)
                .values(version=change_counters.c.version + 1)
            )
        self.connection.commit()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()  # rolls back whatever was not committed


def change_versions(connection: Connection) -> dict[str, int]:
    """The version of each topic, as this transaction sees it."""
    rows = connection.execute(select(change_counters.c.topic, change_counters.c.version))
    return {row.topic: row.version for row in rows}
