"""What has changed since a plan was made, as sentences; whoever publishes it should know all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from fieldapp.domain.planning import amounts
from fieldapp.domain.planning.problem import PlanningProblem
from fieldapp.domain.suitability import Post, Suitor
from geodata.errors import Message


def what_changed(before: PlanningProblem, now: PlanningProblem) -> tuple[Message, ...]:
    """What differs between two statements of one plan's input; the policy and edits are not looked at."""
    return (
        *_assignments(before, now),
        *_people(before, now),
        *_townships(before, now),
        *_recusals(before, now),
    )


def _assignments(before: PlanningProblem, now: PlanningProblem) -> Iterator[Message]:
    names = {id_: one.name for id_, one in {**before.person, **now.person}.items()}
    had = {pair.township_code: pair.commissioner_id for pair in before.current}
    has = {pair.township_code: pair.commissioner_id for pair in now.current}
    for code in sorted((had.keys() | has.keys()) & before.township.keys() & now.township.keys()):
        was, is_ = had.get(code), has.get(code)
        if was == is_:
            continue
        facts = {
            "township": now.township[code].name,
            "before": names.get(was or "", was),
            "now": names.get(is_ or "", is_),
        }
        if is_ is None:
            yield Message("{township} is led by {before} no longer.", **facts)
        elif was is None:
            yield Message("{township} has a commissioner now: {now}.", **facts)
        else:
            yield Message("{township} has {now} as its commissioner now, instead of {before}.", **facts)


def _people(before: PlanningProblem, now: PlanningProblem) -> Iterator[Message]:
    for id_ in sorted(before.person.keys() | now.person.keys()):
        was, is_ = before.person.get(id_), now.person.get(id_)
        if was is None and is_ is not None:
            yield Message("{name} is new among the commissioners.", name=is_.name)
        elif is_ is None and was is not None:
            yield Message("{name} is not among the commissioners any more.", name=was.name)
        elif was is not None and is_ is not None:
            yield from _person(was, is_, before, now)


def _person(was: Suitor, is_: Suitor, before: PlanningProblem, now: PlanningProblem) -> Iterator[Message]:
    differs: Mapping[Message, bool] = {
        Message("specialties"): set(was.specialties) != set(is_.specialties),
        Message("capacity"): was.capacity != is_.capacity,
        Message("home base"): (was.home_lon, was.home_lat) != (is_.home_lon, is_.home_lat),
        Message("retired on"): was.retired_on != is_.retired_on,
        Message("institution"): before.institutions.get(was.id) != now.institutions.get(was.id),
    }
    for what, has_changed in differs.items():
        if has_changed:
            yield Message("{name} has changed: {what}.", name=is_.name, what=what)
    busy = before.busy.get(was.id, 0), now.busy.get(was.id, 0)
    if busy[0] != busy[1]:
        yield Message(
            "{name} leads {now} beside this plan, instead of {before}.",
            name=is_.name,
            before=busy[0],
            now=amounts.townships(busy[1]),
        )


def _townships(before: PlanningProblem, now: PlanningProblem) -> Iterator[Message]:
    for code in sorted(before.township.keys() | now.township.keys()):
        was, is_ = before.township.get(code), now.township.get(code)
        if was is None and is_ is not None:
            yield Message("{township} is on the roster now.", township=is_.name)
        elif is_ is None and was is not None:
            yield Message("{township} is not on the roster any more.", township=was.name)
        elif was is not None and is_ is not None:
            yield from _township(was, is_)


def _township(was: Post, is_: Post) -> Iterator[Message]:
    differs: Mapping[Message, bool] = {
        Message("featured product"): (was.category, was.product) != (is_.category, is_.product),
        Message("seat"): (was.seat_lon, was.seat_lat) != (is_.seat_lon, is_.seat_lat),
        Message("county"): was.county_code != is_.county_code,
    }
    for what, has_changed in differs.items():
        if has_changed:
            yield Message("{name} has changed: {what}.", name=is_.name, what=what)


def _recusals(before: PlanningProblem, now: PlanningProblem) -> Iterator[Message]:
    for pair in sorted(before.recused.keys() ^ now.recused.keys()):
        post = now.township.get(pair.township_code)
        person = now.person.get(pair.commissioner_id)
        if post is None or person is None:
            continue
        facts = {"name": person.name, "township": post.name}
        if pair in now.recused:
            yield Message("{name} is recused from {township} now.", **facts)
        else:
            yield Message("{name} is recused from {township} no longer.", **facts)
