"""What every service works with: the settings, the database and the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from fieldapp.persistence.engine import connected, make_engine
from fieldapp.persistence.file_store import FileStore, open_store
from fieldapp.persistence.migrating import require_current
from fieldapp.persistence.shared_work import SharedWork
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.settings import Settings

T = TypeVar("T")
R = TypeVar("R")

# Where a request comes from, for the audit log; the edge that has addresses sets it.
ADDRESS: ContextVar[str] = ContextVar("fieldapp_address", default="")


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Context:
    """An opened installation; the edges hand it to services and never look inside."""

    settings: Settings
    engine: Engine
    now: Callable[[], datetime] = field(default=_utc_now)
    _shared: SharedWork = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_shared", SharedWork(self._begin))  # the object is frozen

    @cached_property
    def photo_store(self) -> FileStore:
        """Where photos are kept, by the digest of their content."""
        return open_store(self.settings.photo_store or str(self.settings.data_dir / "photos"))

    def today(self) -> date:
        """The day it is in the installation's time zone."""
        return self.now().astimezone(self.settings.timezone).date()

    @contextmanager
    def reading(self, *, autocommit: bool = False) -> Iterator[Connection]:
        """A connection to read with; `UnavailableError` says why there is none, and what to do.

        With ``autocommit`` PostgreSQL is not told of a transaction: for a single row that is soon there.
        """
        try:
            with connected(self.engine, autocommit=autocommit) as connection:
                yield connection
        except DBAPIError:
            require_current(self.engine)  # where a table is missing this says why
            raise

    def work(self, *, actor: str) -> UnitOfWork:
        """Begin a unit of work in the name of ``actor``."""
        return self._begin(actor=actor, address=ADDRESS.get())

    def work_together(
        self,
        step: Callable[[UnitOfWork], T],
        settle: Callable[[UnitOfWork, Sequence[T]], Sequence[R]],
        *,
        actor: str,
    ) -> R:
        """The committed result of a step in the name of ``actor``, for what many do at the same time.

        It shares a transaction with others, so ``step`` neither commits nor looks at its thread's request,
        and may be carried out once more where that transaction fails. Before the commit ``settle`` turns what
        came of the steps of all into their results, in the same order.
        """
        return self._shared.run(step, settle, actor=actor, address=ADDRESS.get())

    def _begin(self, *, actor: str, address: str) -> UnitOfWork:
        return UnitOfWork(self.engine, actor=actor, address=address, now=self.now)

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


def open_context(settings: Settings) -> Context:
    """Open an installation; its database is connected to when first needed."""
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Context(settings=settings, engine=make_engine(settings.database_url))
