"""Phones for the browser tests, and a demonstration for them that answers by the real clock.

Pages of a phone go by the clock of this machine, so the server does too.
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from fieldapp.persistence import accounts, schema
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.migrating import upgrade
from fieldapp.services.context import Context
from fieldapp.services.log_in import open_session
from fieldapp.services.make_demonstration import make_demonstration
from fieldapp.settings import Settings
from fieldapp.web.accounts import SESSION_COOKIE
from tests.browser.conftest import PHONE, serve, served
from tests.conftest import SHANGHAI

# Milliseconds; a busy machine takes its time over a photo.
PATIENCE = 30_000
# Failures of the network that the tests bring about; the browser notes each of them.
_EXPECTED = ("Failed to load resource", "net::ERR_", "the server responded with a status of")

_HAS_DRAFT = """(content) => new Promise((done) => {
  indexedDB.open("fieldapp").onsuccess = ({ target: { result: database } }) => {
    database.transaction("drafts").objectStore("drafts").getAll().onsuccess = ({ target }) => {
      database.close();
      done(target.result.some(({ values }) => values.content === content));
    };
  };
})"""


def _now() -> datetime:
    return datetime.now(UTC)


def _context(folder: Path) -> Context:
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'fieldapp.sqlite'}",
        secret_key="a key for tests only",
        timezone=SHANGHAI,
    )
    return Context(settings=settings, engine=make_engine(settings.database_url), now=_now)


@pytest.fixture(scope="session")
def kept_demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demonstration made today; each test gets a copy."""
    folder = tmp_path_factory.mktemp("kept")
    context = _context(folder)
    upgrade(context.engine)
    make_demonstration(context)
    context.close()
    return folder


@dataclass
class Phone:
    """A browser context as a phone; counts the taps of a thumb."""

    url: str
    context: BrowserContext
    faults: list[str]
    taps: int = 0
    pages: list[Page] = field(default_factory=list)

    @property
    def page(self) -> Page:
        return self.pages[-1]

    def open(self, hash: str = "#/", *, ready: bool = True) -> Page:  # noqa: A002 - as addresses have it
        """Open the app in a new tab."""
        page = self.context.new_page()
        self.pages.append(page)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.goto(f"{self.url}/field/{hash}")
        if ready:
            expect(page.locator("h1")).to_be_visible()
        return page

    def _note(self, message: Any) -> None:
        if message.type in {"error", "warning"} and not any(known in message.text for known in _EXPECTED):
            self.faults.append(f"console: {message.text}")

    def kill(self) -> None:
        """Close the tab as the phone does: without a word to the page."""
        self.pages.pop().close(run_before_unload=False)

    def ready_for_offline(self) -> Page:
        """Use the app once with a network, until it would open without."""
        page = self.open()
        expect(page.locator(".card[data-township]")).not_to_have_count(0)
        page.evaluate(
            """() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller ||
              new Promise((done) => navigator.serviceWorker.addEventListener("controllerchange", done)))
              .then(() => true)"""
        )
        return page

    def offline(self, off: bool = True) -> None:
        self.context.set_offline(off)

    def tap(self, target: str) -> None:
        self.taps += 1
        self.page.tap(target)

    def tap_text(self, text: str, role: Any = "button") -> None:
        self.taps += 1
        self.page.get_by_role(role, name=text, exact=True).tap()

    def take_photo(self, content: bytes, *, label: str = "拍照") -> None:
        """Press the camera's label and hand over a picture, as the camera app does."""
        with self.page.expect_file_chooser() as chooser:
            self.taps += 1
            self.page.locator("label.button", has_text=label).tap()
        chooser.value.set_files({"name": "IMG_0001.jpg", "mimeType": "image/jpeg", "buffer": content})

    def waits_for_draft(self, content: str) -> None:
        """Wait until what was typed last is in the phone's storage: a moment on a machine that is idle."""
        self.page.wait_for_function(_HAS_DRAFT, arg=content)

    def says(self, text: str) -> None:
        """The state of sending, as it stands at the top."""
        expect(self.page.locator(".sync-state")).to_contain_text(text, timeout=PATIENCE)

    def log_visit(self, content: str) -> None:
        """Log a visit with the position that the phone finds."""
        self.page.goto(f"{self.url}/field/#/record")
        expect(self.page.locator(".has-fix")).to_be_visible()
        self.page.locator("textarea").fill(content)
        self.page.locator("button.save").tap()
        expect(self.page.locator(".visits .card").first).to_contain_text(content)


