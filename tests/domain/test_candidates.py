from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.candidates import Candidate, Candidates, Conflict
from fieldapp.domain.errors import InvalidInputError, NotFoundError
from fieldapp.domain.reasons import Tone
from fieldapp.domain.specialties import FITTING, PRODUCT_CATEGORIES, SPECIALTIES
from fieldapp.domain.suitability import (
    AssessmentGrade,
    Fit,
    Post,
    Recusal,
    Suitor,
    Weights,
    fit_of,
    great_circle_km,
    peak_load,
)

STARTS, ENDS = date(2027, 1, 1), date(2027, 12, 31)
LALIN = Post("230184101", "拉林满族镇", "230184", "grain", "大米", 126.6, 45.3)
SHANHE = Post("230184103", "山河镇", "230184", "edible_fungi", "黑木耳", 127.3, 44.7)
BARE = Post("230112104", "向阳镇", "230112", None, None, 126.9, 45.4)
RICE = Suitor("C-0001", "王芳", ("crops.rice",), 1, 126.6, 45.7)
MAIZE_AFAR = Suitor("C-0002", "李强", ("crops.maize",), 2, 129.5, 46.2)
SOY = Suitor("C-0003", "赵敏", ("crops.soybean",), 1, 126.6, 45.7)
PIGS = Suitor("C-0004", "孙丽", ("livestock.pigs",), 1, 126.6, 45.7)
EVERYONE = (RICE, MAIZE_AFAR, SOY, PIGS)
POSTS = (LALIN, SHANHE, BARE)


def term(
    commissioner: Suitor,
    post: Post,
    starts_on: date = STARTS,
    ends_on: date = ENDS,
    state: AssignmentState = AssignmentState.ACTIVE,
) -> Assignment:
    return Assignment(
        township_code=post.code,
        commissioner_id=commissioner.id,
        starts_on=starts_on,
        ends_on=ends_on,
        state=state,
    )


def candidates(
    *assignments: Assignment,
    suitors: tuple[Suitor, ...] = EVERYONE,
    recusals: tuple[Recusal, ...] = (),
    weights: Weights | None = None,
) -> Candidates:
    return Candidates(
        suitors,
        POSTS,
        starts_on=STARTS,
        ends_on=ENDS,
        assignments=assignments,
        recusals=recusals,
        weights=weights,
    )


def of(found: tuple[Candidate, ...], suitor: Suitor) -> Candidate:
    return next(one for one in found if one.commissioner_id == suitor.id)


def chips(candidate: Candidate) -> list[str]:
    return [str(reason.chip) for reason in candidate.reasons]


def sentence(candidate: Candidate, about: str) -> str:
    return next(str(reason.sentence) for reason in candidate.reasons if reason.about == about)


def test_a_direct_specialty_comes_before_a_near_one_and_a_near_one_before_none() -> None:
    assert fit_of(("crops.rice",), "grain") is Fit.DIRECT
    assert fit_of(("crops.soybean",), "grain") is Fit.NEAR
    assert fit_of(("crops",), "grain") is Fit.NEAR
    assert fit_of(("livestock.pigs",), "grain") is Fit.NONE
    assert fit_of(("livestock.pigs", "fungi"), "edible_fungi") is Fit.DIRECT
    order = [one.commissioner_id for one in candidates(suitors=(RICE, SOY, PIGS)).for_township(LALIN.code)]
    assert order == ["C-0001", "C-0003", "C-0004"]


@pytest.mark.parametrize("category", sorted(PRODUCT_CATEGORIES))
def test_every_specialty_that_answers_a_category_fits_it_directly(category: str) -> None:
    assert set(FITTING[category]) <= set(SPECIALTIES)
    assert all(fit_of((one,), category) is Fit.DIRECT for one in FITTING[category])
    assert fit_of((), category) is Fit.NONE


def test_the_reasons_name_specialty_product_and_distance() -> None:
    found = of(candidates().for_township(LALIN.code), RICE)
    assert sentence(found, "specialty") == "王芳 is a specialist in rice, which is what 大米 needs."
    assert sentence(found, "home") == "拉林满族镇 is 44 km from the home base of 王芳, as the crow flies."
    assert found.home_km == pytest.approx(44.5, abs=0.1)
    assert chips(found) == ["fits: rice", "44 km", "free: 1 of 1"]


def test_a_township_without_a_product_says_that_specialties_say_nothing() -> None:
    found = of(candidates().for_township(BARE.code), RICE)
    assert "no featured product yet" in sentence(found, "specialty")
    assert found.parts["specialty"] == 0


def test_of_equals_the_nearer_one_comes_first() -> None:
    near = replace(RICE, id="C-0009", home_lon=126.61, home_lat=45.31)
    assert candidates(suitors=(RICE, near)).for_township(LALIN.code)[0].commissioner_id == "C-0009"


