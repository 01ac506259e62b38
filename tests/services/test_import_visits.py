"""Visits from paper logs come in by the rules of the field, all or none, and out and in again unchanged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies
from openpyxl import Workbook, load_workbook

from fieldapp.domain.errors import ForbiddenError
from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.i18n import translate
from fieldapp.persistence import schema
from fieldapp.services.context import Context, open_context
from fieldapp.services.export_table import EXPORT_FORMATS, ExportFormat, export_table
from fieldapp.services.import_file import ImportResult, import_file
from fieldapp.services.make_template import make_template
from fieldapp.services.review_visit import review_visit
from fieldapp.services.withdraw_visit import withdraw_visit
from geodata.errors import Message
from tests.accounts import make_account
from tests.services.small_register import bring_in, counts, fill, rows, write_csv
from tests.services.visits import ONE, commissioner, record

PAPER = """
乡镇,科技特派员,开始时间,结束时间,服务方式,服务内容,服务天数,培训人数
拉林满族镇,张三,2026-03-05 09:00,2026-03-05 11:30,现场,查看育秧棚,0.5,0
拉林满族镇,张三,2026年4月8日 13:00,2026-04-08 17:00,电话,解答病虫害,1,12
"""


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def stored(context: Context) -> list[dict[str, Any]]:
    return rows(context, schema.visits, schema.visits.c.started_at)


@pytest.fixture
def elsewhere(register: Context, migrated_sqlite: Path, tmp_path: Path) -> Iterator[Context]:
    """Another installation that knows the same people and places."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shutil.copyfile(migrated_sqlite, folder / "fieldapp.sqlite")
    there = replace(
        register.settings, data_dir=folder, database_url=f"sqlite:///{folder / 'fieldapp.sqlite'}"
    )
    opened = replace(open_context(there), now=register.now)
    fill(opened)
    yield opened
    opened.close()


def faults(context: Context, folder: Path, text: str) -> list[tuple[int | None, str | None, str]]:
    result = bring_in(context, "visits", write_csv(folder, text))
    assert stored(context) == []
    return [(fault.row, fault.column, str(fault.message)) for fault in result.outcome.errors]


def test_paper_logs_come_in_and_a_second_time_change_nothing(register: Context, tmp_path: Path) -> None:
    file = write_csv(tmp_path, PAPER)
    assert counts(bring_in(register, "visits", file, dry_run=True)) == (2, 0, 0, 0)
    assert stored(register) == []
    assert counts(bring_in(register, "visits", file)) == (2, 0, 0, 0)
    first, second = stored(register)
    assert (first["mode"], first["content"], first["review"]) == ("on_site", "查看育秧棚", "submitted")
    assert (second["farmers_trained"], second["mode"], str(second["visited_on"])) == (
        12,
        "remote",
        "2026-04-08",
    )
    assert first["started_at"].isoformat() == "2026-03-05T01:00:00+00:00"
    assert counts(bring_in(register, "visits", file)) == (0, 0, 0, 2)


def test_a_changed_row_is_a_revision_that_is_reviewed_anew(register: Context, tmp_path: Path) -> None:
    bring_in(register, "visits", write_csv(tmp_path, PAPER))
    officer = make_account(register, Role.BUREAU_OFFICER)
    first = stored(register)[0]
    review_visit(register, first["id"], ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=officer)
    changed = write_csv(tmp_path, PAPER.replace("查看育秧棚", "查看育秧棚和机具"))
    assert counts(bring_in(register, "visits", changed)) == (0, 1, 0, 1)
    now = stored(register)[0]
    assert (now["revision"], now["review"], now["content"]) == (2, "submitted", "查看育秧棚和机具")
    assert [row["body"]["content"] for row in rows(register, schema.visit_revisions)] == ["查看育秧棚"]


def test_the_rules_of_the_field_hold_and_every_fault_is_named(register: Context, tmp_path: Path) -> None:
    found = faults(
        register,
        tmp_path,
        """
        乡镇,科技特派员,开始时间,结束时间,服务天数,培训人数
        拉林满族镇,张三,2027-03-05 09:00,2027-03-05 11:30,0.5,0
        拉林满族镇,张三,2026-03-05 09:00,2026-03-05 08:30,0.5,0
        拉林满族镇,张三,2026-03-06 09:00,2026-03-06 11:30,0.3,0
        拉林满族镇,张三,2026-03-07 09:00,2026-03-07 11:30,3,0
        拉林满族镇,张三,2025-03-05 09:00,2025-03-05 11:30,0.5,0
        山河镇,张三,2026-03-08 09:00,2026-03-08 11:30,0.5,0
        拉林满族镇,张三,2026-03-09 09:00,2026-03-09 11:30,0.5,-3
        拉林满族镇,赵六,2026-03-10 09:00,2026-03-10 11:30,0.5,0
        """,
    )
    assert {row for row, _, _ in found} == set(range(2, 10))
    named = {row: message for row, _, message in found}
    assert "lies ahead" in named[2] or "not in office" in named[2]
    assert "ends before it begins" in named[3]
    assert "2026-01-01 – 2026-12-31" in named[6]
    assert "terms there: –" in named[7]


