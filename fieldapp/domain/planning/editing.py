"""Edits of a plan by hand: who is pinned to a township, and who is forbidden there."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fieldapp.domain.planning.problem import Pair


@dataclass(frozen=True)
class Edits:
    """What an officer decided; each step gives the edits after it, in which nothing contradicts it."""

    pins: tuple[Pair, ...] = ()
    forbids: tuple[Pair, ...] = ()

    def pin(self, pair: Pair) -> Edits:
        """This commissioner and no other leads the township."""
        others = (one for one in self.pins if one.township_code != pair.township_code)
        return Edits((*others, pair), tuple(one for one in self.forbids if one != pair))

    def forbid(self, pair: Pair) -> Edits:
        """Anybody but this commissioner leads the township."""
        return Edits(
            tuple(one for one in self.pins if one != pair),
            (*(one for one in self.forbids if one != pair), pair),
        )

    def unpin(self, township_code: str) -> Edits:
        """Leave it to the plan who leads the township."""
        return replace(self, pins=tuple(one for one in self.pins if one.township_code != township_code))

    def allow(self, pair: Pair) -> Edits:
        """Let this commissioner lead the township again, if the plan wants so."""
        return replace(self, forbids=tuple(one for one in self.forbids if one != pair))

    def free(self, township_code: str) -> Edits:
        """Take back everything decided about the township."""
        return Edits(
            tuple(one for one in self.pins if one.township_code != township_code),
            tuple(one for one in self.forbids if one.township_code != township_code),
        )
