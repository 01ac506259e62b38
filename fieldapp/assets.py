"""The browser assets that set-up built: their files, and the addresses they are served at."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from fieldapp.domain.errors import UnavailableError
from geodata.errors import Message

BUILT = Path(__file__).parent / "static" / "built"
URL_PREFIX = "/static/"


@cache
def _manifest() -> dict[str, str]:
    try:
        content: dict[str, str] = json.loads((BUILT / "manifest.json").read_text("utf-8"))
    except FileNotFoundError:
        raise UnavailableError(
            Message("The browser assets are not built. Run {command} once.", command="make setup")
        ) from None
    return content


def asset_url(name: str) -> str:
    """The address of an asset such as ``leaflet.js``; it changes when its content does."""
    return URL_PREFIX + _manifest()[name]


def asset_text(name: str) -> str:
    """The content of a text asset, for a page that must stand alone."""
    return (BUILT / _manifest()[name]).read_text("utf-8")
