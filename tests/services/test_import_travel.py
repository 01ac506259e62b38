"""Distances by road from a file: each import in the place of the one before, by ids or by names."""

from __future__ import annotations

from pathlib import Path

import pytest

from fieldapp.domain.errors import ForbiddenError
from fieldapp.persistence import travel_distances
from fieldapp.services.context import Context
from fieldapp.services.import_file import ImportResult, import_file
from tests.services.assigning import OFFICER, WUCHANG_OFFICER
from tests.services.small_register import LALIN, SHANHE, fill

HEADER = "commissioner_id,township_code,km\n"


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def bring_in(context: Context, tmp_path: Path, text: str, *, dry_run: bool = False) -> ImportResult:
    file = tmp_path / "里程表.csv"
    file.write_text(text, "utf-8")
    return import_file(context, "travel", file, dry_run=dry_run, actor=OFFICER.actor, by=OFFICER)


def stored(context: Context) -> dict[tuple[str, str], float]:
    with context.reading() as connection:
        table = travel_distances.find_table(connection)
    return {} if table is None else dict(table.km)


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    outcome = result.outcome
    return outcome.added, outcome.changed, outcome.ended, outcome.unchanged


def test_each_import_takes_the_place_of_the_one_before(register: Context, tmp_path: Path) -> None:
    first = f"{HEADER}C-0001,{LALIN},31.5\nC-0002,{LALIN},8\n"
    assert counts(bring_in(register, tmp_path, first)) == (2, 0, 0, 0)
    assert counts(bring_in(register, tmp_path, first)) == (0, 0, 0, 2)
    second = f"{HEADER}C-0001,{LALIN},30\nC-0003,{SHANHE},12.5\n"
    assert counts(bring_in(register, tmp_path, second, dry_run=True)) == (1, 1, 1, 0)
    assert stored(register) == {("C-0001", LALIN): 31.5, ("C-0002", LALIN): 8.0}
    assert counts(bring_in(register, tmp_path, second)) == (1, 1, 1, 0)
    assert stored(register) == {("C-0001", LALIN): 30.0, ("C-0003", SHANHE): 12.5}


def test_names_say_as_much_as_ids(register: Context, tmp_path: Path) -> None:
    assert bring_in(register, tmp_path, "特派员,区县,乡镇,公里\n张三,五常市,拉林满族镇,31.5\n").written
    assert stored(register) == {("C-0001", LALIN): 31.5}


def test_with_any_fault_nothing_is_written(register: Context, tmp_path: Path) -> None:
    text = f"{HEADER}C-0001,{LALIN},31.5\nC-0001,{LALIN},8\nC-0002,{LALIN},99999\n"
    result = bring_in(register, tmp_path, text)
    assert [(fault.row, fault.column) for fault in result.outcome.errors] == [(3, "km"), (4, "km")]
    assert (result.written, stored(register)) == (False, {})


def test_distances_are_not_a_countys_to_import(register: Context, tmp_path: Path) -> None:
    file = tmp_path / "里程表.csv"
    file.write_text(f"{HEADER}C-0001,{LALIN},31.5\n", "utf-8")
    with pytest.raises(ForbiddenError):
        import_file(register, "travel", file, actor=WUCHANG_OFFICER.actor, by=WUCHANG_OFFICER)


def test_a_table_with_headers_only_says_how_distances_are_removed(register: Context, tmp_path: Path) -> None:
    result = bring_in(register, tmp_path, HEADER)
    (fault,) = result.outcome.errors
    assert "to remove all imported distances" in str(fault.message)
