"""What holds for every import: all or nothing, dry runs, races, the database's word at last."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from fieldapp.persistence import schema
from fieldapp.services import import_assignments
from fieldapp.services.context import Context
from fieldapp.services.import_file import ImportResult, import_file
from tests.services.small_register import (
    LALIN,
    SHANHE,
    audit_count,
    bring_in,
    counts,
    fill,
    rows,
    write_csv,
)

MANY = 5000


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def many_commissioners(folder: Path, *, faulty_row: int | None = None) -> Path:
    lines = ["姓名,派出单位,可服务乡镇数"]
    for number in range(2, MANY + 2):
        capacity = "很多" if number == faulty_row else "1"
        lines.append(f"特派员{number},东北农业大学,{capacity}")
    return write_csv(folder, "\n".join(lines))


def test_one_bad_row_among_thousands_leaves_nothing(register: Context, tmp_path: Path) -> None:
    result = bring_in(register, "commissioners", many_commissioners(tmp_path, faulty_row=3210))
    (fault,) = result.outcome.errors
    assert (fault.row, fault.column, fault.value) == (3210, "可服务乡镇数", "很多")
    assert len(rows(register, schema.commissioners)) == 3
    assert audit_count(register) == 0


def test_thousands_of_rows_tell_their_progress(register: Context, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    result = import_file(
        register,
        "commissioners",
        many_commissioners(tmp_path),
        actor="cli",
        progress=lambda done, total: told.append((done, total)),
    )
    assert counts(result) == (MANY, 0, 0, 0)
    assert told[-1] == (MANY, MANY)
    assert audit_count(register) == MANY


def test_a_dry_run_tells_the_same_and_writes_nothing(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "name,institution\n赵六,新单位")
    preview = bring_in(register, "commissioners", path, dry_run=True)
    assert not preview.written
    assert len(rows(register, schema.institutions)) == 2
    done = bring_in(register, "commissioners", path)
    assert done.written
    assert (done.outcome, done.digest) == (preview.outcome, preview.digest)


def test_what_was_previewed_is_written_or_nothing_is(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "id,name,institution,capacity\nC-0001,张三,东北农业大学,3")
    preview = bring_in(register, "commissioners", path, dry_run=True)
    meanwhile = write_csv(
        tmp_path, "id,name,institution,capacity\nC-0001,张三,东北农业大学,2", name="other.csv"
    )
    assert bring_in(register, "commissioners", meanwhile).written
    late = import_file(register, "commissioners", path, actor="web", only_if=preview.digest)
    assert not late.written
    assert late.outcome.is_sound
    assert next(row for row in rows(register, schema.commissioners) if row["id"] == "C-0001")["capacity"] == 2
    assert import_file(register, "commissioners", path, actor="web", only_if=late.digest).written


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("empty.xlsx", b""),
        ("noise.xlsx", b"PK\x03\x04 not a workbook"),
        ("noise.gpkg", b"SQLite format 3\x00 but no more"),
        ("noise.zip", b"PK\x05\x06" + b"\x00" * 18),
        ("noise.json", b'{"features": ['),
        ("list.json", b'[1, 2, {"a": 1}]'),
        ("deep.json", b"[" * 100_000),
        ("page.csv", b"<html><body>not found</body></html>"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_fault(
    sqlite_context: Context, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    result = bring_in(sqlite_context, "townships", path)
    assert len(result.outcome.errors) >= 1
    assert not result.written


def test_what_only_the_database_refuses_is_traced_to_its_row(
    register: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_assignments, "check_terms", lambda *_: None)
    path = write_csv(
        tmp_path,
        "township_code,commissioner_id,starts_on,ends_on\n"
        f"{SHANHE},C-0002,2026-01-01,2026-12-31\n{LALIN},C-0003,2026-06-01,2027-05-31",
    )
    result = bring_in(register, "assignments", path)
    (fault,) = result.outcome.errors
    assert fault.row == 3
    assert "拉林满族镇" in str(fault.message)
    assert not result.written
    assert len(rows(register, schema.assignments)) == 1


def test_two_imports_of_one_file_at_once_add_each_row_once(
    register: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_csv(
        tmp_path,
        "township_code,commissioner_id,starts_on,ends_on\n"
        f"{SHANHE},C-0002,2026-01-01,2026-12-31\n{SHANHE},C-0003,2027-01-01,2027-12-31",
    )
    started = threading.Barrier(2, timeout=30)
    original = import_file.__globals__["lock_register"]

    def lock_together(connection: Connection) -> None:
        # PostgreSQL lets both begin; SQLite has let only one come this far.
        if connection.dialect.name == "postgresql":
            started.wait()
        original(connection)

    monkeypatch.setitem(import_file.__globals__, "lock_register", lock_together)
    results: list[ImportResult] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            results.append(bring_in(register, "assignments", path))
        except BaseException as error:  # noqa: BLE001 - it is looked at below
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert sorted(counts(result) for result in results) == [(0, 0, 0, 2), (2, 0, 0, 0)]
    assert len(rows(register, schema.assignments)) == 3


def test_every_change_is_an_event_that_says_who_and_what(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "id,name,institution,retired_on\nC-0001,张三,东北农业大学,2026-12-31")
    bring_in(register, "commissioners", path)
    (event,) = rows(register, schema.audit_events)
    said: dict[str, Any] = {key: event[key] for key in ("actor", "action", "subject_id", "before", "after")}
    assert said == {
        "actor": "cli",
        "action": "commissioner.changed",
        "subject_id": "C-0001",
        "before": {"retired_on": None},
        "after": {"retired_on": date(2026, 12, 31).isoformat()},
    }
