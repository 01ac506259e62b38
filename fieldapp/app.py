"""The application: the one place that wires settings, pages, API and security together."""

from __future__ import annotations

import gzip
import secrets
from typing import Any, cast
from urllib.parse import urlsplit

import brotli
from flask import Flask, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf import CSRFProtect
from werkzeug.datastructures import Headers
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map
from whitenoise import WhiteNoise

import fieldapp.api
import fieldapp.web
from fieldapp.api.errors import problem_of, problem_response
from fieldapp.assets import BUILT, URL_PREFIX, asset_url
from fieldapp.i18n import translate, translate_counted
from fieldapp.resources import folder
from fieldapp.services.context import Context, open_context
from fieldapp.settings import LOCALES, Settings
from fieldapp.web import accounts, refusals, rights
from fieldapp.web.errors import error_page
from fieldapp.web.site import FRAGMENT, LANGUAGE_COOKIE

_MACHINE_PATHS = ("/api", "/healthz", "/readyz")
_WORTH_COMPRESSING = 1000  # bytes
LARGEST_REQUEST = 64 * 1024 * 1024  # bytes; boundaries of a whole province fit


class _StoredNumber(IntegerConverter):
    """A number in an address; one that no database could hold leads nowhere."""

    def __init__(self, map: Map, *, max: int = 2**63 - 1, **limits: Any) -> None:  # noqa: A002 - Werkzeug's names
        super().__init__(map, max=max, **limits)


def create_app(settings: Settings | None = None, *, context: Context | None = None) -> Flask:
    """Build the application on ``context``, or on a context opened from ``settings`` or the environment."""
    if context is None:
        context = open_context(settings or Settings.from_environment())
    app = Flask("fieldapp", static_folder=None, template_folder=folder("templates"))
    app.config.update(
        SECRET_KEY=context.settings.secret_key,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_CHECK_DEFAULT=False,  # _check_form does: programs show a token and no cookie
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch still works
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        BABEL_DEFAULT_LOCALE=context.settings.locale,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of the default provider
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.url_map.converters["int"] = _StoredNumber
    app.extensions["fieldapp"] = context
    app.before_request(_prepare)
    app.after_request(_secured)
    app.after_request(_compressed)
    app.register_error_handler(Exception, _answer_error)
    accounts.register(app)
    rights.register(app)
    refusals.register(app, lambda error: problem_of(error).status)
    _check_forms(app, CSRFProtect(app))
    _set_up_templates(app)
    fieldapp.api.register(app)
    fieldapp.web.register(app)
    if context.settings.proxies:
        each = context.settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=each, x_proto=each, x_host=each)  # type: ignore[method-assign]
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]  # the documented way to wrap it
        app.wsgi_app,
        root=str(BUILT) if BUILT.is_dir() else None,
        prefix=URL_PREFIX,
        allow_all_origins=False,
        immutable_file_test=r"\.[0-9a-f]{12}\.\w+$",
        add_headers_function=_secure_static,
    )
    return app


def _check_forms(app: Flask, forms: CSRFProtect) -> None:
    """Take a change from a browser only out of our own forms, which carry a secret of the session."""

    def check() -> None:
        if app.config["WTF_CSRF_ENABLED"] and request.endpoint is not None and not accounts.by_token():
            forms.protect()

    app.before_request(check)


def _set_up_templates(app: Flask) -> None:
    # Flask-Babel formats days and numbers. Sentences go through fieldapp.i18n, as everywhere else:
    # Flask-Babel would look for the Chinese catalogue under the name zh_Hans_CN.
    Babel(app, locale_selector=lambda: g.language)
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]  # of jinja2.ext.i18n
        lambda text: translate(text, g.language),
        lambda one, many, count: translate_counted(one, many, count, g.language),
        newstyle=True,
    )
    app.jinja_env.globals.update(asset=asset_url, csp_nonce=lambda: g.csp_nonce)


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])


def _prepare() -> None:
    g.csp_nonce = secrets.token_urlsafe(16)
    g.language = _language()


def _language() -> str:
    """The language of this request: asked for in the address, kept in the cookie, or the default.

    For programs ``Accept-Language`` counts before the default; a page is Chinese until somebody chooses,
    whatever language their browser was delivered in.
    """
    for wish in (request.args.get("lang"), request.cookies.get(LANGUAGE_COOKIE)):
        if wish in LOCALES:
            return wish
    default = _context().settings.locale
    if not _is_api():
        return default
    named = {locale.replace("_", "-"): locale for locale in LOCALES} | {"zh": "zh_CN"}
    return named.get(request.accept_languages.best_match(named) or "", default)


def _is_api() -> bool:
    return request.path in _MACHINE_PATHS or request.path.startswith("/api/")


def _answer_error(error: Exception) -> ResponseReturnValue:
    if isinstance(error, HTTPException) and error.response is not None:
        return error.response  # somebody aborted with a whole answer
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error  # a redirect to the address with its slash
    problem = problem_of(error)
    if problem.status in {500, 503}:
        current_app.logger.error("%s %s failed", request.method, request.path, exc_info=error)
    if _is_api() or FRAGMENT in request.headers:
        return problem_response(problem)
    response = error_page(problem.status, problem.message, problem.code, problem.faults)
    response.headers.extend(problem.headers)
    return response


def _secured(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", _content_policy(_context().settings, g.csp_nonce))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    # Basemap services tell their users apart by the origin in this header, and need no more of it.
    headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
    headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self), microphone=(), payment=()")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    if request.is_secure:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _compressed(response: Response) -> Response:
    """Compress a page for the wire; documents and assets come compressed already.

    The session's cookie is SameSite, so no other site can make a browser fetch pages that carry secrets
    and watch their size.
    """
    if response.mimetype != "text/html" or response.direct_passthrough or response.content_encoding:
        return response
    response.vary.add("Accept-Encoding")
    content = response.get_data()
    encoding = request.accept_encodings.best_match(("br", "gzip"))
    if len(content) < _WORTH_COMPRESSING or encoding is None:
        return response
    response.set_data(
        brotli.compress(content, mode=brotli.MODE_TEXT, quality=4)
        if encoding == "br"
        else gzip.compress(content, compresslevel=5, mtime=0)
    )
    response.content_encoding = encoding
    return response


def _secure_static(headers: Headers, _path: str, _url: str) -> None:
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"


def _content_policy(settings: Settings, nonce: str) -> str:
    images = ["'self'", "data:", *_basemap_hosts(settings)]
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            f"img-src {' '.join(images)}",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _basemap_hosts(settings: Settings) -> list[str]:
    """The hosts that the chosen basemap's pictures come from, in the form of the policy."""
    hosts = []
    if settings.tianditu_key:
        hosts.append("https://*.tianditu.gov.cn")
    if settings.basemap_url:
        address = urlsplit(settings.basemap_url)
        host = address.netloc.replace("{s}.", "*.", 1)
        if address.scheme in {"http", "https"} and host and "{" not in host and ";" not in host:
            hosts.append(f"{address.scheme}://{host}")
    return hosts
