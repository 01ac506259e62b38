"""Visits of one commissioner at the same time speak against each other for as long as they stand."""

from __future__ import annotations

import random
import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert, select, update

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.evidence_reasons import reason_of
from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.persistence.schema import visit_revisions, visits
from fieldapp.services.approve_grade_a import preview_grade_a
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.review_visit import review_visit
from fieldapp.services.show_visit import show_visit
from tests.accounts import make_account
from tests.services.small_register import LALIN, PINGFANG, SHANHE, fill
from tests.services.test_grade_visits import ONE, OTHER, START, again, arrive, changed, kept, log
from tests.services.visits import commissioner, record

HOUR = 1 / 24


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def elsewhere(context: Context, *, hours: float = 0.5, township: str = SHANHE) -> UUID:
    """A visit to another township, so many hours after the first one began, without a position."""
    return log(context, days=hours * HOUR, at=None, township=township)


def revised(context: Context, visit_id: UUID, **changes: Any) -> None:
    """Another revision of a visit takes the place of the one before."""
    with context.work(actor="test") as work:
        connection, found = work.connection, visits.c.id == visit_id
        revision = connection.scalar(select(visits.c.revision).where(found)) or 0
        connection.execute(
            insert(visit_revisions).values(
                visit_id=visit_id, revision=revision, body={}, changed_at=context.now()
            )
        )
        connection.execute(update(visits).where(found).values(revision=revision + 1, **changes))
        regrade(work, [visit_id])
        work.commit()


def judge(context: Context, by: Person, visit_id: UUID, step: ReviewStep, *, seen: Review) -> None:
    review_visit(context, visit_id, step, text="重复", revision=1, seen=seen, by=by)


def test_two_visits_in_two_townships_at_once_are_told_of_both(register: Context) -> None:
    arrive(register, ONE)
    first = log(register, photos=(ONE,))
    before = changed(register, first)
    second = elsewhere(register)
    assert kept(register, first) == ("D", ["meanwhile.elsewhere", "fix.inside", "photo.good"])
    assert kept(register, second)[1][0] == "meanwhile.elsewhere"
    assert changed(register, first) > before  # the feed tells of it
    assert preview_grade_a(register, by=make_account(register, Role.BUREAU_OFFICER)).rows == []


def test_one_in_the_same_township_leaves_it_verified_and_not_approved_with_others(register: Context) -> None:
    arrive(register, ONE)
    arrive(register, OTHER)
    first, second = log(register, photos=(ONE,)), log(register, days=HOUR / 2, photos=(OTHER,))
    assert kept(register, first) == ("B", ["meanwhile.here", "fix.inside", "photo.good"])
    assert kept(register, second)[0] == "B"


def test_one_after_the_other_and_those_of_others_say_nothing(register: Context) -> None:
    first = log(register)
    elsewhere(register, hours=1)
    log(register, at=None, township=SHANHE, commissioner="C-0002")
    assert kept(register, first) == ("B", ["photo.none", "fix.inside"])


def test_a_visit_of_weeks_is_found_by_one_near_its_end(register: Context) -> None:
    long = log(register, at=None, days=-30)
    again(register, long, ended_at=START + timedelta(hours=1))
    second = elsewhere(register)
    assert kept(register, second)[1][0] == kept(register, long)[1][0] == "meanwhile.elsewhere"


def test_it_is_told_no_more_of_one_that_is_moved_or_withdrawn(register: Context) -> None:
    first, second = log(register), elsewhere(register)
    later = START + timedelta(hours=4)
    revised(register, second, started_at=later, ended_at=later + timedelta(hours=1))
    assert kept(register, first) == ("B", ["photo.none", "fix.inside"])
    revised(register, second, started_at=START, ended_at=START + timedelta(minutes=5))
    assert kept(register, first)[1][0] == "meanwhile.briefly"
    revised(register, second, ended_at=START + timedelta(hours=1))
    assert kept(register, first)[1][0] == "meanwhile.elsewhere"
    revised(register, second, deleted_at=register.now())
    assert kept(register, first) == ("B", ["photo.none", "fix.inside"])
    revised(register, second, deleted_at=None)
    assert kept(register, first)[0] == "D"


