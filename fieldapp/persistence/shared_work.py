"""Many small changes in few commits: threads that wait for their turn are served together.

A durable commit costs milliseconds, and those of one database queue up behind each other: the counter of
changes and the end of the audit chain belong to one transaction at a time. So the thread whose turn it is
carries out what all the waiting ones want, settles together what they have in common, and commits once for
all. Nobody goes on before that commit is done.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from fieldapp.domain.errors import ConflictError, FieldappError
from fieldapp.persistence.unit_of_work import UnitOfWork

T = TypeVar("T")
R = TypeVar("R")

_MOST_TOGETHER = 64
_ATTEMPTS = 3


class Begin(Protocol):
    """Begins a unit of work in the name of somebody."""

    def __call__(self, *, actor: str, address: str) -> UnitOfWork: ...


@dataclass
class _Task:
    """What one thread wants done, and what came of it."""

    step: Callable[[UnitOfWork], Any]
    settle: Callable[[UnitOfWork, Sequence[Any]], Sequence[Any]]
    actor: str
    address: str
    is_done: bool = False
    result: Any = None
    error: Exception | None = None

    def finish(self, result: Any = None, error: Exception | None = None) -> None:
        self.result, self.error, self.is_done = result, error, True


class SharedWork:
    """Carries out steps of many threads in common units of work.

    A step must be able to run twice: where one fails after it has written, or the common transaction does,
    all of it is undone and each is tried alone. A savepoint for each step would spare that, and cost every
    one more than a rare repetition does. What `settle` does is done once for all the steps that came to
    something, and turns each one's into its result.
    """

    def __init__(self, begin: Begin) -> None:
        self._begin = begin
        self._waiting: deque[_Task] = deque()
        self._turn = threading.Lock()

    def run(
        self,
        step: Callable[[UnitOfWork], T],
        settle: Callable[[UnitOfWork, Sequence[T]], Sequence[R]],
        *,
        actor: str,
        address: str,
    ) -> R:
        """The result of the step, settled and committed; nothing is kept of one that raises."""
        task = _Task(step, settle, actor, address)
        self._waiting.append(task)
        with self._turn:
            if not task.is_done:
                self._serve(self._waiting_now())
        if task.error is not None:
            raise task.error
        result: R = task.result
        return result

    def _waiting_now(self) -> list[_Task]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_TOGETHER))]

    def _serve(self, tasks: Sequence[_Task]) -> None:
        if len(tasks) > 1:
            self._serve_together(tasks)
        for task in tasks:
            if not task.is_done:
                self._serve_alone(task)

    def _serve_together(self, tasks: Sequence[_Task]) -> None:
        """Carry out the tasks in one transaction; those that remain undone are to be tried alone."""
        done: list[tuple[_Task, Any]] = []
        refused: list[tuple[_Task, FieldappError]] = []
        # Where anything fails, each is told alone what is wrong with its own.
        with suppress(Exception), self._begin(actor=tasks[0].actor, address=tasks[0].address) as work:
            for task in tasks:
                part = work.part(actor=task.actor, address=task.address)
                try:
                    done.append((task, task.step(part)))
                except FieldappError as error:
                    if not part.is_empty:
                        raise
                    refused.append((task, error))
                work.take_in(part)
            results = _settled(work, done)
            work.commit()
            for task, result in results:
                task.finish(result)
            for task, refusal in refused:  # what they were held against stands, now that it is committed
                task.finish(error=refusal)

    def _serve_alone(self, task: _Task) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._begin(actor=task.actor, address=task.address) as work:
                    [(_, result)] = _settled(work, [(task, task.step(work))])
                    work.commit()
                task.finish(result)
            except Exception as error:  # noqa: BLE001 - raised again by the thread that asked
                may_pass = isinstance(error, ConflictError) and error.code == "concurrent"
                if not may_pass or attempt == _ATTEMPTS:
                    task.finish(error=error)
            if task.is_done:
                return


def _settled(work: UnitOfWork, done: Sequence[tuple[_Task, Any]]) -> list[tuple[_Task, Any]]:
    """The results of tasks with what came of them; those that are settled alike are settled together."""
    results: list[tuple[_Task, Any]] = []
    for settle in dict.fromkeys(task.settle for task, _ in done):
        tasks = [task for task, _ in done if task.settle == settle]
        found = settle(work, [came for task, came in done if task.settle == settle])
        results += zip(tasks, found, strict=True)
    return results
