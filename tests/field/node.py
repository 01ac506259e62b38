"""Node.js, which runs the phone's modules in tests."""

from __future__ import annotations

import shutil


def node() -> str:
    """The program; a machine without it is not set up."""
    program = shutil.which("node")
    if program is None:
        raise RuntimeError("node is missing: run `make setup-dev`, or install Node.js 20 or newer")
    return program
