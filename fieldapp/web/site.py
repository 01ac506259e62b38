"""What every page shares: the language, the formats of days and numbers, and the frame around the page."""

from __future__ import annotations

from datetime import date, datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Flask, Response, current_app, g, request

from fieldapp.domain.permissions import Action
from fieldapp.i18n import day_in_words, translate
from fieldapp.services.context import Context
from fieldapp.services.describe_register import RegisterFacts, describe_register
from fieldapp.services.visit_timeline import PlaceName
from fieldapp.settings import LOCALES
from fieldapp.web.place_names import place, short_place, with_places
from fieldapp.web.rights import can
from geodata.errors import Message

# The scripts of our pages ask with this header: they show a part of a page, and need no page around it.
FRAGMENT = "X-Fragment"
LANGUAGE_COOKIE = "lang"
_A_YEAR = 365 * 24 * 3600
# Each language under its own name, and the code that HTML and HTTP use for it.
_LANGUAGES = {"zh_CN": ("中文", "zh-CN"), "en": ("English", "en")}
_MONTH_PATTERNS = {"en": "MMM y", "zh_CN": "y年M月"}
# Address, words, and what its page needs; None for what the public may read.
_NAVIGATION: tuple[tuple[str, Message, Action | None], ...] = (
    ("/", Message("Status"), None),
    ("/map", Message("Map"), None),
    ("/field/", Message("Log visits"), Action.VISIT_WRITE),
    ("/assign", Message("Assign"), Action.ASSIGNMENT_PROPOSE),
    ("/plan", Message("Plan"), Action.PLAN_READ),
    ("/visits", Message("Visits"), Action.VISIT_READ),
    ("/townships", Message("Townships"), Action.TOWNSHIP_READ),
    ("/commissioners", Message("Commissioners"), Action.COMMISSIONER_READ),
    ("/institutions", Message("Institutions"), Action.INSTITUTION_WRITE),
    ("/products", Message("Products"), Action.PRODUCT_READ),
    ("/reports", Message("Documents"), Action.EXPORT_READ),
    ("/import", Message("Import and export"), Action.EXPORT_READ),
)


def register(app: Flask) -> None:
    """Filters, and the variables of the frame."""
    app.add_template_filter(words)
    app.add_template_filter(told)
    app.add_template_filter(place)
    app.add_template_filter(short_place)
    app.add_template_filter(with_places)
    app.add_template_filter(day)
    app.add_template_filter(month)
    app.add_template_filter(moment)
    app.add_template_filter(time_of_day)
    app.add_template_filter(number)
    app.context_processor(_frame)
    app.after_request(_keep_language)


def words(value: Message | str) -> str:
    """The sentence in the language of the request."""
    return translate(value, g.language)


def told(value: Message | datetime | PlaceName | str) -> str:
    """A sentence in the reader's language, a moment and a place as pages write them, a text as it is."""
    if isinstance(value, Message):
        return translate(value, g.language)
    if isinstance(value, PlaceName):
        return place(value.name)
    return moment(value) if isinstance(value, datetime) else value


def day(value: date | str | None) -> str:
    """The day as people write it: 2026年11月22日, 22 Nov 2026."""
    found = _day_of(value)
    return "–" if found is None else day_in_words(found, g.language)


def month(value: date | str | None) -> str:
    """The month as people write it: 2026年11月, Nov 2026."""
    found = _day_of(value)
    return "–" if found is None else format_date(found, _MONTH_PATTERNS[g.language], locale=g.language)


def moment(value: datetime) -> str:
    """Day and time where the installation is, to the minute: 2026年11月22日 09:05, 22 Nov 2026 09:05."""
    return f"{day(value)} {time_of_day(value)}"


def time_of_day(value: datetime) -> str:
    """The time in the installation's time zone, to the minute: 09:05."""
    context: Context = current_app.extensions["fieldapp"]
    return value.astimezone(context.settings.timezone).strftime("%H:%M")


def number(value: float) -> str:
    """The number with the separators of the language."""
    return format_decimal(value, locale=g.language)


def _day_of(value: date | str | None) -> date | None:
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, datetime):
        context: Context = current_app.extensions["fieldapp"]
        return value.astimezone(context.settings.timezone).date()
    return value


def _frame() -> dict[str, object]:
    return {
        "html_lang": _LANGUAGES[g.language][1],
        "languages": [
            {"name": name, "code": code, "href": _in_language(locale), "current": locale == g.language}
            for locale, (name, code) in _LANGUAGES.items()
        ],
        "navigation": [
            {"href": path, "words": label, "current": _current(path)}
            for path, label, action in _NAVIGATION
            if action is None or can(action)
        ],
        "register_facts": _register_facts,
    }


def _current(path: str) -> str:
    """What `aria-current` says of an entry: it is this page, or one above it; blank where it is neither."""
    if request.path == path:
        return "page"
    return "true" if path != "/" and request.path.startswith(f"{path.rstrip('/')}/") else ""


def _in_language(locale: str) -> str:
    """This page, with its query, in another language; what only answers a form leads to the form."""
    path, query = request.path, list(request.args.items(multi=True))
    rule = request.url_rule
    if rule is not None and "GET" not in (rule.methods or ()):
        came_from = urlsplit(request.referrer or "")
        is_ours = came_from.netloc == request.host
        path, query = (came_from.path, parse_qsl(came_from.query)) if is_ours else ("/", [])
    kept = [(name, value) for name, value in query if name != "lang"]
    return f"{path}?{urlencode([*kept, ('lang', locale)])}"


def _register_facts() -> RegisterFacts | None:
    """What the footer says of the data; nothing where the database cannot be asked."""
    context: Context = current_app.extensions["fieldapp"]
    return describe_register(context)


def _keep_language(response: Response) -> Response:
    asked = request.args.get("lang")
    if asked in LOCALES and request.cookies.get(LANGUAGE_COOKIE) != asked:
        response.set_cookie(LANGUAGE_COOKIE, str(asked), max_age=_A_YEAR, samesite="Lax", httponly=True)
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = _LANGUAGES[g.language][1]
        response.vary.add("Cookie")
    return response
