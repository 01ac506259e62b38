"""The phone app: a shell without anything personal in it, and what makes it installable."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, url_for
from flask.typing import ResponseReturnValue

from fieldapp.assets import asset_text, asset_url
from fieldapp.domain.permissions import Action
from fieldapp.i18n import translate
from fieldapp.settings import LOCALES
from fieldapp.web.accounts import current_person
from fieldapp.web.field.words import (
    APP_NAME,
    APP_PURPOSE,
    APP_SHORT_NAME,
    NEW_VISIT,
    NO_SCRIPT,
    field_words,
)
from fieldapp.web.rights import can, open_to_all

blueprint = Blueprint("field", __name__, url_prefix="/field")

_LANGUAGE = f"<any({', '.join(LOCALES)}):locale>"
# What the app must find on the phone to open; the map's library is fetched from there when it is needed.
_ASSETS = ("field.js", "field.css", "leaflet.js", "leaflet.css", "icon.svg", "icon-192.png")
_ICONS = (("icon-192.png", "192x192", "any"), ("icon-512.png", "512x512", "any"))
_MASKABLE = ("icon-maskable-512.png", "512x512", "maskable")
# The page is kept on the phone with its headers: a nonce would be the same for ever. Photos are shown
# from the phone's own store.
_CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


@blueprint.get("/")
@open_to_all
def show() -> ResponseReturnValue:
    """The app; whoever is logged in and logs no visits is told whom it is for."""
    if current_person() is not None and not can(Action.VISIT_WRITE):
        return render_template("field/for_commissioners.html"), 403
    return _page(_shell(g.language))


@blueprint.get("/shell")
@open_to_all
def shell() -> Response:
    """The same for everybody: what the phone keeps to open the app without a network."""
    return _page(_shell(None))


@blueprint.get("/sw.js")
@open_to_all
def worker() -> Response:
    """The service worker, told what to keep: it changes exactly when something of that does."""
    kept = json.dumps(_precached(), separators=(",", ":"))
    response = Response(
        f"self.__WB_MANIFEST={kept};\n{asset_text('field-worker.js')}", mimetype="text/javascript"
    )
    response.cache_control.no_cache = True
    return response


@blueprint.get(f"/{_LANGUAGE}/words.json")
@open_to_all
def words(locale: str) -> Response:
    """Every sentence of the app in a language."""
    response = Response(_words(locale), mimetype="application/json")
    response.cache_control.no_cache = True
    return response


@blueprint.get(f"/{_LANGUAGE}/manifest.webmanifest")
@open_to_all
def manifest(locale: str) -> Response:
    """What the phone's home screen shows."""
    document = {
        "id": "/field/",
        "start_url": "/field/",
        "scope": "/",  # logging in is a page outside the app's folder
        "name": translate(APP_NAME, locale),
        "short_name": translate(APP_SHORT_NAME, locale),
        "description": translate(APP_PURPOSE, locale),
        "lang": locale.replace("_", "-"),
        "dir": "ltr",
        "display": "standalone",
        "orientation": "any",
        "background_color": "#ffffff",
        "theme_color": "#124a80",
        "categories": ["government", "productivity"],
        "icons": [
            {"src": asset_url(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
            for name, sizes, purpose in (*_ICONS, _MASKABLE)
        ],
        "shortcuts": [{"name": translate(NEW_VISIT, locale), "url": "/field/#/record"}],
    }
    response = Response(json.dumps(document, ensure_ascii=False), mimetype="application/manifest+json")
    response.cache_control.no_cache = True
    return response


def _page(content: str) -> Response:
    response = make_response(content)
    response.headers["Content-Security-Policy"] = _CONTENT_POLICY
    response.cache_control.no_cache = True
    return response


def _shell(language: str | None) -> str:
    """The page; the kept copy has no language, for the phone remembers the one that was chosen."""
    return render_template(
        "field/shell.html",
        language=language,
        title=translate(APP_SHORT_NAME, language or "zh_CN"),
        no_script={locale: translate(NO_SCRIPT, locale) for locale in LOCALES},
        version=app_version(),
    )


@cache
def app_version() -> str:
    """The release and what was built of it."""
    parts = [asset_url(name) for name in _ASSETS] + [_words(locale) for locale in LOCALES]
    return f"{version('fieldapp')}+{_digest(*parts)[:8]}"


def _precached() -> list[dict[str, Any]]:
    """Addresses with a revision; an asset's own name already changes with its content."""
    kept: list[dict[str, Any]] = [
        {"url": url_for("field.shell"), "revision": _digest(_shell(None))},
    ]
    for locale in LOCALES:
        address = url_for("field.words", locale=locale)
        kept.append({"url": address, "revision": _digest(_words(locale))})
    return kept + [{"url": asset_url(name), "revision": None} for name in _ASSETS]


@cache
def _words(locale: str) -> str:
    return json.dumps(field_words(locale), ensure_ascii=False)


def _digest(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]
