"""What every page shares: the language, the formats of days and numbers, and the frame around the page."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import urlencode

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, Response, current_app, request
from flask_babel import Babel, get_locale

from fieldapp.assets import asset_url
from fieldapp.i18n import CATALOGUES, translate
from fieldapp.services.context import Context
from fieldapp.services.describe_register import RegisterFacts, describe_register
from fieldapp.settings import LOCALES
from geodata.errors import Message

COOKIE = "lang"
_A_YEAR = 365 * 24 * 3600
# Each language under its own name, and the code that HTML and HTTP use for it.
_LANGUAGES = (("zh_CN", "中文", "zh-CN"), ("en", "English", "en"))
# Babel's English dates are American; what is not listed here has Babel's own.
_DAY_PATTERNS = {"en": "d MMM y"}
_MONTH_PATTERNS = {"en": "MMM y", "zh_CN": "y年M月"}
_NAVIGATION = (("/", Message("Status")), ("/map", Message("Map")), ("/import", Message("Import and export")))


def register(app: Flask) -> None:
    """Languages, filters and the variables of the frame."""
    context: Context = app.extensions["fieldapp"]
    Babel(
        app,
        default_locale=context.settings.locale,
        default_timezone=str(context.settings.timezone),
        default_translation_directories=str(CATALOGUES),
        locale_selector=chosen_locale,
    )
    app.add_template_filter(words)
    app.add_template_filter(day)
    app.add_template_filter(month)
    app.add_template_filter(number)
    app.add_template_global(asset_url, "asset")
    app.context_processor(_frame)
    app.after_request(_keep_language)


def chosen_locale() -> str:
    """The language of this request: its query, else its cookie, else the installation's."""
    for asked in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if asked in LOCALES:
            return str(asked)
    context: Context = current_app.extensions["fieldapp"]
    return context.settings.locale


def words(value: Message | str) -> str:
    """The sentence in the language of the request."""
    return translate(value, str(get_locale()))


def day(value: date | str | None) -> str:
    """The day as people write it: 2026年11月22日, 22 Nov 2026."""
    return _formatted(value, _DAY_PATTERNS)


def month(value: date | str | None) -> str:
    """The month as people write it: 2026年11月, Nov 2026."""
    return _formatted(value, _MONTH_PATTERNS)


def number(value: float) -> str:
    """The number with the separators of the language."""
    return format_decimal(value, locale=get_locale())


def _formatted(value: date | str | None, patterns: dict[str, str]) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, datetime):
        context: Context = current_app.extensions["fieldapp"]
        value = value.astimezone(context.settings.timezone).date()
    locale = str(get_locale())
    return format_date(value, patterns.get(locale, "medium"), locale=locale)


def _frame() -> dict[str, object]:
    locale = str(get_locale())
    return {
        "html_lang": next(code for name, _, code in _LANGUAGES if name == locale),
        "languages": [
            {"name": name, "code": code, "href": _in_language(key), "current": key == locale}
            for key, name, code in _LANGUAGES
        ],
        "navigation": [
            {"href": path, "words": label, "current": request.path == path} for path, label in _NAVIGATION
        ],
        "register_facts": _register_facts,
    }


def _in_language(locale: str) -> str:
    """This page, with its query, in another language."""
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.path}?{urlencode([*query, ('lang', locale)])}"


def _register_facts() -> RegisterFacts | None:
    """What the footer says of the data; nothing where the database cannot be asked."""
    context: Context = current_app.extensions["fieldapp"]
    return describe_register(context)


def _keep_language(response: Response) -> Response:
    asked = request.args.get("lang")
    if asked in LOCALES and request.cookies.get(COOKIE) != asked:
        response.set_cookie(COOKIE, str(asked), max_age=_A_YEAR, samesite="Lax", httponly=True)
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = chosen_locale().replace("_", "-")
        response.vary.add("Cookie")
    return response
