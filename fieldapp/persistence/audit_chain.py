"""The chain of the audit log: each event's digest covers the event and the digest of the one before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from fieldapp.persistence.schema.audit import audit_chain, audit_events

_END = select(audit_chain).with_for_update()
_APPEND = insert(audit_events)
_MOVE_END = update(audit_chain)
_COVERED = ("actor", "action", "subject_type", "subject_id", "before", "after", "reason", "address")


def event_digest(previous: str, event: Mapping[str, Any]) -> str:
    """SHA-256, hexadecimal, over ``previous`` and everything that an event says; ``at`` is aware."""
    at: datetime = event["at"]
    said = [previous, at.astimezone(UTC).isoformat(), *(event[name] for name in _COVERED)]
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def append_events(connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    """Add events to the end of the chain; ``before`` and ``after`` hold plain JSON values.

    Nobody else adds to it until this transaction ends, so it comes last in a transaction, after every
    other lock.
    """
    end = connection.execute(_END).one()
    digest: str = end.digest
    chained = []
    for event in events:
        digest = event_digest(digest, event)
        chained.append({**event, "digest": digest})
    connection.execute(_APPEND, chained)
    connection.execute(_MOVE_END, {"events": end.events + len(chained), "digest": digest})


@dataclass(frozen=True)
class ChainState:
    """What `check_chain` found in so many events; ``broken_at`` is the id of the first that does not fit."""

    events: int
    digest: str
    broken_at: int | None = None
    cut_off: bool = False

    @property
    def whole(self) -> bool:
        return self.broken_at is None and not self.cut_off


def check_chain(connection: Connection) -> ChainState:
    """Follow the chain from its beginning, a thousand events in memory at a time."""
    end = connection.execute(select(audit_chain)).one()
    digest, count = "", 0
    every = select(audit_events).order_by(audit_events.c.id)
    with connection.execute(every, execution_options={"yield_per": 1000}) as rows:
        for row in rows:
            count += 1
            digest = event_digest(digest, dict(row._mapping))
            if digest != row.digest:
                return ChainState(count, end.digest, broken_at=row.id)
    return ChainState(count, digest, cut_off=(count, digest) != (end.events, end.digest))
