"""The phone's own modules under Node: what the browser runs, over an IndexedDB in memory."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.test.mjs"))


def node() -> str:
    """The program that runs the modules; a machine without it is not set up."""
    program = shutil.which("node")
    assert program, "node is missing: run `make setup-dev`, or install Node.js 20 or newer"
    return program


def test_there_is_something_to_run() -> None:
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_phone_modules(file: Path) -> None:
    ran = subprocess.run(  # our own file, by the program that set-up checked
        [node(), "--test", "--test-reporter=spec", str(file)],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert ran.returncode == 0, f"{file.name}\n{ran.stdout}\n{ran.stderr}"
