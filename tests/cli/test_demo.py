"""The demonstration claims its own folder only."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

import fieldapp.cli.demo
from fieldapp.cli import main
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.migrating import current, downgrade, newest


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


def test_a_demonstration_that_an_older_version_made_is_brought_up_to_date(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    assert _demo(folder)[0] == 0
    engine = make_engine(f"sqlite:///{folder / 'fieldapp.sqlite'}")
    downgrade(engine, "-1")
    (folder / "kept").touch()
    code, output = _demo(folder)
    assert (code, output) == (0, "")
    assert (folder / "kept").exists()
    assert current(engine) == newest()
    engine.dispose()


@pytest.mark.parametrize(
    ("locale", "said"),
    [("en", "a database of its own in {folder};"), ("zh_CN", "演示数据保存在 {folder} 内自己的数据库中")],
)
def test_a_database_that_the_environment_names_is_told_to_be_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, locale: str, said: str
) -> None:
    monkeypatch.setenv("FIELDAPP_DATABASE_URL", "postgresql+psycopg://bureau:secret@127.0.0.1:1/bureau")
    monkeypatch.setenv("FIELDAPP_LOCALE", locale)
    folder = tmp_path / "demo"
    code, output = _demo(folder)
    assert code == 0
    assert said.format(folder=folder) in output
    assert "secret" not in output
    assert (folder / "fieldapp.sqlite").is_file()


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_folder_of_somebody_else_is_left_as_it_is(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "fieldapp.sqlite").write_bytes(b"the bureau's own")
    code, output = _demo(tmp_path, *options)
    assert code == 1
    assert str(tmp_path) in output
    assert [file.name for file in tmp_path.iterdir()] == ["fieldapp.sqlite"]
    assert (tmp_path / "fieldapp.sqlite").read_bytes() == b"the bureau's own"