def test_who_leads_the_township_next_door_is_near_too() -> None:
    helping = of(candidates(term(MAIZE_AFAR, BARE)).for_township(LALIN.code), MAIZE_AFAR)
    assert helping.served_km == pytest.approx(26, abs=1)
    assert helping.parts["served"] > helping.parts["home"]
    assert "from the nearest township that 李强 leads" in sentence(helping, "served")


def test_an_unknown_home_base_is_said_and_ranked_last_of_equals() -> None:
    lost = replace(RICE, id="C-0000", home_lon=None, home_lat=None)
    found = candidates(suitors=(lost, RICE)).for_township(LALIN.code)
    assert [one.commissioner_id for one in found] == ["C-0001", "C-0000"]
    assert (found[1].home_km, found[1].possible) == (None, True)
    assert "is not on the map" in sentence(found[1], "home")


def test_a_commissioner_whose_capacity_is_taken_is_shown_but_not_possible() -> None:
    found = of(candidates(term(RICE, SHANHE)).for_township(LALIN.code), RICE)
    assert (found.possible, found.conflicts, found.free) == (False, (Conflict.NO_CAPACITY,), 0)
    assert "can lead 1 at a time" in sentence(found, "no_capacity")


def test_terms_one_after_the_other_take_one_place_and_terms_at_once_take_two() -> None:
    half = date(2027, 6, 30)
    first, second = term(RICE, LALIN, ends_on=half), term(RICE, SHANHE, starts_on=half + timedelta(days=1))
    assert peak_load([first, second], STARTS, ENDS) == 1
    assert peak_load([first, replace(second, starts_on=half)], STARTS, ENDS) == 2
    assert peak_load([replace(first, state=AssignmentState.WITHDRAWN)], STARTS, ENDS) == 0
    assert peak_load([first], ENDS, ENDS) == 0


def test_a_recused_commissioner_is_not_possible_and_the_reason_is_told() -> None:
    found = of(
        candidates(recusals=(Recusal(RICE.id, LALIN.code, "亲属任职"),)).for_township(LALIN.code), RICE
    )
    assert found.conflicts == (Conflict.RECUSED,)
    assert "亲属任职" in sentence(found, "recused")
    assert found.reasons[0].tone is Tone.AGAINST


def test_who_retires_within_the_term_is_not_possible() -> None:
    within = replace(RICE, retired_on=ENDS)
    found = of(candidates(suitors=(within,)).for_township(LALIN.code), RICE)
    assert found.conflicts == (Conflict.RETIRED,)
    assert "out of service from 2027-12-31" in sentence(found, "retired")
    after = replace(RICE, retired_on=ENDS + timedelta(days=1))
    assert of(candidates(suitors=(after,)).for_township(LALIN.code), RICE).possible


def test_a_township_that_is_taken_says_by_whom_and_until_when() -> None:
    found = candidates(term(MAIZE_AFAR, LALIN, ends_on=date(2027, 3, 31))).for_township(LALIN.code)
    assert not any(one.possible for one in found)
    assert "has 李强 from 2027-01-01 to 2027-03-31" in sentence(of(found, RICE), "taken")


def test_who_served_here_before_is_preferred_and_told_so() -> None:
    before = term(SOY, SHANHE, date(2025, 1, 1), date(2025, 12, 31), AssignmentState.ENDED)
    twin = replace(SOY, id="C-0000")
    found = candidates(before, suitors=(twin, SOY)).for_township(SHANHE.code)
    assert found[0].commissioner_id == SOY.id
    assert "from 2025-01-01 to 2025-12-31" in sentence(found[0], "continuity")


def test_a_proposal_that_never_came_to_be_is_no_continuity() -> None:
    before = term(SOY, SHANHE, date(2025, 1, 1), date(2025, 12, 31), AssignmentState.PROPOSED)
    assert of(candidates(before).for_township(SHANHE.code), SOY).parts["continuity"] == 0


def test_a_better_grade_comes_first_among_equals_and_none_counts_like_qualified() -> None:
    graded = [
        replace(RICE, id=f"C-000{n}", last_grade=grade)
        for n, grade in enumerate([AssessmentGrade.UNQUALIFIED, None, AssessmentGrade.EXCELLENT])
    ]
    found = candidates(suitors=tuple(graded)).for_township(LALIN.code)
    assert [one.commissioner_id for one in found] == ["C-0002", "C-0001", "C-0000"]
    assert found[1].parts["grade"] == 0.5
    assert sentence(found[0], "grade") == "The last assessment of 王芳 was: excellent."


