"""What the templates of the map are given, for the page of the site and for the file that stands alone."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from fieldapp.assets import asset_text
from fieldapp.i18n import translate
from fieldapp.maps.coverage_map import FigureParts, coverage_figure
from fieldapp.maps.words import map_words
from fieldapp.resources import folder
from geodata.errors import Message

# The single file follows the system's light or dark; there is no site to have chosen otherwise.
_THEME = """
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => { document.documentElement.dataset.bsTheme = dark.matches ? "dark" : "light"; };
dark.addEventListener("change", follow);
follow();
"""


@dataclass(frozen=True)
class MapPage:
    """The map as `templates/map/workspace.html` takes it."""

    figure: FigureParts
    settings: Markup  # JSON that is safe inside a script element
    preloads: tuple[str, ...]  # addresses that the browser is to fetch while the page still loads
    day: str
    day_words: str
    fixed: bool = False


def language_tag(locale: str) -> str:
    """The language as HTML writes it: ``zh-CN``, ``en``."""
    return locale.replace("_", "-")


def day_words(day: date, locale: str) -> str:
    """The day as the map writes it: 2026年11月22日, 22 Nov 2026."""
    return format_date(day, "d MMM y" if locale == "en" else "medium", locale=locale)


def embedded_json(content: Any) -> Markup:
    """JSON for a script element: no text in it can end the element or begin a comment."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - nothing that HTML could read is left in it


def single_file(
    *,
    townships: Any,
    counties: Any,
    coverage: Any,
    as_of: date,
    today: date,
    locale: str,
) -> str:
    """The map of one day as one HTML document that needs no network and, by its policy, can use none.

    ``townships`` and ``counties`` are GeoJSON collections, ``coverage`` is a coverage document.
    """
    figure = coverage_figure()
    settings = {
        "language": language_tag(locale),
        "words": map_words(locale),
        "today": as_of.isoformat(),
        "now": today.isoformat(),
        "embedded": {"townships": townships, "counties": counties, "coverage": coverage},
    }
    styles = [_style(name) for name in ("leaflet.css", "site.css", "map.css")]
    scripts = [_script(asset_text(name)) for name in ("leaflet.js", "map.js")]
    scripts.append(_script(f"{{{figure.script}}}"))
    words = day_words(as_of, locale)
    page = {
        "figure": figure,
        "settings": embedded_json(settings),
        "day": as_of.isoformat(),
        "day_words": words,
        "fixed": True,
        "language": language_tag(locale),
        "title": translate(Message("Coverage of agricultural townships on {day}", day=words), locale),
        "styles": styles,
        "scripts": scripts,
        "theme": _script(_THEME),
        "policy": _policy(styles, [*scripts, _script(_THEME)]),
    }
    environment = Environment(
        loader=FileSystemLoader(folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja2.ext.i18n
        lambda text: translate(text, locale),
        lambda one, many, n: translate(one if n == 1 else many, locale),
        newstyle=True,
    )
    return environment.get_template("map/file.html").render(page=page)


def _style(name: str) -> Markup:
    # Leaflet's own pictures are for markers and layer lists, which this map has not: they would be fetched.
    text = re.sub(r"url\((?!['\"]?(?:#|data:))[^)]*\)", "none", asset_text(name))
    return Markup(text.replace("</", "<\\/"))  # noqa: S704 - our own assets


def _script(text: str) -> Markup:
    return Markup(re.sub(r"</(?=script)", r"<\\/", text, flags=re.IGNORECASE))  # noqa: S704 - our own assets


def _policy(styles: list[Markup], scripts: list[Markup]) -> str:
    """A content policy by which only these very styles and scripts count, and nothing is fetched."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {' '.join(map(_hash, styles))}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
