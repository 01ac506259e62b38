"""``fieldapp coverage``: the same figures for people and for programs."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import openpyxl
import pytest
from click.testing import CliRunner, Result

from fieldapp.cli import main
from fieldapp.cli.tables import aligned, shown_width
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables
from fieldapp.services.measure_coverage import measure_coverage

Run = Callable[..., Result]
DAY = ("--as-of", "2026-11-22")


@pytest.fixture
def environment(sqlite_context: Context) -> dict[str, str]:
    load_reference_tables(sqlite_context)
    return {
        "FIELDAPP_DATABASE_URL": sqlite_context.settings.database_url,
        "FIELDAPP_DATA_DIR": str(sqlite_context.settings.data_dir),
        "FIELDAPP_LOCALE": "en",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Run:
    def invoke(*words: str, **more: str) -> Result:
        return CliRunner().invoke(main, ["coverage", *words], env=environment | more)

    return invoke


def test_json_is_the_document_and_nothing_else(run: Run, sqlite_context: Context) -> None:
    done = run(*DAY, "--format", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == measure_coverage(sqlite_context).document()


def test_a_county_is_the_documents_county(run: Run, sqlite_context: Context) -> None:
    done = run(*DAY, "--county", "230184", "--format", "json")
    assert json.loads(done.stdout) == measure_coverage(sqlite_context, county="230184").document()


def test_the_table_says_the_figures_and_every_township(run: Run) -> None:
    done = run(*DAY)
    assert done.exit_code == 0
    lines = done.stdout.splitlines()
    assert lines[0] == (
        "Coverage on 2026-11-22: 168 agricultural townships on the roster; the target is 168."
    )
    assert sum(line.startswith("uncovered  2301") for line in lines) == 168
    assert any(line.startswith("五常市") and "24" in line for line in lines)


def test_the_table_is_aligned_also_in_chinese(run: Run) -> None:
    done = run(*DAY, FIELDAPP_LOCALE="zh_CN")
    townships = done.stdout.split("\n\n")[2].splitlines()
    starts = {shown_width(line[: line.index("2301")]) for line in townships if "2301" in line}
    assert len(starts) == 1
    assert "无员" in done.stdout


@pytest.mark.parametrize(("headers", "first"), [("en", "code"), ("zh", "区划代码")])
def test_csv_has_the_headers_asked_for(run: Run, headers: str, first: str) -> None:
    done = run(*DAY, "--format", "csv", "--headers", headers)
    rows = list(csv.reader(io.StringIO(done.stdout_bytes.decode("utf-8-sig"))))
    assert len(rows) == 169
    assert len({len(row) for row in rows}) == 1
    if headers == "en":
        assert rows[0][:6] == ["code", "name", "county_code", "county", "status", "assigned"]
    else:
        assert not any(cell.isascii() for cell in rows[0])


def test_a_workbook_holds_the_same_rows(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "coverage.xlsx"
    done = run(*DAY, "--output", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
    assert str(file) in done.stderr
    sheet = openpyxl.load_workbook(file).active
    assert sheet is not None
    assert sheet.max_row == 169
    assert sheet["A2"].value == "230102101"


@pytest.mark.parametrize("ending", ["geojson", "gpkg"])
def test_a_layer_holds_the_boundaries(run: Run, tmp_path: Path, ending: str) -> None:
    file = tmp_path / f"coverage.{ending}"
    assert run(*DAY, "--output", str(file)).exit_code == 0
    layer = gpd.read_file(file)
    assert len(layer) == 168
    assert layer.crs == "EPSG:4326"
    assert layer.geometry.is_valid.all()
    assert set(layer["status"]) == {"uncovered"}
    assert not layer["assigned"].any()


def test_geojson_goes_to_standard_output_too(run: Run) -> None:
    collection = json.loads(run(*DAY, "--county", "230184", "--format", "geojson").stdout)
    assert len(collection["features"]) == 24
    assert collection["features"][0]["properties"]["code"] == "230184100"


def test_a_binary_format_needs_a_file(run: Run) -> None:
    refused = run("--format", "xlsx")
    assert refused.exit_code == 2
    assert "--output" in refused.stderr


@pytest.mark.parametrize(
    "words", [["--as-of", "2026-02-30"], ["--as-of", "soon"], ["--format", "pdf"], ["--x"]]
)
def test_what_is_not_a_usage_is_refused_as_one(run: Run, words: list[str]) -> None:
    refused = run(*words)
    assert (refused.exit_code, refused.stdout) == (2, "")


@pytest.mark.parametrize("words", [["--county", "999999"], ["--as-of", "1900-01-01"]])
def test_what_the_data_forbids_is_said_once_and_plainly(run: Run, words: list[str]) -> None:
    refused = run(*words)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert len(refused.stderr.splitlines()) == 1
    assert words[1] in refused.stderr
    assert "没有" in run("--county", "999999", FIELDAPP_LOCALE="zh_CN").stderr


def test_a_file_that_cannot_be_written_is_named_and_nothing_is_left(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    missing = folder / "missing" / "coverage.csv"
    refused = run("--output", str(missing))
    assert refused.exit_code == 1
    assert str(missing) in refused.stderr
    assert list(folder.iterdir()) == []


def test_a_file_that_is_there_is_replaced_whole(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "coverage.json"
    file.write_text("old")
    assert run("--county", "999999", "--output", str(file)).exit_code == 1
    assert file.read_text() == "old"
    assert run(*DAY, "--output", str(file)).exit_code == 0
    assert json.loads(file.read_text("utf-8"))["roster"] == 168
    assert list(folder.iterdir()) == [file]


def test_a_setting_that_cannot_be_used_is_said(run: Run) -> None:
    refused = run(FIELDAPP_TIMEZONE="Mars/Olympus")
    assert refused.exit_code == 1
    assert "FIELDAPP_TIMEZONE" in refused.stderr


def test_a_database_that_cannot_be_reached_is_said(run: Run) -> None:
    refused = run(FIELDAPP_DATABASE_URL="postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    assert refused.exit_code == 1
    assert "FIELDAPP_DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_reader_that_leaves_early_is_no_error_to_tell(environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", "from fieldapp.cli import main; main()", "coverage", "--format", "json"]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_columns_take_the_room_that_their_letters_take() -> None:
    assert aligned(["name", "n"], [["五常", 3], ["Wuchang", 24], [None, None]]) == [
        "name      n",
        "-------  --",
        "五常      3",
        "Wuchang  24",
        "–         –",
    ]


def test_a_name_cannot_command_the_terminal() -> None:
    (_, _, line) = aligned(["name"], [["a\x1b[2Jb\nc\u202ed"]])
    assert line == "a\ufffd[2Jb c\ufffdd"


def test_a_table_without_rows_is_its_headings() -> None:
    assert aligned(["name", "n"], []) == ["name  n", "----  -"]
