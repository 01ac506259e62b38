"""One page of a long list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")

PAGE_SIZE = 50


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """The rows of page ``number`` (from 1) of ``pages``, out of ``total`` rows."""

    rows: Sequence[T]
    total: int
    number: int
    pages: int

    @property
    def first(self) -> int:
        """The place of its first row in the whole list, from 1; 0 in an empty one."""
        return min((self.number - 1) * PAGE_SIZE + 1, self.total)

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1 if self.rows else 0


def page_of(rows: Sequence[T], number: int = 1) -> ListPage[T]:
    """Cut a page out of a list; a number beyond either end gives the nearest page."""
    pages = max(-(-len(rows) // PAGE_SIZE), 1)
    number = min(max(number, 1), pages)
    start = (number - 1) * PAGE_SIZE
    return ListPage(rows[start : start + PAGE_SIZE], len(rows), number, pages)
