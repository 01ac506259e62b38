"""``fieldapp map``: one file, or none."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldapp.cli import main

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path) -> Run:
    environment = {
        "FIELDAPP_DATABASE_URL": sqlite_url,
        "FIELDAPP_DATA_DIR": str(tmp_path / "data"),
        "FIELDAPP_LOCALE": "en",
    }

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, ["map", *words], env=environment)

    return invoke


def test_the_map_of_a_day_is_written_as_one_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "map.html"
    done = run("--as-of", "2027-01-31", "--output", str(file))
    assert done.exit_code == 0, done.output
    assert "Coverage of agricultural townships on 31 Jan 2027" in file.read_text("utf-8")
    assert str(file) in done.stderr


def test_a_folder_that_is_not_there_is_named_and_nothing_is_written(run: Run, tmp_path: Path) -> None:
    refused = run("--output", str(tmp_path / "nowhere" / "map.html"))
    assert refused.exit_code == 1
    assert "nowhere" in refused.stderr
    assert list(tmp_path.glob("**/*.html")) == []


def test_a_day_out_of_reach_is_refused(run: Run, tmp_path: Path) -> None:
    refused = run("--as-of", "1900-01-01", "--output", str(tmp_path / "map.html"))
    assert refused.exit_code == 1
    assert not (tmp_path / "map.html").exists()


@pytest.mark.parametrize("name", ["map.txt", "map", "map.html.csv"])
def test_a_file_that_no_browser_would_open_is_refused(run: Run, tmp_path: Path, name: str) -> None:
    refused = run("--output", str(tmp_path / name))
    assert refused.exit_code == 2
    assert "does not end in .html or .htm" in refused.stderr
    assert not (tmp_path / name).exists()


def test_without_a_file_it_is_a_fault_of_usage(run: Run) -> None:
    assert run().exit_code == 2
