"""The phone's own modules under Node: what the browser runs, over an IndexedDB in memory."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.field.node import node

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.test.mjs"))


def test_there_is_something_to_run() -> None:
    assert FILES


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_phone_modules(file: Path) -> None:
    command = [node(), "--test", "--test-reporter=spec", str(file)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert ran.returncode == 0, f"{file.name}\n{ran.stdout}\n{ran.stderr}"
