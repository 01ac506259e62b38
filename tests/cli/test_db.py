"""The commands that migrate the database."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldapp.cli import main
from fieldapp.persistence.migrating import newest

Run = Callable[..., Result]
NEWEST = newest()


@pytest.fixture
def run(empty_database_url: str, tmp_path: Path) -> Run:
    environment = {
        "FIELDAPP_DATABASE_URL": empty_database_url,
        "FIELDAPP_DATA_DIR": str(tmp_path / "data"),
        "FIELDAPP_LOCALE": "en",
    }

    def invoke(*words: str, answer: str | None = None) -> Result:
        return CliRunner().invoke(main, ["db", *words], env=environment, input=answer)

    return invoke


def test_a_database_goes_up_and_down_and_tells_where_it_stands(run: Run) -> None:
    fresh = run("current")
    assert (fresh.exit_code, fresh.stdout) == (0, "")
    assert "fieldapp db upgrade" in fresh.stderr

    assert run("upgrade").exit_code == 0
    assert run("current").stdout == f"{NEWEST}\n"

    down = run("downgrade", "202611220900")
    assert down.exit_code == 0
    assert "202611220900" in down.stderr
    assert run("current").stdout == "202611220900\n"

    assert run("upgrade").exit_code == 0
    assert run("downgrade", "base").exit_code == 0
    assert run("current").stdout == ""


def test_a_second_upgrade_changes_nothing(run: Run) -> None:
    assert run("upgrade").exit_code == 0
    again = run("upgrade")
    assert (again.exit_code, again.stdout) == (0, "")
    assert NEWEST in again.stderr


def test_a_revision_that_does_not_exist_ends_with_exit_code_1(run: Run) -> None:
    assert run("upgrade").exit_code == 0
    refused = run("downgrade", "no-such-revision")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "no-such-revision" in refused.stderr
    assert run("current").stdout == f"{NEWEST}\n"


def test_a_missing_revision_is_a_matter_of_usage(run: Run) -> None:
    assert run("downgrade").exit_code == 2


@pytest.mark.parametrize(("answer", "dropped"), [("n\n", False), ("y\n", True)])
def test_a_person_at_a_terminal_is_asked_before_anything_is_dropped(
    run: Run, monkeypatch: pytest.MonkeyPatch, answer: str, dropped: bool
) -> None:
    run("upgrade")
    monkeypatch.setattr("fieldapp.cli.db._at_terminal", lambda: True)
    result = run("downgrade", "base", answer=answer)
    assert (result.exit_code == 0) is dropped
    assert bool(run("current").stdout.strip()) is not dropped
