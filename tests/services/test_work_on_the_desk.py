"""What an officer works with: the queue, the candidates, the desk of a township, and the timelines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event, insert

from fieldapp.domain.assignments import EndReason
from fieldapp.domain.errors import ForbiddenError, NotFoundError
from fieldapp.domain.lifecycle import Step
from fieldapp.persistence import schema_assigning
from fieldapp.services.context import Context
from fieldapp.services.end_assignment import end_assignment
from fieldapp.services.public_notice import OWN_TABLE, notice_from, usual_term
from fieldapp.services.rank_candidates import (
    CandidateFilter,
    rank_candidates,
    rank_townships,
    suggest_pairs,
)
from fieldapp.services.read_desk import first_term, read_desk
from fieldapp.services.read_timeline import read_timeline
from fieldapp.services.read_work_queue import Work, read_work_queue
from fieldapp.services.search_commissioners import find_free_commissioners
from fieldapp.services.set_recusal import recuse_commissioner
from tests.services.assigning import (
    DECEMBER,
    NEXT_NOVEMBER,
    OFFICER,
    PINGFANG_OFFICER,
    VIEWER,
    WUCHANG_OFFICER,
    active,
    add_users,
    later,
    on_notice,
    proposed,
)
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, fill

TERM = {"starts_on": DECEMBER, "ends_on": NEXT_NOVEMBER}
NEXT_YEAR = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 31)}


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    add_users(context)
    return context


def _work(context: Context, who: object = OFFICER) -> dict[str, Work]:
    queue = read_work_queue(context, by=who)  # type: ignore[arg-type]
    return {item.township_code: item.work for item in queue.items}


def test_the_queue_begins_with_the_uncovered_and_then_what_lapses(register: Context) -> None:
    queue = read_work_queue(register, by=OFFICER)
    assert [item.work for item in queue.items] == [Work.UNCOVERED] * 3 + [Work.LAPSING]
    assert (queue.items[-1].township_code, queue.items[-1].commissioner) == (LALIN, "张三")


def test_a_county_officer_sees_the_own_county_only(register: Context) -> None:
    assert set(_work(register, PINGFANG_OFFICER)) == {PINGFANG}


def test_each_step_moves_a_township_on_in_the_queue(register: Context) -> None:
    standing = on_notice(register)
    assert _work(register)[SHANHE] is Work.ON_NOTICE
    assert _work(later(register, days=7))[SHANHE] is Work.READY
    proposed(register, SHAHE, "C-0003")
    assert _work(register)[SHAHE] is Work.PROPOSED
    assert standing.id is not None


def test_an_active_term_without_an_agreement_is_still_work(register: Context) -> None:
    active(register)
    assert _work(later(register, days=7))[SHANHE] is Work.COMING
    assert _work(later(register, days=12))[SHANHE] is Work.UNSIGNED


def test_candidates_carry_their_reasons_and_the_recused_come_last(register: Context) -> None:
    recuse_commissioner(register, "C-0001", LALIN, "亲属任职", by=OFFICER)
    ranking = rank_candidates(register, LALIN, by=OFFICER, **NEXT_YEAR)
    assert [each.commissioner_id for each in ranking.candidates][-1] == "C-0001"
    assert "亲属任职" in str(ranking.candidates[-1].reasons[0].sentence)
    assert ranking.total == 3


def test_the_last_grade_is_the_one_that_counts(register: Context) -> None:
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(schema_assigning.assessment_grades),
            [
                {"commissioner_id": "C-0002", "year": 2024, "grade": "excellent"},
                {"commissioner_id": "C-0002", "year": 2025, "grade": "unqualified"},
            ],
        )
    ranking = rank_candidates(register, SHANHE, by=OFFICER, **TERM)
    (person,) = (each for each in ranking.candidates if each.commissioner_id == "C-0002")
    assert person.parts["grade"] == 0


def test_filters_hold_candidates_back_but_count_them(register: Context) -> None:
    def found(**wanted: object) -> list[str]:
        ranking = rank_candidates(
            register,
            LALIN,
            by=OFFICER,
            wanted=CandidateFilter(**wanted),
            **NEXT_YEAR,  # type: ignore[arg-type]
        )
        assert ranking.total == 3
        return sorted(each.commissioner_id for each in ranking.candidates)

    assert found(fitting=True) == ["C-0001"]
    assert found(text="农业科学院") == ["C-0003"]
    assert found(text="wang wu") == found(text="WW") == ["C-0003"]
    assert found(text="张三") == found(text="san") == ["C-0001"]
    assert found(text="heilongjiang") == []
    assert found(within_km=1.0) == []
    assert found(possible=True) == ["C-0001", "C-0002", "C-0003"]


def test_ranking_asks_the_database_few_questions(register: Context) -> None:
    asked = []
    event.listen(register.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    rank_candidates(register, LALIN, by=OFFICER, **NEXT_YEAR)
    assert len([each for each in asked if each.lstrip().upper().startswith("SELECT")]) <= 8


def test_a_commissioner_is_shown_the_townships_of_the_officer_only(register: Context) -> None:
    ranking = rank_townships(register, "C-0002", by=WUCHANG_OFFICER, **TERM)
    assert {each.township_code for each in ranking.candidates} == {LALIN, SHANHE, SHAHE}
    assert not ranking.candidates[-1].possible  # taken until the end of the year


def test_who_may_not_propose_is_shown_no_candidates(register: Context) -> None:
    for who in (VIEWER, PINGFANG_OFFICER):
        with pytest.raises(ForbiddenError):
            rank_candidates(register, LALIN, by=who, **NEXT_YEAR)
    with pytest.raises(NotFoundError):
        rank_candidates(register, "999999999", by=OFFICER, **NEXT_YEAR)


def test_pairs_are_suggested_for_as_many_townships_as_can_be_had(register: Context) -> None:
    recuse_commissioner(register, "C-0002", SHANHE, "亲属任职", by=OFFICER)
    recuse_commissioner(register, "C-0001", SHANHE, "亲属任职", by=OFFICER)
    chosen, _ = suggest_pairs(register, [SHANHE, SHAHE, PINGFANG], by=OFFICER, **TERM)
    named = {code: each and each.commissioner_id for code, each in chosen.items()}
    assert named == {SHANHE: "C-0003", SHAHE: "C-0002", PINGFANG: "C-0002"}


def test_the_desk_offers_the_earliest_term_after_the_notice(register: Context) -> None:
    desk = read_desk(register, SHANHE, by=OFFICER)
    assert (desk.starts_on, desk.ends_on) == (date(2026, 11, 28), date(2027, 11, 27))
    assert first_term(register) == (desk.starts_on, desk.ends_on)
    taken = read_desk(register, LALIN, by=OFFICER)
    assert taken.starts_on == date(2027, 1, 1)
    assert taken.assignments[0].phone == "138****0001"


@pytest.mark.parametrize(
    ("who", "steps"),
    [(OFFICER, {Step.END, Step.RENEW, Step.HAND_OVER}), (VIEWER, set())],
)
def test_the_desk_offers_the_steps_that_state_and_person_allow(
    register: Context, who: object, steps: set[Step]
) -> None:
    desk = read_desk(register, LALIN, by=who)  # type: ignore[arg-type]
    assert set(desk.assignments[0].steps) == steps


def test_the_desk_of_another_county_stays_closed(register: Context) -> None:
    with pytest.raises(ForbiddenError):
        read_desk(register, LALIN, by=PINGFANG_OFFICER)


@pytest.mark.parametrize(
    "asked",
    [
        lambda context: read_timeline(context, by=OFFICER, township_code=LALIN),
        lambda context: read_timeline(context, by=OFFICER, commissioner_id="C-0001"),
    ],
)
def test_a_timeline_tells_terms_and_deeds_and_offers_to_undo_the_last(
    register: Context, asked: Callable[[Context], object]
) -> None:
    end_assignment(
        register, 1, EndReason.REMOVED, last_day=date(2026, 12, 1), revision=1, by=OFFICER, reason="调整"
    )
    timeline = asked(register)
    (term,) = timeline.terms  # type: ignore[attr-defined]
    (deed,) = timeline.events  # type: ignore[attr-defined]
    assert (term.commissioner, term.township) == ("张三", "拉林满族镇")
    assert (deed.who, deed.reason, deed.undo_revision) == ("市局赵", "调整", 2)
    assert read_timeline(register, by=VIEWER, township_code=LALIN).events[0].undo_revision is None
    assert read_timeline(register, by=PINGFANG_OFFICER, township_code=LALIN).terms == ()


def test_commissioners_are_found_by_name_pinyin_number_and_institution(register: Context) -> None:
    def found(text: str) -> list[str]:
        return [each.id for each in find_free_commissioners(register, text, by=OFFICER, **NEXT_YEAR)]

    assert found("") == ["C-0002", "C-0001", "C-0003"]
    assert found("李") == found("lisi") == found("c-0002") == ["C-0002"]
    assert found("农业科学院") == ["C-0003"]


def test_an_installation_can_enter_holidays_of_its_own(sqlite_context: Context) -> None:
    before = notice_from(sqlite_context, date(2026, 11, 23))
    sqlite_context.settings.data_dir.joinpath(OWN_TABLE).write_text(
        "date,kind,name\n2026-11-24,假日,市庆\n", "utf-8"
    )
    after = notice_from(sqlite_context, date(2026, 11, 23))
    assert (before.ends_on, after.ends_on) == (date(2026, 11, 27), date(2026, 11, 30))


def test_a_usual_term_lasts_a_year_also_from_a_leap_day() -> None:
    assert usual_term(date(2028, 2, 29)) == date(2029, 2, 28)
    assert usual_term(DECEMBER) == NEXT_NOVEMBER