def test_it_is_told_no_more_of_one_that_is_rejected_until_that_is_taken_back(register: Context) -> None:
    officer = make_account(register, Role.BUREAU_OFFICER)
    first, second = log(register), elsewhere(register)
    judge(register, officer, second, ReviewStep.REJECT, seen=Review.SUBMITTED)
    assert kept(register, first) == ("B", ["photo.none", "fix.inside"])
    assert kept(register, second)[1][0] == "meanwhile.elsewhere"  # the first one was going on all the same
    judge(register, officer, second, ReviewStep.UNDO, seen=Review.REJECTED)
    assert kept(register, first)[1][0] == "meanwhile.elsewhere"


def test_a_log_from_a_phone_is_held_against_what_is_there(register: Context) -> None:
    mine = record(register, commissioner(register), photos=[])
    assert mine.document["grade"] == "B"
    second = elsewhere(register, hours=1)
    assert kept(register, second)[1][0] == "meanwhile.elsewhere"
    assert kept(register, UUID(mine.document["id"]))[0] == "D"


def test_the_other_visit_is_shown_to_whoever_may_see_it(register: Context) -> None:
    first, second = log(register), elsewhere(register, township=PINGFANG)
    city = make_account(register, Role.BUREAU_OFFICER)
    county = make_account(register, Role.COUNTY_OFFICER, username="wuchang", county_codes=["230184"])
    told = "Another visit of the same commissioner, in 沙河镇, was going on at that time."
    for by, other in ((city, second), (county, None)):
        reason = show_visit(register, first, by=by).reasons[0]
        assert (str(reason.sentence), reason.other) == (told, other)


def test_two_that_are_recorded_at_one_moment_are_told_of_both(register: Context) -> None:
    me = commissioner(register)
    numbers = [UUID(int=number) for number in range(1, 5)]
    together = threading.Barrier(len(numbers))

    def send(visit_id: UUID) -> None:
        together.wait()
        record(register, me, visit_id, photos=[])

    threads = [threading.Thread(target=send, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [kept(register, number)[1][0] for number in numbers] == ["meanwhile.here"] * 4


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happened_grading_all_anew_would_change_nothing(register: Context, seed: int) -> None:
    dice = random.Random(seed)
    made: list[UUID] = []
    for _ in range(25):
        hours = dice.randrange(12) / 2
        if len(made) < 4 or dice.random() < 0.3:
            township = dice.choice([LALIN, SHANHE, PINGFANG])
            made.append(log(register, days=hours * HOUR, at=None, township=township))
            continue
        start = START + timedelta(hours=hours)
        revised(
            register,
            dice.choice(made),
            started_at=start,
            ended_at=start + timedelta(hours=dice.randrange(4)),
            mode=dice.choice(["on_site", "remote"]),
            township_code=dice.choice([LALIN, SHANHE]),
            deleted_at=dice.choice([None, None, register.now()]),
            review=dice.choice(["submitted", "rejected"]),
        )
    with register.engine.connect() as connection:
        standing = select(visits.c.id, visits.c.grade, visits.c.grade_reasons).where(
            visits.c.deleted_at.is_(None)
        )
        before = {row.id: (row.grade, row.grade_reasons) for row in connection.execute(standing)}
    with register.work(actor="test") as work:
        graded = regrade(work, before)
        after = {key: (values["grade"], values["grade_reasons"]) for key, values in graded.items()}
    assert after == before
    told = [reason_of(reason).code for _, reasons in before.values() for reason in reasons]
    assert any(code.startswith("meanwhile.") for code in told)


def test_an_officer_who_judges_while_the_commissioner_writes_waits_and_is_not_refused(
    register: Context,
) -> None:
    me, officer = commissioner(register), make_account(register, Role.BUREAU_OFFICER)
    first, second = UUID(int=1), UUID(int=2)
    for visit_id in (first, second):
        record(register, me, visit_id, photos=[])
    rounds, faults = range(1, 25), list[Exception]()
    together = threading.Barrier(2, timeout=30)

    def write() -> None:
        for number in rounds:
            together.wait()
            record(register, me, second, photos=[], content=f"{number}", base_revision=number)

    def judge_the_other() -> None:
        seen = Review.SUBMITTED
        for _ in rounds:
            together.wait()
            step = ReviewStep.REJECT if seen is not Review.REJECTED else ReviewStep.UNDO
            try:
                seen = review_visit(register, first, step, text="重复", revision=1, seen=seen, by=officer)
            except ConflictError as error:
                faults.append(error)

    threads = [threading.Thread(target=work) for work in (write, judge_the_other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
