"""Evidence grades: the table of the domain, its edges, and that a worse fact never makes a better grade."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.evidence import FixEvidence, Move, PhotoEvidence, VisitEvidence, grade_of
from fieldapp.domain.evidence_reasons import reason_of
from fieldapp.domain.visits import EvidenceGrade, VisitMode

START = datetime(2026, 11, 20, 1, 10, tzinfo=UTC)
END = START + timedelta(hours=2, minutes=30)
FIX = FixEvidence(outside_m=0.0, accuracy_m=12.0, captured_at=START + timedelta(minutes=2))
PHOTO = PhotoEvidence(taken_at=START + timedelta(hours=1), outside_m=0.0)
VISIT = VisitEvidence(
    started_at=START,
    ended_at=END,
    received_at=END + timedelta(days=9),
    client_clock=END + timedelta(days=9, seconds=3),
    fix=FIX,
    tolerance_m=500.0,
    photos=(PHOTO,),
)


def grade(visit: VisitEvidence) -> str:
    return grade_of(visit).grade.value


def codes(visit: VisitEvidence) -> list[str]:
    return [reason.code for reason in grade_of(visit).reasons]


def fix(**changes: Any) -> VisitEvidence:
    return replace(VISIT, fix=replace(FIX, **changes))


def photo(**changes: Any) -> VisitEvidence:
    return replace(VISIT, photos=(replace(PHOTO, **changes),))


def test_a_fix_inside_during_the_visit_and_a_fresh_photo_make_an_a() -> None:
    assert (grade(VISIT), codes(VISIT)) == ("A", ["fix.inside", "photo.good"])


@pytest.mark.parametrize(
    ("outside_m", "accuracy_m", "expected", "code"),
    [
        (12.0, 12.0, "A", "fix.near"),
        (12.1, 12.0, "C", "fix.in_tolerance"),
        (100.0, 100.0, "A", "fix.near"),
        (100.0, 5000.0, "B", "fix.inaccurate"),
        (100.1, 5000.0, "C", "fix.in_tolerance"),  # accuracy excuses 100 m at most
        (0.0, 100.0, "A", "fix.inside"),
        (0.0, 100.1, "B", "fix.inaccurate"),
        (499.9, 10.0, "C", "fix.in_tolerance"),
        (500.0, 10.0, "D", "fix.outside"),
        (9_000_000.0, 10.0, "D", "fix.outside"),
        (None, 10.0, "C", "fix.no_boundary"),
    ],
)
def test_where_the_fix_lies_decides(
    outside_m: float | None, accuracy_m: float, expected: str, code: str
) -> None:
    visit = fix(outside_m=outside_m, accuracy_m=accuracy_m)
    assert grade(visit) == expected
    assert code in codes(visit)


def test_an_official_boundary_has_no_tolerance_to_hide_in() -> None:
    assert grade(replace(fix(outside_m=13.0), tolerance_m=0.0)) == "D"


def test_without_a_fix_it_is_a_c_whatever_the_photos() -> None:
    assert (grade(replace(VISIT, fix=None)), codes(replace(VISIT, fix=None))[0]) == ("C", "fix.none")


def test_a_mocked_position_is_a_d() -> None:
    assert (grade(fix(mocked=True)), codes(fix(mocked=True))[0]) == ("D", "fix.mocked")


def test_being_elsewhere_is_not_held_against_a_remote_visit() -> None:
    visit = replace(fix(outside_m=50_000.0), mode=VisitMode.REMOTE)
    assert (grade(visit), codes(visit)[0]) == ("C", "fix.remote")


@pytest.mark.parametrize(
    ("captured_at", "expected"),
    [
        (START - timedelta(minutes=10), "A"),
        (START - timedelta(minutes=11), "C"),
        (END + timedelta(minutes=10), "A"),
        (END + timedelta(minutes=11), "C"),
        (END + timedelta(days=30), "D"),  # after the server had it
    ],
)
def test_a_fix_counts_when_it_was_taken_during_the_visit(captured_at: datetime, expected: str) -> None:
    assert grade(fix(captured_at=captured_at)) == expected


def test_without_a_photo_or_with_one_that_is_awaited_it_is_a_b() -> None:
    assert codes(replace(VISIT, photos=())) == ["photo.none", "fix.inside"]
    assert grade(replace(VISIT, photos=())) == "B"
    assert codes(photo(arrived=False, taken_at=None)) == ["photo.awaited", "fix.inside"]
    assert grade(photo(arrived=False, taken_at=None)) == "B"


def test_a_photo_that_tells_neither_time_nor_place_contradicts_nothing() -> None:
    assert grade(photo(taken_at=None, outside_m=None)) == "A"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"taken_at": START - timedelta(minutes=31)}, "photo.before"),
        ({"taken_at": END + timedelta(minutes=31)}, "photo.after"),
        ({"outside_m": 501.0}, "photo.elsewhere"),
    ],
)
def test_a_photo_of_another_time_or_place_is_as_good_as_none(changes: dict[str, Any], code: str) -> None:
    assert (grade(photo(**changes)), codes(photo(**changes))[0]) == ("B", code)


def test_one_good_photo_is_enough_and_the_doubts_about_another_are_told() -> None:
    visit = replace(VISIT, photos=(PHOTO, replace(PHOTO, outside_m=90_000.0)))
    assert (grade(visit), codes(visit)) == ("A", ["fix.inside", "photo.good", "photo.elsewhere"])


@pytest.mark.parametrize(("similar", "code"), [(False, "photo.reused"), (True, "photo.similar")])
def test_a_photo_used_before_is_a_d_that_names_the_day(similar: bool, code: str) -> None:
    visit = replace(VISIT, photos=(PHOTO, replace(PHOTO, used_on=date(2026, 10, 1), similar=similar)))
    graded = grade_of(visit)
    assert graded.grade is EvidenceGrade.D
    assert (graded.reasons[0].code, graded.reasons[0].fields) == (code, {"day": "2026-10-01"})
    assert "2026-10-01" in str(graded.reasons[0].sentence)


@pytest.mark.parametrize(
    ("skew", "code"),
    [
        (timedelta(minutes=10), None),
        (timedelta(minutes=-10), None),
        (timedelta(minutes=11), "clock.fast"),
        (timedelta(minutes=-11), "clock.slow"),
        (timedelta(days=-400), "clock.slow"),
    ],
)
def test_the_visitors_clock_is_held_against_the_servers(skew: timedelta, code: str | None) -> None:
    visit = replace(VISIT, client_clock=VISIT.received_at + skew)
    assert grade(visit) == ("D" if code else "A")
    assert code is None or code in codes(visit)


def test_a_visit_that_ended_after_it_was_sent_contradicts_itself() -> None:
    visit = replace(VISIT, received_at=END - timedelta(minutes=11), client_clock=None)
    assert (grade(visit), codes(visit)[0]) == ("D", "clock.unfinished")


def test_a_visit_that_was_made_longer_later_ended_before_that_was_sent() -> None:
    visit = replace(VISIT, received_at=END - timedelta(hours=1), client_clock=None)
    assert "clock.unfinished" in codes(visit)
    assert "clock.unfinished" not in codes(replace(visit, said_at=END + timedelta(minutes=1)))


@pytest.mark.parametrize(
    ("saved", "expected", "code"),
    [
        (VISIT.received_at + timedelta(minutes=9), "A", "saved.late"),
        (VISIT.received_at + timedelta(minutes=11), "D", "saved.ahead"),
        (START - timedelta(minutes=11), "B", "saved.early"),
        (START - timedelta(minutes=9), "A", ""),
        (END + timedelta(days=7), "A", ""),
        (END + timedelta(days=7, minutes=1), "A", "saved.late"),
        (None, "A", ""),
    ],
)
def test_when_the_log_was_saved_is_told_where_it_says_something(
    saved: datetime | None, expected: str, code: str
) -> None:
    visit = replace(VISIT, recorded_at=saved)
    assert grade(visit) == expected
    assert [each for each in codes(visit) if each.startswith("saved")] == ([code] if code else [])


def test_true_times_beside_a_wrong_clock_are_not_called_untrue() -> None:
    visit = replace(VISIT, client_clock=VISIT.received_at - timedelta(days=365))
    assert [code for code in codes(visit) if code.startswith("clock")] == ["clock.slow"]


@pytest.mark.parametrize(
    ("distance_m", "minutes", "impossible"),
    [
        (499_000.0, 60, False),
        (500_000.0, 60, True),
        (500_000.0, -60, True),  # the position after
        (50_000.0, 6, True),
        (2_000.0, 0, False),  # two phones in the same second
        (20_000.0, 0, True),
    ],
)
def test_nobody_moves_500_km_in_an_hour(distance_m: float, minutes: int, impossible: bool) -> None:
    move = Move(distance_m, timedelta(minutes=minutes), date(2026, 11, 19))
    visit = replace(VISIT, moves=(move,))
    assert (grade(visit) == "D") is impossible
    assert ("fix.impossible" in codes(visit)) is impossible


moments = st.timedeltas(timedelta(days=-30), timedelta(days=30)).map(lambda away: START + away)
distances = st.floats(0, 2e7)
fixes = st.builds(FixEvidence, st.none() | distances, st.floats(0, 1e5), moments, st.booleans())
photos = st.builds(
    PhotoEvidence,
    st.booleans(),
    st.none() | moments,
    st.none() | distances,
    st.none() | st.dates(date(2026, 1, 1), date(2026, 12, 31)),
    st.booleans(),
)
moves = st.builds(
    Move,
    distances,
    st.timedeltas(timedelta(days=-9), timedelta(days=9)),
    st.dates(date(2026, 1, 1), date(2026, 12, 31)),
)
visits = st.builds(
    lambda start, length, arrival, **more: VisitEvidence(
        started_at=start, ended_at=start + length, received_at=start + arrival, **more
    ),
    moments,
    st.timedeltas(timedelta(), timedelta(days=1)),
    st.timedeltas(timedelta(), timedelta(days=60)),
    mode=st.sampled_from(VisitMode),
    fix=st.none() | fixes,
    tolerance_m=st.floats(0, 5000),
    client_clock=st.none() | moments,
    photos=st.lists(photos, max_size=9).map(tuple),
    moves=st.lists(moves, max_size=2).map(tuple),
)


@settings(deadline=None)
@given(visits)
def test_every_grade_is_explained_by_reasons_that_survive_storage(visit: VisitEvidence) -> None:
    graded = grade_of(visit)
    assert graded.reasons[0].at_best is graded.grade
    assert all(reason.at_best <= graded.grade for reason in graded.reasons)
    for reason in graded.reasons:
        assert reason_of(json.loads(json.dumps(reason.stored))) == reason
        assert str(reason.sentence).endswith(".")


@settings(deadline=None)
@given(visits, st.data())
def test_a_grade_never_improves_when_a_fact_gets_worse(visit: VisitEvidence, data: st.DataObject) -> None:
    before = grade_of(visit).grade
    used = data.draw(st.dates(date(2026, 1, 1), date(2026, 12, 31)))
    worse = [replace(visit, moves=(*visit.moves, data.draw(moves)))]
    worse += [
        replace(visit, photos=(*visit.photos[:place], replace(one, **change), *visit.photos[place + 1 :]))
        for place, one in enumerate(visit.photos)
        for change in ({"used_on": used}, {"arrived": False, "used_on": one.used_on or used})
    ]
    if all(one.used_on is None for one in visit.photos):
        worse.append(replace(visit, photos=()))
    if visit.fix is not None:
        worse.append(replace(visit, fix=replace(visit.fix, mocked=True)))
        if visit.fix.outside_m is not None:
            further = replace(visit.fix, outside_m=visit.fix.outside_m + data.draw(distances))
            worse.append(replace(visit, fix=further))
        if visit.fix.outside_m == 0:
            vaguer = replace(visit.fix, accuracy_m=visit.fix.accuracy_m + data.draw(distances))
            worse.append(replace(visit, fix=vaguer))
        if before in ("A", "B"):
            worse.append(replace(visit, fix=None))
    assert all(grade_of(one).grade >= before for one in worse)
