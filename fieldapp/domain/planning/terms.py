"""A plan as terms to be proposed: from which day each pair can begin, and what has to be done first.

A term that runs is ended or handed over only by a step of its own. So a pair that replaces one begins on
the day after, and a commissioner who is fully taken up begins when there is a place again. A pair that is
kept and runs out before the plan does is renewed from the day after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fieldapp.domain.assignments import Assignment, AssignmentState, day_after, takes_up
from fieldapp.domain.planning.problem import Pair
from fieldapp.domain.suitability import Post, Suitor, peak_load
from geodata.errors import Message


@dataclass(frozen=True)
class Terms:
    """The new terms of a plan; ``hindrances`` by township say what stands in the way of the others.

    ``lapses`` by township say which kept pair ends before the plan does and cannot be renewed by it.
    """

    proposals: tuple[Assignment, ...]
    hindrances: Mapping[str, Message]
    lapses: Mapping[str, Message]


def plan_terms(
    pairs: Iterable[Pair],
    assignments: Sequence[Assignment],
    *,
    people: Mapping[str, Suitor],
    townships: Mapping[str, Post],
    starts_on: date,
    ends_on: date,
) -> Terms:
    """The terms that publishing a plan proposes, beside the assignments as they stand.

    For a pair that has days of the term already only what is lacking at its end is proposed.
    """
    by_township: dict[str, list[Assignment]] = {}
    by_person: dict[str, list[Assignment]] = {}
    for one in assignments:
        if takes_up(one, starts_on, ends_on):
            by_township.setdefault(one.township_code, []).append(one)
            by_person.setdefault(one.commissioner_id, []).append(one)
    proposals: list[Assignment] = []
    hindrances: dict[str, Message] = {}
    lapses: dict[str, Message] = {}
    for pair in sorted(pairs):
        here = by_township.get(pair.township_code, [])
        theirs = by_person.setdefault(pair.commissioner_id, [])
        person, post = people[pair.commissioner_id], townships[pair.township_code]
        begins = _begin_after(here, starts_on)
        is_kept = any(_is_the_pair(one, pair) for one in here)
        if is_kept:
            # Where somebody else comes after, that was decided; and only what is active can be renewed.
            last = _last(here)
            if begins is None or begins > ends_on or not _is_the_pair(last, pair):
                continue
            if last.state is not AssignmentState.ACTIVE:
                lapses[post.code] = _short(last, person, post)
                continue
        elif begins is None or begins > ends_on:
            hindrances[post.code] = _held(_last(here), person, people, townships)
            continue
        free = _first_free(theirs, person.capacity, begins, ends_on)
        if free is None and is_kept:
            lapses[post.code] = _not_renewed(_last(here), _last(theirs), person, post, townships)
            continue
        if free is None:
            hindrances[post.code] = _taken_up(_last(theirs), person, post, townships)
            continue
        term = Assignment(
            township_code=pair.township_code,
            commissioner_id=pair.commissioner_id,
            starts_on=free,
            ends_on=ends_on,
        )
        proposals.append(term)
        theirs.append(term)
    return Terms(tuple(proposals), hindrances, lapses)


def _is_the_pair(one: Assignment, pair: Pair) -> bool:
    return one.commissioner_id == pair.commissioner_id and one.state is not AssignmentState.ENDED


def _last(held: Sequence[Assignment]) -> Assignment:
    return max(held, key=lambda one: (one.last_day, one.township_code))


def _begin_after(held: Sequence[Assignment], starts_on: date) -> date | None:
    """The first day after all of them; None where the calendar has none."""
    if not held:
        return starts_on
    last_day = _last(held).last_day
    return None if last_day == date.max else day_after(last_day)


def _first_free(held: Sequence[Assignment], capacity: int, begins: date, ends_on: date) -> date | None:
    """The first day from ``begins`` on that leaves a place to the end."""
    ends = sorted(day_after(one.last_day) for one in held if begins <= one.last_day < ends_on)
    for day in (begins, *ends):
        if peak_load(held, day, ends_on) < capacity:
            return day
    return None


def _held(
    other: Assignment, person: Suitor, people: Mapping[str, Suitor], townships: Mapping[str, Post]
) -> Message:
    facts = {
        "township": townships[other.township_code].name,
        "name": person.name,
        "other": people[other.commissioner_id].name if other.commissioner_id in people else "–",
        "day": other.last_day,
    }
    if other.state is AssignmentState.ACTIVE:
        return Message(
            "{township} is to go to {name}, but {other} leads it until {day}. Hand it over or end that term, "
            "then solve again.",
            **facts,
        )
    return Message(
        "{township} is to go to {name}, but is given to {other} until {day} ({state}). Withdraw that first, "
        "then solve again.",
        state=other.state.words,
        **facts,
    )


def _taken_up(other: Assignment, person: Suitor, post: Post, townships: Mapping[str, Post]) -> Message:
    elsewhere = townships.get(other.township_code)
    return Message(
        "{name} is to lead {township}, but leads {other} until {day}. Hand that over or end the term, then "
        "solve again.",
        name=person.name,
        township=post.name,
        other=other.township_code if elsewhere is None else elsewhere.name,
        day=other.last_day,
    )


def _short(term: Assignment, person: Suitor, post: Post) -> Message:
    return Message(
        "{name} is given {township} until {day} only ({state}), so it lapses before the plan ends. Revise "
        "the last day of that term.",
        name=person.name,
        township=post.name,
        day=term.last_day,
        state=term.state.words,
    )


def _not_renewed(
    term: Assignment, other: Assignment, person: Suitor, post: Post, townships: Mapping[str, Post]
) -> Message:
    elsewhere = townships.get(other.township_code)
    return Message(
        "The term of {name} in {township} lapses on {day} and cannot be renewed, as {other} takes up the "
        "place until {until}. Hand over one of the two, or forbid the pair and solve again.",
        name=person.name,
        township=post.name,
        day=term.last_day,
        other=other.township_code if elsewhere is None else elsewhere.name,
        until=other.last_day,
    )
