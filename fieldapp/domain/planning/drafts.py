"""Drafts of plans: the states that they pass through, from being solved to being published and undone."""

from __future__ import annotations

from enum import StrEnum

from geodata.errors import Message

LONGEST_NAME = 100  # characters


class DraftState(StrEnum):
    WAITING = "waiting"  # for a process that solves it
    SOLVING = "solving"
    READY = "ready"
    FAILED = "failed"
    CANCELLED = "cancelled"
    PUBLISHED = "published"
    UNDONE = "undone"

    @property
    def words(self) -> Message:
        return _STATE_WORDS[self]

    @property
    def is_running(self) -> bool:
        return self in (DraftState.WAITING, DraftState.SOLVING)

    @property
    def is_editable(self) -> bool:
        """What was published stays as it was, so that it can be explained."""
        return self in (DraftState.READY, DraftState.FAILED, DraftState.CANCELLED)


_STATE_WORDS = {
    DraftState.WAITING: Message("waiting"),
    DraftState.SOLVING: Message("being solved"),
    DraftState.READY: Message("ready"),
    DraftState.FAILED: Message("failed"),
    DraftState.CANCELLED: Message("cancelled"),
    DraftState.PUBLISHED: Message("published"),
    DraftState.UNDONE: Message("published and undone"),
}


class Stage(StrEnum):
    """What is done while a plan is made, in this order."""

    ROADS = "roads"  # where a routing server is asked
    PAIRS = "pairs"
    SOLVE = "solve"
    PLAN = "plan"
    REASONS = "reasons"
    FRAGILITY = "fragility"

    @property
    def words(self) -> Message:
        return _STAGE_WORDS[self]

    @property
    def share(self) -> float:
        """About how much of the work lies behind when the stage begins."""
        return _SHARES[self]


_STAGE_WORDS = {
    Stage.ROADS: Message("asking for distances by road"),
    Stage.PAIRS: Message("finding out who could lead what"),
    Stage.SOLVE: Message("looking for the best plan"),
    Stage.PLAN: Message("proving that there is none better"),
    Stage.REASONS: Message("finding the reasons"),
    Stage.FRAGILITY: Message("finding out who cannot be spared"),
}
_SHARES = {
    Stage.ROADS: 0.0,
    Stage.PAIRS: 0.05,
    Stage.SOLVE: 0.2,
    Stage.PLAN: 0.5,
    Stage.REASONS: 0.55,
    Stage.FRAGILITY: 0.75,
}