def told(result: ImportResult) -> list[str]:
    return [str(notice) for notice in result.notices]


def reasons(context: Context) -> list[set[str]]:
    return [{reason["code"] for reason in visit["grade_reasons"]} for visit in stored(context)]


def test_a_visit_that_was_logged_by_phone_is_not_logged_again_from_paper(
    register: Context, tmp_path: Path
) -> None:
    record(register, commissioner(register), photos=[])
    text = """
    乡镇,科技特派员,开始时间,结束时间
    拉林满族镇,张三,2026-11-20 09:10,2026-11-20 11:40
    """
    result = bring_in(register, "visits", write_csv(tmp_path, text))
    (fault,) = result.outcome.errors
    assert str(ONE) in str(fault.message)
    assert len(stored(register)) == 1


def test_a_paper_log_of_the_time_of_another_visit_is_taken_told_and_graded(
    register: Context, tmp_path: Path
) -> None:
    record(register, commissioner(register), photos=[])
    text = """
    乡镇,科技特派员,开始时间,结束时间
    拉林满族镇,张三,2026-03-05 09:00,2026-03-05 11:30
    拉林满族镇,张三,2026-11-20 10:00,2026-11-20 12:00
    """
    file = write_csv(tmp_path, text)
    for dry_run in (True, False):
        result = bring_in(register, "visits", file, dry_run=dry_run)
        assert counts(result) == (2, 0, 0, 0)
        (notice,) = told(result)
        assert notice.startswith("Row 3: ")
        assert f"2026-11-20 09:10 – 2026-11-20 11:40, id {ONE}" in notice
    assert ["meanwhile.here" in codes for codes in reasons(register)] == [False, True, True]
    again = bring_in(register, "visits", file)
    assert (counts(again), told(again)) == ((0, 0, 0, 2), [])


def test_of_a_visit_that_was_rejected_nothing_is_told(register: Context, tmp_path: Path) -> None:
    record(register, commissioner(register), photos=[])
    officer = make_account(register, Role.BUREAU_OFFICER)
    review_visit(register, ONE, ReviewStep.REJECT, revision=1, seen=Review.SUBMITTED, by=officer, text="不实")
    text = """
    乡镇,科技特派员,开始时间,结束时间
    拉林满族镇,张三,2026-11-20 10:00,2026-11-20 12:00
    """
    assert told(bring_in(register, "visits", write_csv(tmp_path, text))) == []


def test_rows_of_one_time_are_told_by_their_numbers_and_the_same_log_twice_is_refused(
    register: Context, tmp_path: Path
) -> None:
    text = """
    乡镇,科技特派员,开始时间,结束时间
    拉林满族镇,张三,2026-03-05 09:00,2026-03-05 12:00
    拉林满族镇,张三,2026-03-05 11:00,2026-03-05 13:00
    拉林满族镇,张三,2026-03-05 09:00,2026-03-05 11:00
    """
    assert [row for row, _, _ in faults(register, tmp_path, text)] == [4]
    result = bring_in(register, "visits", write_csv(tmp_path, text.rstrip().rpartition("\n")[0]))
    assert counts(result) == (2, 0, 0, 0)
    (notice,) = told(result)
    assert notice.startswith("Row 3: ")
    assert ", row 2: " in notice
    for locale, words in (("en", "at this time"), ("zh_CN", "第 3 行：")):
        assert words in translate(result.notices[0], locale)


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_visits_of_one_time_that_phones_sent_come_back_from_their_export(
    register: Context, elsewhere: Context, tmp_path: Path, file_format: ExportFormat
) -> None:
    me = commissioner(elsewhere)
    for number, more in ((1, {}), (2, {}), (3, {"ended_at": "2026-11-20T12:00:00+08:00"})):
        record(elsewhere, me, UUID(int=number), photos=[], **more)
    before = [(visit["id"], visit["grade"], visit["grade_reasons"]) for visit in stored(elsewhere)]
    assert all("meanwhile.here" in codes for codes in reasons(elsewhere))
    file = tmp_path / f"visits.{file_format}"
    export_table(elsewhere, "visits", file_format, file)
    assert counts(bring_in(elsewhere, "visits", file)) == (0, 0, 0, 3)
    result = bring_in(register, "visits", file)
    assert counts(result) == (3, 0, 0, 0)
    assert sum("made another visit too" in notice for notice in told(result)) == 3
    after = [(visit["id"], visit["grade"], visit["grade_reasons"]) for visit in stored(register)]
    assert sorted(after, key=str) == sorted(before, key=str)


