"""One measured figure, what was promised for it, and how a list of them is printed."""

from __future__ import annotations

import operator
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """``value`` in ``unit``; ``must`` is the promise, ``at_most`` says from which side."""

    what: str
    value: float
    unit: str
    must: float | None = None
    at_most: bool = True

    @property
    def holds(self) -> bool:
        if self.must is None:
            return True
        return (operator.le if self.at_most else operator.ge)(self.value, self.must)

    def __str__(self) -> str:
        promise = "" if self.must is None else f"{'<=' if self.at_most else '>='} {self.must:g} {self.unit}"
        verdict = "" if self.must is None else ("pass" if self.holds else "FALLS SHORT")
        return f"{self.what:<72}{self.value:>11.3f} {self.unit:<7}{promise:>18}  {verdict}"


def median_seconds(work: Callable[[], object], *, runs: int) -> float:
    """The median wall time of ``runs`` calls, after one that is not counted."""
    work()
    return statistics.median(_seconds(work) for _ in range(runs))


def _seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def print_figures(title: str, figures: Sequence[Figure]) -> None:
    print(f"\n{title}")
    for figure in figures:
        print(f"  {figure}")
