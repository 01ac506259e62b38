"""Assignments brought in on both engines: every rule is checked before the database is asked."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fieldapp.persistence import schema
from fieldapp.services.context import Context
from tests.services.assigning import later, on_notice
from tests.services.small_register import (
    LALIN,
    SHAHE,
    SHANHE,
    audit_count,
    bring_in,
    counts,
    fill,
    rows,
    write_csv,
)

HEADER = "township_code,commissioner_id,starts_on,ends_on"


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def stored(context: Context) -> list[dict[str, object]]:
    return rows(context, schema.assignments, schema.assignments.c.id)


def test_names_in_chinese_are_enough_and_the_second_import_changes_nothing(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path,
        """2026年选派名单,,,,
        乡镇,科技特派员,服务期起,服务期止,签约日期
        山河镇,王五,2026年3月1日,2027.2.28,2026/3/5
        ,,,,""",
    )
    assert counts(bring_in(register, "assignments", path)) == (1, 0, 0, 0)
    added = stored(register)[-1]
    assert (added["township_code"], added["commissioner_id"], added["state"]) == (SHANHE, "C-0003", "active")
    assert (added["agreement_state"], added["agreement_approved_on"]) == ("approved", date(2026, 3, 5))
    events = audit_count(register)
    assert counts(bring_in(register, "assignments", path)) == (0, 0, 0, 1)
    assert audit_count(register) == events


def test_an_ended_term_makes_room_for_its_successor_in_the_same_file(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path,
        f"{HEADER},state,ended_on,end_reason\n"
        f"{LALIN},C-0003,2026-07-01,2027-06-30,active,,\n"
        f"{LALIN},C-0001,2026-01-01,2026-12-31,ended,2026-06-30,resigned",
    )
    assert counts(bring_in(register, "assignments", path)) == (1, 0, 1, 0)
    assert [row["state"] for row in stored(register)] == ["ended", "active"]
    assert counts(bring_in(register, "assignments", path)) == (0, 0, 0, 2)


def test_ids_given_to_new_rows_are_not_given_again(register: Context, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        f"id,{HEADER}\n50,{SHANHE},C-0002,2026-01-01,2026-12-31\n,{SHAHE},C-0003,2026-01-01,2026-12-31",
    )
    assert counts(bring_in(register, "assignments", path)) == (2, 0, 0, 0)
    ids = [row["id"] for row in stored(register)]
    assert ids[1] == 50
    assert isinstance(ids[2], int)
    assert ids[2] > 50
    more = write_csv(tmp_path, f"{HEADER}\n{SHAHE},C-0003,2027-01-01,2027-12-31")
    assert counts(bring_in(register, "assignments", more)) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("lines", "row", "column"),
    [
        # another already leads the township
        (f"{HEADER}\n{LALIN},C-0002,2026-12-31,2027-12-30", 2, "starts_on"),
        # two rows of the file overlap
        (
            f"{HEADER}\n{SHANHE},C-0002,2026-01-01,2026-12-31\n{SHANHE},C-0003,2026-06-01,2027-05-31",
            3,
            "starts_on",
        ),
        # more townships than the capacity, with what is stored
        (f"{HEADER}\n{SHANHE},C-0001,2026-06-01,2027-05-31", 2, "commissioner_id"),
        # more than the capacity within the file
        (
            f"{HEADER}\n{SHANHE},C-0003,2026-01-01,2026-12-31\n{SHAHE},C-0003,2026-12-31,2027-12-30",
            3,
            "commissioner_id",
        ),
        (f"{HEADER}\n{SHANHE},C-0003,2026-12-31,2026-01-01", 2, "ends_on"),
        (f"{HEADER},state\n{SHANHE},C-0003,2026-01-01,2026-12-31,ended", 2, "end_reason"),
        (f"{HEADER},end_reason\n{SHANHE},C-0003,2026-01-01,2026-12-31,resigned", 2, "end_reason"),
        (f"{HEADER},ended_on\n{SHANHE},C-0003,2026-01-01,2026-12-31,2026-06-30", 2, "ended_on"),
        (
            f"{HEADER},agreement_state\n{SHANHE},C-0003,2026-01-01,2026-12-31,approved",
            2,
            "agreement_approved_on",
        ),
        (f"{HEADER},notice_ends_on\n{SHANHE},C-0003,2026-01-01,2026-12-31,2025-12-01", 2, "notice_ends_on"),
        # the lifecycle does not go back
        (f"{HEADER},state\n{LALIN},C-0001,2026-01-01,2026-12-31,proposed", 2, "state"),
        # what an assignment is about stays
        (f"id,{HEADER}\n1,{SHANHE},C-0001,2026-01-01,2026-12-31", 2, "township_code"),
        (f"{HEADER}\n{SHANHE},C-0099,2026-01-01,2026-12-31", 2, "commissioner_id"),
        (f"{HEADER}\n{SHANHE},,2026-01-01,2026-12-31", 2, "commissioner_id"),
    ],
)
def test_each_fault_names_its_row_and_nothing_is_written(
    register: Context, tmp_path: Path, lines: str, row: int, column: str
) -> None:
    result = bring_in(register, "assignments", write_csv(tmp_path, lines))
    assert [(fault.row, fault.column) for fault in result.outcome.errors] == [(row, column)]
    assert len(stored(register)) == 1
    assert audit_count(register) == 0


def test_a_retired_commissioner_gets_no_new_term(register: Context, tmp_path: Path) -> None:
    retired = write_csv(tmp_path, "id,name,institution,retired_on\nC-0003,王五,哈尔滨市农业科学院,2026-06-30")
    assert counts(bring_in(register, "commissioners", retired)) == (0, 0, 1, 0)
    path = write_csv(tmp_path, f"{HEADER}\n{SHANHE},C-0003,2026-07-01,2026-12-31")
    (fault,) = bring_in(register, "assignments", path).outcome.errors
    assert fault.message.values["day"] == date(2026, 6, 30)


def test_the_successor_may_begin_on_the_day_after(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"{HEADER}\n{LALIN},C-0001,2027-01-01,2027-12-31")
    assert counts(bring_in(register, "assignments", path)) == (1, 0, 0, 0)


def test_a_withdrawn_proposal_takes_up_no_day(register: Context, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        f"{HEADER},state\n{LALIN},C-0003,2026-01-01,2026-12-31,withdrawn\n{SHANHE},C-0003,2026-01-01,2026-12-31,proposed",
    )
    assert counts(bring_in(register, "assignments", path)) == (2, 0, 0, 0)


def test_a_file_cannot_activate_what_the_page_could_not(context: Context, tmp_path: Path) -> None:
    fill(context)
    standing = on_notice(context)
    path = write_csv(
        tmp_path,
        f"""
        id,township_code,commissioner_id,state,starts_on,ends_on
        {standing.id},{SHANHE},C-0002,active,2026-12-01,2027-11-30
        """,
    )
    (fault,) = bring_in(context, "assignments", path).outcome.errors
    assert fault.column == "state"
    assert "2026-11-27" in str(fault.message)
    done = bring_in(later(context, days=7), "assignments", path)
    assert counts(done) == (0, 1, 0, 0)


def test_all_faults_of_a_row_are_told_at_once(register: Context, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path, f"township_code,commissioner,starts_on,ends_on\n{LALIN},查无此人,2027-06-01,2027-01-01"
    )
    faults = bring_in(register, "assignments", path).outcome.errors
    assert {fault.column for fault in faults} == {"commissioner", "ends_on"}