def test_an_officer_learns_nothing_of_visits_beside_rows_that_are_not_theirs(
    register: Context, tmp_path: Path
) -> None:
    record(register, commissioner(register), photos=[])
    pingfang = make_account(register, Role.COUNTY_OFFICER, username="pingfang", county_codes=["230108"])
    text = """
    乡镇,科技特派员,开始时间,结束时间
    拉林满族镇,张三,2026-11-20 10:00,2026-11-20 12:00
    """
    file = write_csv(tmp_path, text)
    result = import_file(register, "visits", file, actor="x", by=pingfang, dry_run=True)
    assert [fault.row for fault in result.outcome.errors] == [2]
    assert told(result) == []


def test_what_an_officer_decides_is_not_imported(register: Context, tmp_path: Path) -> None:
    text = """
    乡镇,科技特派员,开始时间,结束时间,evidence grade,审核,confirmation approved
    拉林满族镇,张三,2026-03-05 09:00,2026-03-05 12:00,A,approved,是
    """
    result = bring_in(register, "visits", write_csv(tmp_path, text))
    assert counts(result) == (1, 0, 0, 0)
    assert any("are not taken from a file (rows that hold some: 1)" in notice for notice in told(result))
    (visit,) = stored(register)
    assert (visit["review"], visit["confirmation_approved"]) == ("submitted", False)
    assert visit["grade"] != "A"


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_what_is_exported_is_read_back_unchanged(
    register: Context, tmp_path: Path, file_format: ExportFormat
) -> None:
    me = commissioner(register)
    fix = {
        "lon": 127.01234567890123,
        "lat": 45.20000000000001,
        "accuracy_m": 12.3,
        "captured_at": "2026-11-20T09:12:00.123456+08:00",
        "mocked": False,
    }
    record(register, me, fix=fix, content="多行\n=1+1 的内容", results={"income_uplift_wan_yuan": 12.34})
    bring_in(register, "visits", write_csv(tmp_path, PAPER))
    before = stored(register)
    for locale in (None, "zh_CN", "en"):
        file = tmp_path / f"visits-{locale}.{file_format}"
        export_table(register, "visits", file_format, file, locale=locale)
        assert counts(bring_in(register, "visits", file)) == (0, 0, 0, 3), locale
    assert stored(register) == before


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_what_an_installation_decided_is_told_to_be_left_behind_when_its_visits_move(
    register: Context, elsewhere: Context, tmp_path: Path, file_format: ExportFormat
) -> None:
    bring_in(elsewhere, "visits", write_csv(tmp_path, PAPER))
    officer = make_account(elsewhere, Role.BUREAU_OFFICER)
    first = stored(elsewhere)[0]
    review_visit(elsewhere, first["id"], ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=officer)
    file = tmp_path / f"visits.{file_format}"
    export_table(elsewhere, "visits", file_format, file)
    kept = bring_in(elsewhere, "visits", file)
    assert (kept.undecided, told(kept)) == (0, [])
    for dry_run in (True, False):
        moved = bring_in(register, "visits", file, dry_run=dry_run)
        assert moved.undecided == 2
        assert "rows that hold some: 2" in told(moved)[0]
        assert "审核" in translate(moved.notices[0], "zh_CN")
    assert [visit["review"] for visit in stored(register)] == ["submitted", "submitted"]
    again = bring_in(register, "visits", file)
    assert (counts(again), again.undecided) == ((0, 0, 0, 2), 1)  # one is approved in the file alone


FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
# What a program that sends logs may put into a text, whatever a phone would keep of it.
SENT_TEXTS = strategies.text(
    "稻秧🌾ab1=+-@'\"#,;<>&_x0D\n\t \xa0\u3000e\u0301"
    "\u200b\u200d\ufeff\u202e\u2066\u00ad\u180e\v\f\x07\x1b\x85\u2028\r\uffff"
) | strategies.text(strategies.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_a_log_with_characters_that_nobody_sees_is_read_back_unchanged(
    register: Context, tmp_path: Path, file_format: ExportFormat
) -> None:
    record(register, commissioner(register), content=f"看\u202e{FAMILY}\v苗\x07情", photos=[])
    before = stored(register)
    file = tmp_path / f"visits.{file_format}"
    export_table(register, "visits", file_format, file)
    assert counts(bring_in(register, "visits", file)) == (0, 0, 0, 1)
    assert stored(register) == before


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_an_emoji_of_several_parts_comes_in_from_a_file(
    register: Context, tmp_path: Path, file_format: ExportFormat
) -> None:
    me = commissioner(register)
    record(register, me, content=f"{FAMILY} 来学 ❤\ufe0f", photos=[])
    file = tmp_path / f"visits.{file_format}"
    export_table(register, "visits", file_format, file)
    record(register, me, base_revision=1, content="别的", photos=[])
    assert counts(bring_in(register, "visits", file)) == (0, 1, 0, 0)
    assert [row["content"] for row in stored(register)] == [f"{FAMILY} 来学 ❤\ufe0f"]


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_whatever_logs_say_a_file_of_them_is_read_back_unchanged(
    sqlite_context: Context, tmp_path: Path, file_format: ExportFormat
) -> None:
    fill(sqlite_context)
    me = commissioner(sqlite_context)
    revision: int | None = None

    @settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
    @given(SENT_TEXTS, SENT_TEXTS)
    @example("\u200b", "\ufeff\x85")
    @example("_x0041_ =1+1", "'=1")
    def hold(content: str, reason: str) -> None:
        nonlocal revision
        told: dict[str, Any] = {"content": content, "fix": None, "no_fix_reason": reason[:200] or None}
        sent = record(sqlite_context, me, base_revision=revision, photos=[], **told)
        revision = sent.document["revision"]
        before = stored(sqlite_context)
        file = tmp_path / f"visits.{file_format}"
        export_table(sqlite_context, "visits", file_format, file)
        assert counts(bring_in(sqlite_context, "visits", file)) == (0, 0, 0, 1)
        assert stored(sqlite_context) == before

    hold()


def test_a_withdrawn_visit_does_not_come_back_by_a_list(register: Context, tmp_path: Path) -> None:
    me = commissioner(register)
    record(register, me, photos=[])
    file = tmp_path / "visits.csv"
    export_table(register, "visits", "csv", file)
    withdraw_visit(register, ONE, base_revision=1, by=me)
    result = bring_in(register, "visits", file)
    assert ["withdrawn" in str(fault.message) for fault in result.outcome.errors] == [True]


def test_officers_import_what_is_their_counties_and_commissioners_nothing(
    register: Context, tmp_path: Path
) -> None:
    file = write_csv(tmp_path, PAPER)

    def brought(by: Person) -> tuple[int, int]:
        outcome = import_file(register, "visits", file, actor="x", by=by, dry_run=True).outcome
        return outcome.added, len(outcome.errors)

    wuchang = make_account(register, Role.COUNTY_OFFICER, username="wuchang", county_codes=["230184"])
    assert brought(wuchang) == (2, 0)
    assert brought(replace(wuchang, county_codes=frozenset({"230108"}))) == (0, 2)
    with pytest.raises(ForbiddenError):
        brought(commissioner(register))


KEPT_ON_PAPER: list[tuple[str, list[object]]] = [
    ("日期", [date(2026, 3, 5), "2026年4月8日", "2026.5.6"]),
    ("乡镇", ["拉林满族镇"] * 3),
    ("姓名", ["张三"] * 3),
    ("开始时间", [time(9, 0), "上午9点", "9:00"]),
    ("结束时间", [time(11, 30), "下午3点半", "11:05"]),
]
UNDERSTOOD = [
    ("2026-03-05T09:00:00+08:00", "2026-03-05T11:30:00+08:00"),
    ("2026-04-08T09:00:00+08:00", "2026-04-08T15:30:00+08:00"),
    ("2026-05-06T09:00:00+08:00", "2026-05-06T11:05:00+08:00"),
]


def shown(context: Context) -> list[tuple[str, str]]:
    zone = context.settings.timezone
    return [
        (visit["started_at"].astimezone(zone).isoformat(), visit["ended_at"].astimezone(zone).isoformat())
        for visit in stored(context)
    ]


def test_a_sheet_with_the_day_beside_its_times_comes_in(register: Context, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append([header for header, _ in KEPT_ON_PAPER])
    for row in zip(*(cells for _, cells in KEPT_ON_PAPER), strict=True):
        sheet.append(list(row))
    file = tmp_path / "log.xlsx"
    book.save(file)
    assert counts(bring_in(register, "visits", file)) == (3, 0, 0, 0)
    assert shown(register) == UNDERSTOOD
    assert counts(bring_in(register, "visits", file)) == (0, 0, 0, 3)
    text = "\n".join(
        ",".join(map(str, row))
        for row in (
            [header for header, _ in KEPT_ON_PAPER],
            *zip(*(cells for _, cells in KEPT_ON_PAPER), strict=True),
        )
    )
    assert counts(bring_in(register, "visits", write_csv(tmp_path, text))) == (0, 0, 0, 3)


def test_days_without_times_are_refused_and_the_missing_columns_named(
    register: Context, tmp_path: Path
) -> None:
    text = """
    日期,乡镇,姓名,服务内容
    2026-03-05,拉林满族镇,张三,查看育秧棚
    """
    found = faults(register, tmp_path, text)
    assert [(row, column) for row, column, _ in found] == [(1, "开始时间"), (1, "结束时间")]
    assert all("日期 has the days alone. Add the column" in message for _, _, message in found)
    result = bring_in(register, "visits", write_csv(tmp_path, text))
    said = [translate(fault.message, "zh_CN") for fault in result.outcome.errors]
    assert said[0].startswith("缺少“开始时间”列：“日期”列只有日期。")


@pytest.mark.parametrize(
    ("row", "column", "said"),
    [
        (",09:00,11:30", "开始时间", "09:00 is a time without a day. Write the day in the column 日期, or"),
        ("3月5日,09:00,11:30", "日期", "does not say the year"),
        ("2026-03-05,09:00,", "结束时间", "is missing"),
        ("2026-03-05,2026-03-06 09:00,2026-03-06 11:30", "日期", "is not that of the beginning"),
        ("2026-03-05,14:00,11:30", "结束时间", "ends before it begins"),
    ],
)
def test_a_row_whose_day_is_not_clear_is_refused_at_its_cell(
    register: Context, tmp_path: Path, row: str, column: str, said: str
) -> None:
    found = faults(register, tmp_path, f"日期,开始时间,结束时间,乡镇,姓名\n{row},拉林满族镇,张三")
    assert (found[0][0], found[0][1]) == (2, column)
    assert said in found[0][2]
    assert len(found) == (2 if row.startswith(",") else 1)


@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_the_template_shows_the_day_beside_its_times(register: Context, tmp_path: Path, locale: str) -> None:
    file = tmp_path / "template.xlsx"
    make_template(register, "visits", file, locale=locale)
    sheet = load_workbook(file).worksheets[0]
    first, example = ([cell.value for cell in sheet[row]] for row in (1, 2))
    at = first.index(translate(Message("visited on"), locale))
    assert first[at + 1 : at + 3] == [
        translate(Message(words), locale) + "*" for words in ("started at", "ended at")
    ]
    assert [str(value)[:10] for value in example[at : at + 3]] == ["2026-11-20", "09:10", "11:40"]
    book = load_workbook(file)
    for column, value in ((at, date(2026, 3, 5)), (at + 1, time(9, 0)), (at + 2, time(11, 30))):
        book.worksheets[0].cell(3, column + 1).value = value
    for words, value in (("township", "拉林满族镇"), ("commissioner", "张三")):
        header = translate(Message(words), locale)
        book.worksheets[0].cell(3, [str(each).rstrip("*") for each in first].index(header) + 1).value = value
    book.save(file)
    assert counts(bring_in(register, "visits", file)) == (1, 0, 0, 0)
    assert shown(register) == UNDERSTOOD[:1]


def test_the_template_is_filled_in_with_drop_downs_and_read(register: Context, tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    make_template(register, "visits", file, locale="zh_CN")
    book = load_workbook(file)
    sheet = book.worksheets[0]
    headers = [str(cell.value).rstrip("*") for cell in sheet[1]]
    assert "证据等级" not in headers
    assert sheet.data_validations.count > 0
    values = {"乡镇": "拉林满族镇", "科技特派员": "张三"}
    for name, value in values.items():
        sheet.cell(3, headers.index(name) + 1).value = value
    for key, moment in (("开始时间", "2026-03-05 09:00"), ("结束时间", "2026-03-05 11:00")):
        sheet.cell(3, headers.index(key) + 1).value = moment
    book.save(file)
    assert counts(bring_in(register, "visits", file)) == (1, 0, 0, 0)
