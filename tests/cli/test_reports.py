"""``fieldapp report``: whole documents, or a sentence and none."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldapp.cli import main
from fieldapp.services.context import Context
from tests.services.small_register import fill

Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_context: Context, sqlite_url: str, tmp_path: Path) -> Run:
    fill(sqlite_context)
    environment = {
        "FIELDAPP_DATABASE_URL": sqlite_url,
        "FIELDAPP_DATA_DIR": str(tmp_path / "data"),
        "FIELDAPP_LOCALE": "en",
    }

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, ["report", *words], env=environment)

    return invoke


@pytest.mark.parametrize(("ending", "part"), [(".docx", "word/document.xml"), (".XLSX", "xl/workbook.xml")])
def test_the_ending_says_which_kind_of_document(run: Run, tmp_path: Path, ending: str, part: str) -> None:
    file = tmp_path / f"table{ending}"
    done = run("assignments", "--as-of", "2026-11-22", "--output", str(file))
    assert done.exit_code == 0, done.output
    assert "assignments listed: 1." in done.stderr
    assert part in zipfile.ZipFile(file).namelist()


def test_an_empty_notice_is_a_sentence_and_no_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "notice.docx"
    refused = run("notice", "--output", str(file))
    assert refused.exit_code == 1
    assert "No assignment is on public notice" in refused.stderr
    assert not file.exists()


def test_another_ending_is_a_wrong_usage(run: Run, tmp_path: Path) -> None:
    refused = run("notice", "--output", str(tmp_path / "notice.pdf"))
    assert refused.exit_code == 2
    assert ".docx" in refused.stderr
