"""Commissioners and their institutions, brought in from the bureau's own lists on both engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fieldapp.domain.importing import Action
from fieldapp.persistence import commissioners, schema
from fieldapp.services.context import Context
from tests.services.small_register import SHAHE, SHANHE, audit_count, bring_in, counts, fill, rows, write_csv

HOSTILE = "<script>alert(1)</script>'; DROP TABLE commissioners; --"


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def person(context: Context, commissioner_id: str) -> dict[str, object]:
    with context.engine.connect() as connection:
        return commissioners.get(connection, commissioner_id)


def test_a_list_without_ids_is_numbered_on_and_found_again(register: Context, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        """科技特派员名单
        姓名,派出单位,专业领域,联系电话
        赵六,东北农业大学,水稻、土壤肥料,13900000006
        孙七,东北林业大学,林果,""",
        encoding="gb18030",
    )
    result = bring_in(register, "commissioners", path)
    if result.outcome.errors:  # the words of the tree are the catalogue's
        path = write_csv(
            tmp_path,
            """姓名,派出单位,专业领域,联系电话
            赵六,东北农业大学,crops.rice;crops.soil,13900000006
            孙七,东北林业大学,forestry,""",
        )
        result = bring_in(register, "commissioners", path)
    assert counts(result) == (2, 0, 0, 0)
    added = person(register, "C-0004")
    assert (added["name"], added["institution"], added["phone"]) == ("赵六", "东北农业大学", "13900000006")
    assert added["specialties"] == ("crops.rice", "crops.soil")
    assert person(register, "C-0005")["institution_kind"] == "university"
    assert counts(bring_in(register, "commissioners", path)) == (0, 0, 0, 2)


def test_a_second_import_writes_no_event_and_no_revision(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "id,name,institution,capacity\nC-0002,李四,东北农业大学,3")
    assert counts(bring_in(register, "commissioners", path)) == (0, 1, 0, 0)
    events = audit_count(register)
    assert counts(bring_in(register, "commissioners", path)) == (0, 0, 0, 1)
    assert (audit_count(register), person(register, "C-0002")["revision"]) == (events, 2)


def test_a_masked_phone_leaves_the_stored_one_and_a_blank_one_clears_it(
    register: Context, tmp_path: Path
) -> None:
    header = "id,name,institution,phone"
    masked = write_csv(tmp_path, f"{header}\nC-0001,张三,东北农业大学,138****0001")
    assert counts(bring_in(register, "commissioners", masked)) == (0, 0, 0, 1)
    other = write_csv(tmp_path, f"{header}\nC-0001,张三,东北农业大学,139****0001")
    assert bring_in(register, "commissioners", other).outcome.errors[0].column == "phone"
    blank = write_csv(tmp_path, f"{header}\nC-0001,张三,东北农业大学,")
    assert counts(bring_in(register, "commissioners", blank)) == (0, 1, 0, 0)
    assert person(register, "C-0001")["phone"] is None


def test_the_preview_and_the_audit_log_never_show_a_whole_phone(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "id,name,institution,phone\nC-0001,张三,东北农业大学,13912345678")
    result = bring_in(register, "commissioners", path)
    (change,) = result.outcome.changes
    assert change.after["phone"] == "139****5678"
    assert "13912345678" not in str(rows(register, schema.audit_events))


def test_a_new_institution_is_told_and_one_that_is_nearly_known_is_doubted(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(tmp_path, "name,institution\n赵六,哈尔滨市农业科学研究院\n孙七,黑龙江八一农垦大学")
    result = bring_in(register, "commissioners", path, dry_run=True)
    said = [notice.values for notice in result.notices]
    assert said[0]["known"] == "哈尔滨市农业科学院"
    assert said[1]["name"] == "黑龙江八一农垦大学"
    assert len(result.side_changes) == 2


def test_a_retired_commissioner_counts_as_ended(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "编号,姓名,派出单位,退出日期\nC-0003,王五,哈尔滨市农业科学院,2026年6月30日")
    result = bring_in(register, "commissioners", path)
    assert counts(result) == (0, 0, 1, 0)
    assert result.outcome.changes[0].action is Action.END
    assert person(register, "C-0003")["retired_on"] == date(2026, 6, 30)


def test_hostile_text_is_stored_as_text(register: Context, tmp_path: Path) -> None:
    path = tmp_path / "hostile.csv"
    path.write_text(f'name,institution,note\n"{HOSTILE}","{HOSTILE}","\'=1+1"\n', "utf-8")
    assert counts(bring_in(register, "commissioners", path)) == (1, 0, 0, 0)
    stored = person(register, "C-0004")
    assert (stored["name"], stored["institution"], stored["note"]) == (HOSTILE, HOSTILE, "=1+1")


def test_a_capacity_below_what_is_led_is_refused_with_the_day(register: Context, tmp_path: Path) -> None:
    busy = write_csv(
        tmp_path,
        f"township_code,commissioner_id,starts_on,ends_on\n{SHANHE},C-0002,2026-01-01,2027-06-30\n"
        f"{SHAHE},C-0002,2027-01-01,2027-12-31",
    )
    assert counts(bring_in(register, "assignments", busy)) == (2, 0, 0, 0)
    path = write_csv(tmp_path, "id,name,institution,capacity\nC-0002,李四,东北农业大学,1")
    (fault,) = bring_in(register, "commissioners", path).outcome.errors
    assert (fault.column, fault.message.values["day"]) == ("capacity", date(2027, 1, 1))


@pytest.mark.parametrize(
    ("lines", "column"),
    [
        ("name,institution\n赵六,", "institution"),
        ("name,institution,specialties\n赵六,东北农业大学,炼丹", "specialties"),
        ("name,institution,capacity\n赵六,东北农业大学,-1", "capacity"),
        ("name,institution,capacity\n赵六,东北农业大学,两个", "capacity"),
        ("name,institution,phone\n赵六,东北农业大学,没有", "phone"),
        ("name,institution,home_lon,home_lat\n赵六,东北农业大学,126.6,", "home_lat"),
        ("id,name,institution\nC-0009,赵六,东北农业大学\nc-0009,孙七,东北农业大学", "id"),
        (f"name,institution\n{'长' * 61},东北农业大学", "name"),
        (f"name,institution\n赵六,{'长' * 121}", "institution"),
    ],
)
def test_each_fault_names_its_cell(register: Context, tmp_path: Path, lines: str, column: str) -> None:
    result = bring_in(register, "commissioners", write_csv(tmp_path, lines))
    assert result.outcome.errors[0].column == column
    assert len(rows(register, schema.commissioners)) == 3
    assert len(rows(register, schema.institutions)) == 2


def test_all_faults_of_a_row_are_told_at_once(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "name,institution,capacity,phone\n周海,,-1,abc")
    result = bring_in(register, "commissioners", path)
    assert {fault.column for fault in result.outcome.errors} == {"institution", "capacity", "phone"}


@pytest.mark.parametrize("character", ["\x1b", "\x07", "\x02", "\x7f", "\x9b", "\u202e", "\u2066"])
def test_control_characters_are_a_fault(register: Context, tmp_path: Path, character: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"name,institution\n周{character}海,东北农业大学\n", "utf-8")
    (fault,) = bring_in(register, "commissioners", path).outcome.errors
    assert (fault.row, fault.column) == (2, "name")
    assert "control characters" in str(fault.message)


def test_thousands_of_faults_are_all_listed(register: Context, tmp_path: Path) -> None:
    lines = "\n".join(f"周海{number},,1" for number in range(1500))
    path = write_csv(tmp_path, f"name,institution,capacity\n{lines}")
    assert len(bring_in(register, "commissioners", path).outcome.errors) == 1500


def test_many_new_institutions_are_told_in_one_sentence(register: Context, tmp_path: Path) -> None:
    kinds = "水稻", "玉米", "大豆", "森林工程", "水产养殖", "马铃薯育种", "农机"
    lines = "\n".join(f"周海,{kind}研究所,2" for kind in kinds)
    path = write_csv(tmp_path, f"姓名,单位,服务乡镇数\n{lines}")
    result = bring_in(register, "commissioners", path)
    assert counts(result) == (7, 0, 0, 0)
    assert [
        each for each in map(str, result.notices) if each.startswith("New institutions that are added: 7")
    ]
    assert not [each for each in map(str, result.notices) if "is new and is added" in each]
    assert all(row["capacity"] == 2 for row in rows(register, schema.commissioners) if row["name"] == "周海")


def test_what_nobody_sees_in_a_name_is_left_out(register: Context, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path, "id,name,institution,note\nC-0002,李\u200b四\u200b,东北\u2060农业大学\ufeff,一\u200b二"
    )
    assert counts(bring_in(register, "commissioners", path)) == (0, 1, 0, 0)
    kept = person(register, "C-0002")
    assert (kept["name"], kept["institution"], kept["note"]) == ("李四", "东北农业大学", "一二")
