"""Rank candidates for a township, and townships for a commissioner, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fieldapp.domain.candidates import Candidate, Candidates
from fieldapp.domain.permissions import Action, Person, Row, may, require
from fieldapp.domain.searching import is_meant
from fieldapp.domain.suitability import Fit, Post, Suitor
from fieldapp.persistence.candidates import CandidateInputs, read_candidate_inputs
from fieldapp.persistence.coverage import snapshot
from fieldapp.services.context import Context


@dataclass(frozen=True)
class CandidateFilter:
    """Which candidates are looked at; the default lets all pass."""

    text: str = ""  # part of a name, as written or in pinyin, of an id or an institution
    fitting: bool = False  # only a specialty that answers the product, directly or nearly
    within_km: float | None = None
    possible: bool = False


@dataclass(frozen=True)
class Ranking:
    """Candidates in their order, and whom and what they are about.

    ``total`` counts all of them, also those that a filter holds back.
    """

    starts_on: date
    ends_on: date
    candidates: tuple[Candidate, ...]
    total: int
    suitors: Mapping[str, Suitor]
    posts: Mapping[str, Post]
    institutions: Mapping[str, str]
    counties: Mapping[str, str]


def rank_candidates(
    context: Context,
    township_code: str,
    *,
    by: Person,
    starts_on: date,
    ends_on: date,
    wanted: CandidateFilter | None = None,
) -> Ranking:
    """All commissioners for a township and a term, the possible ones first, the best first.

    Raises `NotFoundError` for a township that is not on the roster, `ForbiddenError` where the person may
    not propose there, and `InvalidInputError` for an impossible term.
    """
    inputs = _read(context)
    weighed = _weighed(inputs, starts_on, ends_on)
    found = weighed.for_township(township_code)
    (post,) = (each for each in inputs.posts if each.code == township_code)
    require(by, Action.ASSIGNMENT_PROPOSE, Row(county_codes=frozenset({post.county_code})))
    return _ranking(inputs, weighed, found, wanted or CandidateFilter())


def rank_townships(
    context: Context,
    commissioner_id: str,
    *,
    by: Person,
    starts_on: date,
    ends_on: date,
    wanted: CandidateFilter | None = None,
) -> Ranking:
    """All townships for a commissioner and a term, those first where he or she would help most.

    Only those in which the person may propose; raises as `rank_candidates` does.
    """
    inputs = _read(context)
    weighed = _weighed(inputs, starts_on, ends_on)
    counties = {post.code: post.county_code for post in inputs.posts}
    found = [
        each
        for each in weighed.for_commissioner(commissioner_id)
        if may(by, Action.ASSIGNMENT_PROPOSE, Row(county_codes=frozenset({counties[each.township_code]})))
    ]
    return _ranking(inputs, weighed, found, wanted or CandidateFilter())


def suggest_pairs(
    context: Context, township_codes: Sequence[str], *, by: Person, starts_on: date, ends_on: date
) -> tuple[Mapping[str, Candidate | None], Ranking]:
    """A candidate for each of many townships, so that as many as possible get one; None where none is left.

    The best candidate goes first, and gives way where that lets one more township be staffed. Also a
    ranking with the best dozen of each township, to choose otherwise. Raises as `rank_candidates` does.
    """
    inputs = _read(context)
    weighed = _weighed(inputs, starts_on, ends_on)
    counties = {post.code: post.county_code for post in inputs.posts}
    wishes: dict[str, tuple[Candidate, ...]] = {}
    for code in dict.fromkeys(township_codes):
        wishes[code] = tuple(each for each in weighed.for_township(code) if each.possible)
        require(by, Action.ASSIGNMENT_PROPOSE, Row(county_codes=frozenset({counties[code]})))
    chosen = _matched(wishes)
    best = [each for wished in wishes.values() for each in wished[:12]]
    best += [each for each in chosen.values() if each is not None and each not in best]
    return chosen, _ranking(inputs, weighed, best, CandidateFilter())


def _matched(wishes: Mapping[str, Sequence[Candidate]]) -> dict[str, Candidate | None]:
    """The best pairs first; then, by augmenting paths, as many townships as can be had at all."""
    matching = _Matching(wishes)
    for candidate in sorted((each for wished in wishes.values() for each in wished), key=_by_score):
        if candidate.township_code not in matching.chosen and matching.is_free(candidate):
            matching.give(candidate.township_code, candidate)
    for code in wishes:
        if code not in matching.chosen:
            matching.place(code, set())
    return {code: matching.chosen.get(code) for code in wishes}


class _Matching:
    def __init__(self, wishes: Mapping[str, Sequence[Candidate]]) -> None:
        self._wishes = wishes
        self._led: dict[str, list[str]] = {}
        self.chosen: dict[str, Candidate] = {}

    def give(self, code: str, candidate: Candidate) -> None:
        self._led.setdefault(candidate.commissioner_id, []).append(code)
        self.chosen[code] = candidate

    def is_free(self, candidate: Candidate) -> bool:
        return len(self._led.get(candidate.commissioner_id, ())) < candidate.free

    def place(self, code: str, asked: set[str]) -> bool:
        """Find somebody for a township, where need be by finding somebody else for another."""
        for candidate in self._wishes[code]:
            person = candidate.commissioner_id
            if person in asked:
                continue
            asked.add(person)
            if self.is_free(candidate):
                self.give(code, candidate)
                return True
            for other in list(self._led[person]):
                if self.place(other, asked):
                    self._led[person].remove(other)
                    self.give(code, candidate)
                    return True
        return False


def _by_score(candidate: Candidate) -> tuple[float, str, str]:
    return -candidate.score, candidate.township_code, candidate.commissioner_id


def _read(context: Context) -> CandidateInputs:
    with snapshot(context.engine) as connection:
        return read_candidate_inputs(connection, as_of=context.today())


def _weighed(inputs: CandidateInputs, starts_on: date, ends_on: date) -> Candidates:
    return Candidates(
        inputs.suitors,
        inputs.posts,
        starts_on=starts_on,
        ends_on=ends_on,
        assignments=inputs.assignments,
        recusals=inputs.recusals,
    )


def _ranking(
    inputs: CandidateInputs, weighed: Candidates, found: Sequence[Candidate], wanted: CandidateFilter
) -> Ranking:
    suitors = {each.id: each for each in weighed.suitors}
    posts = {each.code: each for each in weighed.posts}

    def is_called(each: Candidate) -> bool:
        person, post = suitors[each.commissioner_id], posts[each.township_code]
        return is_meant(
            wanted.text,
            name=person.name,
            pinyin=inputs.pinyin[person.id],
            others=(person.id, inputs.institutions[person.id]),
        ) or is_meant(wanted.text, name=post.name, pinyin=inputs.pinyin[post.code], others=(post.code,))

    def passes(each: Candidate) -> bool:
        return (
            is_called(each)
            and (not wanted.fitting or each.fit is not Fit.NONE)
            and (not wanted.possible or each.possible)
            and (wanted.within_km is None or (each.home_km is not None and each.home_km <= wanted.within_km))
        )

    return Ranking(
        starts_on=weighed.starts_on,
        ends_on=weighed.ends_on,
        candidates=tuple(each for each in found if passes(each)),
        total=len(found),
        suitors=suitors,
        posts=posts,
        institutions=inputs.institutions,
        counties=inputs.counties,
    )
