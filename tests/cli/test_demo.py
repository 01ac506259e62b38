"""The demonstration claims its own folder only."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import fieldapp.cli.demo
from fieldapp.cli import main


@pytest.fixture(autouse=True)
def nothing_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fieldapp.cli.demo, "run_server", lambda *_, **__: None)
    for name in ("FIELDAPP_DATABASE_URL", "FIELDAPP_DATA_DIR"):
        monkeypatch.setenv(name, "")  # the command writes them: put them back afterwards


def _demo(folder: Path, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["demo", "--data-dir", str(folder), *options])
    return result.exit_code, result.output


def test_a_second_start_keeps_the_data_and_a_reset_starts_over(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert _demo(folder)[0] == 0
    (folder / "kept").touch()
    assert _demo(folder)[0] == 0
    assert (folder / "kept").exists()
    assert _demo(folder, "--reset")[0] == 0
    assert not (folder / "kept").exists()


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_folder_of_somebody_else_is_left_as_it_is(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "fieldapp.sqlite").write_bytes(b"the bureau's own")
    code, output = _demo(tmp_path, *options)
    assert code == 1
    assert str(tmp_path) in output
    assert [file.name for file in tmp_path.iterdir()] == ["fieldapp.sqlite"]
    assert (tmp_path / "fieldapp.sqlite").read_bytes() == b"the bureau's own"
