"""The status of a page that tells why something was refused: the one that the table of errors says."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

from fieldapp.domain.errors import FieldappError

_TABLE = "status_of"


def register(app: Flask, table: Callable[[Exception], int]) -> None:
    """Let pages answer by a table of errors, the one that the application answers by itself."""
    app.extensions[_TABLE] = table


def status_of(error: FieldappError) -> int:
    """409 for a conflict, 422 for what cannot be used, and so on."""
    table = cast("Callable[[Exception], int]", current_app.extensions[_TABLE])
    return table(error)