@dataclass(frozen=True)
class Field:
    """The served demonstration, and phones for its people."""

    url: str
    app: Flask
    context: Context
    seat: tuple[float, float]
    township: str
    commissioner_id: str
    make: Callable[..., Phone]

    def phone(self, username: str | None = "commissioner", **options: Any) -> Phone:
        """A phone; ``username`` None: nobody has logged in on it. Other keywords go to ``new_context``."""
        phone = self.make(self.url, self.seat, options)
        if username is not None:
            self.log_in(phone, username)
        return phone

    def log_in(self, phone: Phone, username: str = "commissioner") -> None:
        with self.context.reading() as connection:
            user = accounts.find_by_name(connection, username)
        assert user is not None
        token = open_session(self.context, user["id"], address="127.0.0.1", user_agent="test")
        client = self.app.test_client()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = token, True
        cookie = client.get_cookie(SESSION_COOKIE)
        assert cookie is not None
        phone.context.add_cookies([{"name": SESSION_COOKIE, "value": cookie.value, "url": self.url}])

    def end_sessions(self) -> None:
        with self.context.engine.execution_options(fieldapp_writes=True).begin() as connection:
            connection.execute(schema.sessions.update().values(revoked_at=_now()))

    def visits(self, content: str) -> list[dict[str, Any]]:
        """What the server holds of visits with this content."""
        with self.context.reading() as connection:
            found = connection.execute(select(schema.visits).where(schema.visits.c.content == content))
            return [dict(row._mapping) for row in found]

    def visits_of(self, commissioner_id: str) -> list[str]:
        """What the server holds of a commissioner: the contents of the visits that are not withdrawn."""
        with self.context.reading() as connection:
            chosen = select(schema.visits.c.content).where(
                schema.visits.c.commissioner_id == commissioner_id, schema.visits.c.deleted_at.is_(None)
            )
            return list(connection.scalars(chosen))


@pytest.fixture
def field_app(tmp_path: Path, kept_demonstration: Path, chromium: Browser) -> Iterator[Field]:
    """A demonstration of this test's own, and phones that must end without a script's error."""
    shutil.copytree(kept_demonstration, tmp_path, dirs_exist_ok=True)
    context = _context(tmp_path)
    faults: list[str] = []
    contexts: list[BrowserContext] = []

    def make(url: str, seat: tuple[float, float], options: dict[str, Any]) -> Phone:
        usual = {
            "viewport": PHONE,
            "has_touch": True,
            "is_mobile": True,
            "locale": "zh-CN",
            "timezone_id": "Asia/Shanghai",
            "permissions": ["geolocation"],
            "geolocation": {"longitude": seat[0], "latitude": seat[1], "accuracy": 8},
        }
        made = chromium.new_context(**usual | options)
        contexts.append(made)
        return Phone(url, made, faults)

    for url in serve(context):
        with context.reading() as connection:
            user = accounts.find_by_name(connection, "commissioner")
            assert user is not None
            township, name, seat = connection.execute(
                select(schema.townships.c.code, schema.townships.c.name, schema.townships.c.seat)
                .join(schema.assignments, schema.assignments.c.township_code == schema.townships.c.code)
                .where(
                    schema.assignments.c.commissioner_id == user["commissioner_id"],
                    schema.assignments.c.starts_on <= context.today(),
                    schema.assignments.c.ends_on >= context.today(),
                    schema.assignments.c.state == "active",
                )
            ).one()
        assert township
        yield Field(url, served(url), context, (seat.x, seat.y), name, user["commissioner_id"], make)
        for each in contexts:
            each.close()
    assert faults == [], "\n".join(faults)


def picture(seed: int = 1, size: tuple[int, int] = (1200, 900)) -> bytes:
    """A photo that is like no other."""
    random = Random(seed)
    image = Image.new("RGB", size)
    for _ in range(60):
        box = [random.randrange(size[0]), random.randrange(size[1])]
        colour = tuple(random.randrange(256) for _ in range(3))
        image.paste(colour, (*box, box[0] + random.randrange(20, 400), box[1] + random.randrange(20, 400)))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=88)
    return out.getvalue()


__all__ = ["Field", "Phone", "field_app", "kept_demonstration", "picture", "replace"]