def test_a_commissioner_sees_where_he_or_she_would_help_most() -> None:
    found = candidates(term(PIGS, BARE)).for_commissioner(RICE.id)
    assert [one.township_code for one in found] == [LALIN.code, SHANHE.code, BARE.code]
    assert [one.possible for one in found] == [True, True, False]


def test_the_two_directions_agree_on_every_pair() -> None:
    weighed = candidates(term(PIGS, BARE), recusals=(Recusal(RICE.id, LALIN.code, "x"),))
    by_township = {
        (one.commissioner_id, one.township_code): one for p in POSTS for one in weighed.for_township(p.code)
    }
    by_person = {
        (one.commissioner_id, one.township_code): one
        for s in EVERYONE
        for one in weighed.for_commissioner(s.id)
    }
    assert by_township == by_person


def test_the_weights_decide_and_useless_ones_are_refused() -> None:
    home_only = Weights(specialty=0, home=1, served=0, capacity=0, grade=0, continuity=0)
    found = candidates(suitors=(replace(PIGS, home_lat=45.31), RICE), weights=home_only)
    assert found.for_township(LALIN.code)[0].commissioner_id == PIGS.id
    for wrong in ({"home": -1.0}, {"half_distance_km": 0.0}, {"near_fit": 1.5}, {"grade": float("nan")}):
        with pytest.raises(InvalidInputError, match="weights"):
            Weights(**wrong)
    with pytest.raises(InvalidInputError, match="weights"):
        replace(home_only, home=0)


def test_what_is_not_there_is_named() -> None:
    with pytest.raises(NotFoundError, match="999999999"):
        candidates().for_township("999999999")
    with pytest.raises(NotFoundError, match="C-9999"):
        candidates().for_commissioner("C-9999")
    with pytest.raises(InvalidInputError, match="before the first day"):
        Candidates(EVERYONE, POSTS, starts_on=ENDS, ends_on=STARTS)


def test_nobody_and_nothing_are_ranked_without_a_fault() -> None:
    assert Candidates((), POSTS, starts_on=STARTS, ends_on=ENDS).for_township(LALIN.code) == ()
    assert Candidates(EVERYONE, (), starts_on=STARTS, ends_on=ENDS).for_commissioner(RICE.id) == ()


lon, lat = st.floats(121, 136), st.floats(43, 54)


@settings(deadline=None)
@given(lon, lat, lon, lat)
def test_a_great_circle_is_within_half_a_percent_of_the_ellipsoid(
    lon_a: float, lat_a: float, lon_b: float, lat_b: float
) -> None:
    _, _, metres = Geod(ellps="GRS80").inv(lon_a, lat_a, lon_b, lat_b)
    assert float(great_circle_km(lon_a, lat_a, lon_b, lat_b)) == pytest.approx(
        metres / 1000, rel=0.005, abs=1e-3
    )


place = st.tuples(lon, lat) | st.just((None, None))
suitors = st.lists(
    st.builds(
        lambda number, kinds, capacity, home, grade: Suitor(
            f"C-{number}", f"n{number}", tuple(kinds), capacity, *home, None, grade
        ),
        st.integers(0, 99),
        st.lists(st.sampled_from(sorted(SPECIALTIES)), max_size=3, unique=True),
        st.integers(0, 3),
        place,
        st.none() | st.sampled_from(AssessmentGrade),
    ),
    max_size=8,
    unique_by=lambda one: one.id,
)


@settings(deadline=None, max_examples=60)
@given(suitors, st.randoms(use_true_random=False), st.lists(st.integers(0, 7), max_size=4))
def test_the_order_depends_on_nothing_but_the_candidates(
    people: list[Suitor], random: Random, busy: list[int]
) -> None:
    held = [term(people[n % len(people)], POSTS[n % 3], STARTS, ENDS) for n in busy] if people else []
    shuffled = list(people)
    random.shuffle(shuffled)
    found = Candidates(people, POSTS, starts_on=STARTS, ends_on=ENDS, assignments=held)
    again = Candidates(shuffled, POSTS[::-1], starts_on=STARTS, ends_on=ENDS, assignments=held)
    for post in POSTS:
        ranked = found.for_township(post.code)
        assert ranked == again.for_township(post.code)
        assert {one.commissioner_id for one in ranked} == {one.id for one in people}
        assert all((a.possible, a.score) >= (b.possible, b.score) for a, b in pairwise(ranked))
        for one in ranked:
            assert 0 <= one.score <= 100
            assert all(0 <= part <= 1 for part in one.parts.values())
            assert one.possible == (not one.conflicts)
            against = {reason.about for reason in one.reasons if reason.tone is Tone.AGAINST}
            assert against == {conflict.value for conflict in one.conflicts}
