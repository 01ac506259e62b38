"""From which day a plan's pairs lead, and which of its townships nobody leads on the first day.

A plan covers a township with a pair that may only begin when a running term has ended. Where that is the
term of the same township, it is led meanwhile; where it is one of the new commissioner elsewhere, it is not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fieldapp.domain.assignments import Assignment, AssignmentState, takes_up
from fieldapp.domain.planning.problem import Pair


@dataclass(frozen=True)
class Beginning:
    """``begins_on`` is the pair's first day of the plan's term, None where a running term lets it have none.

    ``waits`` tells whether nobody leads the township on the first day.
    """

    begins_on: date | None
    waits: bool


def find_beginnings(
    pairs: Iterable[Pair],
    assignments: Sequence[Assignment],
    proposals: Iterable[Assignment],
    hindered: Iterable[str],
    *,
    starts_on: date,
    ends_on: date,
) -> dict[str, Beginning]:
    """By township of the plan; ``proposals`` are its new terms, ``hindered`` the townships that get none."""
    hindered = set(hindered)
    held: dict[str, list[Assignment]] = {}
    for one in (*assignments, *proposals):
        if takes_up(one, starts_on, ends_on):
            held.setdefault(one.township_code, []).append(one)
    found = {}
    for pair in pairs:
        here = held.get(pair.township_code, [])
        own = [
            one.starts_on
            for one in here
            if one.commissioner_id == pair.commissioner_id and one.state is not AssignmentState.ENDED
        ]
        begins = max(starts_on, min(own, default=starts_on))
        is_led = any(takes_up(one, starts_on, starts_on) for one in here)
        if pair.township_code in hindered:
            found[pair.township_code] = Beginning(None, not is_led)
        else:
            found[pair.township_code] = Beginning(begins, begins > starts_on and not is_led)
    return found
