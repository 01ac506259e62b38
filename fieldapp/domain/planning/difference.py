"""A plan against today: what is new, kept, moved and ended, and coverage before and after, by county."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from fieldapp.domain.planning.plan import Plan
from fieldapp.domain.suitability import Post
from geodata.errors import Message


class Move(StrEnum):
    """What becomes of a township."""

    NEW = "new"  # uncovered today
    KEPT = "kept"  # by the same commissioner
    MOVED = "moved"  # to another commissioner
    ENDED = "ended"  # covered today, but not in the plan

    @property
    def words(self) -> Message:
        return _MOVE_WORDS[self]


_MOVE_WORDS = {
    Move.NEW: Message("new pair"),
    Move.KEPT: Message("pair kept"),
    Move.MOVED: Message("to another commissioner"),
    Move.ENDED: Message("left without"),
}


@dataclass(frozen=True)
class Step:
    """One township: who leads it today and in the plan, by id."""

    township: Post
    move: Move
    today: str | None
    planned: str | None


@dataclass(frozen=True)
class CountyCoverage:
    """How many townships of a county have a commissioner today, and in the plan."""

    code: str
    name: str
    townships: int
    before: int
    after: int


@dataclass(frozen=True)
class Difference:
    """The steps in the order of townships; townships that are uncovered in both are not among them."""

    steps: tuple[Step, ...]
    counties: tuple[CountyCoverage, ...]

    def counts(self) -> dict[Move, int]:
        counted = Counter(step.move for step in self.steps)
        return {move: counted[move] for move in Move}


def compare_with_today(plan: Plan) -> Difference:
    """Today is what the problem calls current."""
    problem = plan.problem
    today = {pair.township_code: pair.commissioner_id for pair in problem.current}
    steps, before, after, all_ = [], Counter[str](), Counter[str](), Counter[str]()
    for post in problem.townships:
        pair = plan.by_township.get(post.code)
        had, has = today.get(post.code), None if pair is None else pair.commissioner.id
        all_[post.county_code] += 1
        before[post.county_code] += had is not None
        after[post.county_code] += has is not None
        if had is not None or has is not None:
            steps.append(Step(post, _move(had, has), had, has))
    counties = tuple(
        CountyCoverage(code, problem.county_name(code), all_[code], before[code], after[code])
        for code in sorted(all_)
    )
    return Difference(tuple(steps), counties)


def _move(had: str | None, has: str | None) -> Move:
    if had is None:
        return Move.NEW
    if has is None:
        return Move.ENDED
    return Move.KEPT if had == has else Move.MOVED
