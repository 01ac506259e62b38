"""What is to be planned: people, townships, what is active, and what an officer decided by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

from fieldapp.domain.assignments import Assignment, AssignmentState, is_serving, takes_up
from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.planning import amounts
from fieldapp.domain.planning.policy import PlanningPolicy, Quota, QuotaOf
from fieldapp.domain.planning.travel import GreatCircle, Travel
from fieldapp.domain.suitability import Post, Recusal, Suitor, peak_load
from geodata.errors import Message


@dataclass(frozen=True, order=True)
class Pair:
    """A commissioner for a township."""

    township_code: str
    commissioner_id: str


class ContradictionError(InvalidInputError):
    """What was pinned by hand cannot be, by what else was said; nothing was solved."""

    code = "plan.contradiction"


@dataclass(frozen=True)
class PlanningProblem:
    """The whole input of a plan, for the term from ``starts_on`` to ``ends_on``.

    ``current`` are the pairs that are to be kept where that costs no coverage, at most one a township.
    ``busy`` says how many places of a commissioner others take up that are not planned here.
    ``institutions`` and ``counties`` give the institution of each commissioner and each county's name.
    Raises `ContradictionError` where pins contradict each other or something else.
    """

    people: Sequence[Suitor]
    townships: Sequence[Post]
    starts_on: date
    ends_on: date
    current: frozenset[Pair] = frozenset()
    pins: Sequence[Pair] = ()
    forbids: Sequence[Pair] = ()
    recusals: Sequence[Recusal] = ()
    busy: Mapping[str, int] = field(default_factory=dict)
    institutions: Mapping[str, str] = field(default_factory=dict)
    counties: Mapping[str, str] = field(default_factory=dict)
    policy: PlanningPolicy = field(default_factory=PlanningPolicy)
    travel: Travel | None = None

    def __post_init__(self) -> None:
        # By their ids, so that the order in which rows were read changes nothing.
        object.__setattr__(self, "people", tuple(sorted(self.people, key=lambda one: one.id)))
        object.__setattr__(self, "townships", tuple(sorted(self.townships, key=lambda one: one.code)))
        object.__setattr__(self, "pins", tuple(sorted(set(self.pins))))
        object.__setattr__(self, "forbids", tuple(sorted(set(self.forbids))))
        if self.ends_on < self.starts_on:
            raise InvalidInputError(
                Message(
                    "The last day {ends_on} is before the first day {starts_on}. Correct one of the two.",
                    starts_on=self.starts_on,
                    ends_on=self.ends_on,
                ),
                code="assignment.term",
            )
        faults = list(self._contradictions())
        if faults:
            raise ContradictionError(faults[0].message, faults)

    @cached_property
    def person(self) -> Mapping[str, Suitor]:
        return {one.id: one for one in self.people}

    @cached_property
    def township(self) -> Mapping[str, Post]:
        return {one.code: one for one in self.townships}

    @cached_property
    def recused(self) -> Mapping[Pair, Recusal]:
        return {Pair(one.township_code, one.commissioner_id): one for one in self.recusals}

    @cached_property
    def ruled_out(self) -> frozenset[Pair]:
        """Forbidden by hand, or recused."""
        return frozenset(self.forbids) | self.recused.keys()

    @property
    def measure(self) -> Travel:
        return self.travel or GreatCircle(self.policy.detour_factor)

    def places(self, person: Suitor) -> int:
        """How many townships a commissioner can lead in this plan."""
        if self.is_leaving(person):
            return 0
        return max(person.capacity - self.busy.get(person.id, 0), 0)

    def is_leaving(self, person: Suitor) -> bool:
        """Whether somebody is out of service before the term is over."""
        return person.retired_on is not None and person.retired_on <= self.ends_on

    def quota(self, of: QuotaOf, key: str) -> Quota | None:
        return self._quotas.get((of, key))

    @cached_property
    def _quotas(self) -> Mapping[tuple[QuotaOf, str], Quota]:
        return {(quota.of, quota.key): quota for quota in self.policy.quotas}

    def county_name(self, code: str) -> str:
        return self.counties.get(code, code)

    def _contradictions(self) -> Iterable[Fault]:
        by_township = Counter(pin.township_code for pin in self.pins)
        by_person = Counter(pin.commissioner_id for pin in self.pins)
        for position, pin in enumerate(self.pins):
            pointer = f"/pins/{position}"
            person, post = self.person.get(pin.commissioner_id), self.township.get(pin.township_code)
            if person is None:
                yield Fault(
                    pointer,
                    Message(
                        "{id} is pinned but is no commissioner of this plan. Remove the pin.",
                        id=pin.commissioner_id,
                    ),
                )
            elif post is None:
                yield Fault(
                    pointer,
                    Message(
                        "{code} is pinned but is no township of this plan. Remove the pin.",
                        code=pin.township_code,
                    ),
                )
            elif pin in self.ruled_out:
                yield Fault(pointer, self._ruled_out(pin, person, post))
            elif by_township[post.code] > 1:
                yield Fault(
                    pointer,
                    Message(
                        "{township} is pinned to {count} commissioners. Keep one of the pins.",
                        township=post.name,
                        count=by_township[post.code],
                    ),
                )
            elif by_person[person.id] > self.places(person):
                yield Fault(pointer, self._too_many(person, by_person[person.id]))
        yield from self._over_quota()

    def _ruled_out(self, pin: Pair, person: Suitor, post: Post) -> Message:
        recusal = self.recused.get(pin)
        if recusal is None:
            return Message(
                "{name} is both pinned to {township} and forbidden there. Remove one of the two.",
                name=person.name,
                township=post.name,
            )
        return Message(
            "{name} is pinned to {township} but recused from it: {reason}. Remove the pin.",
            name=person.name,
            township=post.name,
            reason=recusal.reason,
        )

    def _too_many(self, person: Suitor, pinned: int) -> Message:
        if self.is_leaving(person):
            return Message(
                "{name} is pinned, but is out of service from {day}, before the term ends. Remove the pin.",
                name=person.name,
                day=person.retired_on,
            )
        return Message(
            "{name} is pinned to {townships}, but can lead {places} in this plan. "
            "Remove pins, or raise the capacity.",
            name=person.name,
            townships=amounts.townships(pinned),
            places=self.places(person),
        )

    def _over_quota(self) -> Iterable[Fault]:
        known = [
            pin
            for pin in self.pins
            if pin.commissioner_id in self.person and pin.township_code in self.township
        ]
        pinned = {
            QuotaOf.COUNTY: Counter(self.township[pin.township_code].county_code for pin in known),
            QuotaOf.INSTITUTION: Counter(self.institutions.get(pin.commissioner_id, "") for pin in known),
        }
        for position, quota in enumerate(self.policy.quotas):
            count = pinned[quota.of][quota.key]
            if quota.at_most is not None and count > quota.at_most:
                yield Fault(
                    f"/policy/quotas/{position}",
                    Message(
                        "Pinned for {key}: {pairs}, but its quota is {at_most}. "
                        "Remove pins, or raise the quota.",
                        pairs=amounts.pairs(count),
                        key=self.county_name(quota.key),
                        at_most=quota.at_most,
                    ),
                )


def state_problem(
    people: Sequence[Suitor],
    townships: Sequence[Post],
    assignments: Iterable[Assignment],
    *,
    as_of: date,
    starts_on: date,
    ends_on: date,
    pins: Sequence[Pair] = (),
    forbids: Sequence[Pair] = (),
    recusals: Sequence[Recusal] = (),
    institutions: Mapping[str, str] | None = None,
    counties: Mapping[str, str] | None = None,
    policy: PlanningPolicy | None = None,
    travel: Travel | None = None,
) -> PlanningProblem:
    """State what is to be planned, from the assignments as they stand on ``as_of``.

    A township's present pair is the one that leads it in the term, or failing that on ``as_of``. What a
    commissioner leads in the term among townships that are not planned takes up places.
    """
    planned = {post.code for post in townships}
    current: dict[str, Assignment] = {}
    elsewhere: dict[str, list[Assignment]] = {}
    for one in assignments:
        in_term = one.state != AssignmentState.ENDED and takes_up(one, starts_on, ends_on)
        if one.township_code not in planned:
            if in_term:
                elsewhere.setdefault(one.commissioner_id, []).append(one)
        elif in_term or is_serving(one, as_of):
            held = current.get(one.township_code)
            if held is None or _later(one, in_term, starts_on, ends_on) > _later(
                held, takes_up(held, starts_on, ends_on), starts_on, ends_on
            ):
                current[one.township_code] = one
    return PlanningProblem(
        people,
        townships,
        starts_on,
        ends_on,
        current=frozenset(Pair(code, one.commissioner_id) for code, one in current.items()),
        pins=pins,
        forbids=forbids,
        recusals=recusals,
        busy={id_: peak_load(held, starts_on, ends_on) for id_, held in elsewhere.items()},
        institutions=institutions or {},
        counties=counties or {},
        policy=policy or PlanningPolicy(),
        travel=travel,
    )


def _later(one: Assignment, in_term: bool, starts_on: date, ends_on: date) -> tuple[int, date, str]:
    """More days of the term first, then the later one."""
    first, last = max(one.starts_on, starts_on), min(one.last_day, ends_on)
    days = (last - first).days + 1 if in_term else 0
    return days, one.starts_on, one.commissioner_id
