"""The command line as a whole."""

from __future__ import annotations

from importlib.metadata import version

import click
import pytest
from click.testing import CliRunner

from fieldapp.cli import main


def test_it_tells_its_version() -> None:
    assert CliRunner().invoke(main, ["--version"]).stdout.endswith(f" {version('fieldapp')}\n")


@pytest.mark.parametrize("words", [["nothing"], ["--nothing"], []])
def test_what_is_no_command_is_a_usage_error(words: list[str]) -> None:
    assert CliRunner().invoke(main, words).exit_code == 2


def test_every_command_is_there_and_explains_itself() -> None:
    context = click.Context(main)
    for name in main.list_commands(context):
        command = main.get_command(context, name)
        assert command is not None
        assert command.help, name
        assert CliRunner().invoke(main, [name, "--help"]).exit_code == 0


def test_help_opens_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIELDAPP_TIMEZONE", "Mars/Olympus")
    assert CliRunner().invoke(main, ["coverage", "--help"]).exit_code == 0
