"""A real Chromium, and the application serving a demonstration to it; each once a session."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wsgi import ClosingIterator

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.migrating import upgrade
from fieldapp.services.context import Context
from fieldapp.settings import Settings
from fieldapp.web.accounts import SESSION_COOKIE
from tests.accounts import make_account, sign_in
from tests.conftest import NOW, SHANGHAI

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
WCAG_2_2_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 360, "height": 740}

Visit = Callable[..., Page]

_ANSWER = "tests.answer"  # in a request's environment: what closes its answer

_SERVED: dict[str, Flask] = {}  # address -> what answers there


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The packaged Chromium; a machine without one is an error."""
    expect.set_options(timeout=20_000)  # two tests share two processors with their servers and browsers
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def _context(folder: Path) -> Context:
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'fieldapp.sqlite'}",
        secret_key="a key for tests only",
        timezone=SHANGHAI,
    )
    context = Context(settings=settings, engine=make_engine(settings.database_url), now=lambda: NOW)
    upgrade(context.engine)
    return context


class _HungUpOn(WSGIRequestHandler):
    """Closes the answer, a file perhaps, where the browser hung up: the server forgets to."""

    def connection_dropped(self, error: BaseException, environ: WSGIEnvironment | None = None) -> None:
        if environ is not None:
            environ[_ANSWER].close()


def _told_of_its_answer(app: Flask) -> WSGIApplication:
    def answered(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[_ANSWER] = answer = ExitStack()
        chunks = app(environ, start_response)
        answer.callback(getattr(chunks, "close", bool))
        return ClosingIterator(chunks, answer.close)

    return answered


def serve(context: Context) -> Iterator[str]:
    app = create_app(context=context)
    server = make_server("127.0.0.1", 0, _told_of_its_answer(app), threaded=True, request_handler=_HungUpOn)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    _SERVED[address] = app
    yield address
    server.shutdown()
    thread.join()
    server.server_close()
    context.close()


@pytest.fixture(scope="session")
def demonstration(made_demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an application with the demonstration in it; tests only read from it."""
    folder = tmp_path_factory.mktemp("demonstration")
    shutil.copytree(made_demonstration, folder, dirs_exist_ok=True)
    yield from serve(_context(folder))


@pytest.fixture
def workplace(demonstration_folder: Path) -> Iterator[str]:
    """The address of a demonstration that belongs to one test, which may change it."""
    yield from serve(_context(demonstration_folder))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an application whose database is migrated and empty."""
    yield from serve(_context(tmp_path_factory.mktemp("bare")))


def served(address: str) -> Flask:
    """What answers at an address."""
    return _SERVED[address]


def session_of(address: str, role: Role) -> str:
    app = _SERVED[address]
    client = app.test_client()
    sign_in(client, app.extensions["fieldapp"], make_account(app.extensions["fieldapp"], role))
    cookie = client.get_cookie(SESSION_COOKIE)
    assert cookie is not None
    return cookie.value


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Visit]:
    """Opens an address in a fresh browser context; at the end nothing may have gone wrong in any of them.

    ``visit(url, role=Role.VIEWER, viewport=PHONE, color_scheme="dark")``: logged in as an account of that
    role; other keywords go to Playwright's ``new_context``.
    A message on the console, a script error, a request to another host or a failed one fails the test.
    """
    faults: list[str] = []
    contexts = []

    def open_page(url: str, role: Role | None = None, **options: Any) -> Page:
        context = chromium.new_context(**{"viewport": DESKTOP, "locale": "zh-CN"} | options)
        contexts.append(context)
        host = "/".join(url.split("/")[:3])
        if role is not None:
            context.add_cookies([{"name": SESSION_COOKIE, "value": session_of(host, role), "url": host}])
        page = context.new_page()
        page.on("console", lambda message: faults.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: faults.append(f"script: {error}"))
        # What a page was still fetching when it was left for another is no fault.
        page.on(
            "requestfailed",
            lambda request: (
                None
                if request.failure == "net::ERR_ABORTED"
                else faults.append(f"failed: {request.url} {request.failure}")
            ),
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((host, "data:", "blob:"))
                else faults.append(f"outside: {request.url}")
            ),
        )
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Page], list[str]]:
    """What axe finds on the page against WCAG 2.2 AA, one line a fault."""
    source = AXE.read_text("utf-8")

    def run(page: Page) -> list[str]:
        page.evaluate(source)
        result = page.evaluate("(tags) => axe.run({ runOnly: { type: 'tag', values: tags } })", WCAG_2_2_AA)
        return [
            f"{violation['id']}: {node['html']} {node['failureSummary']}"
            for violation in result["violations"]
            for node in violation["nodes"]
        ]

    return run
