"""The pages around the phone app: the shell that is kept, its worker, its words, its manifest."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from fieldapp.services.passwords import hashed
from fieldapp.web.accounts import SESSION_COOKIE
from fieldapp.web.field.words import field_words
from tests.accounts import make_account, sign_in
from tests.services.small_register import fill

SCRIPTS = Path(__file__).parents[2] / "fieldapp" / "static" / "js" / "field" / "ui"
# Words whose key is put together in the script; the parts before what varies.
_COMPOSED = re.compile(r"`(\w+_)\$\{")
_PLAIN = re.compile(r'"(\w+)"')


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    return create_app(context=sqlite_context)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _kept(client: FlaskClient) -> list[dict[str, str | None]]:
    found = re.match(r"self\.__WB_MANIFEST=(\[.*?\]);\n", client.get("/field/sw.js").text)
    assert found is not None
    kept: list[dict[str, str | None]] = json.loads(found[1])
    return kept


def test_the_kept_shell_is_the_same_for_everybody(client: FlaskClient, sqlite_context: Context) -> None:
    before = client.get("/field/shell").text
    person = make_account(sqlite_context, Role.COMMISSIONER, commissioner_id=None, username="秘密的名字")
    sign_in(client, sqlite_context, person)
    client.set_cookie("lang", "en")

    assert client.get("/field/shell").text == before
    assert "秘密的名字" not in client.get("/field/").text


def test_the_shell_needs_no_nonce(client: FlaskClient) -> None:
    answer = client.get("/field/")

    assert "nonce" not in answer.text + answer.headers["Content-Security-Policy"]
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son\w+=", answer.text)


def test_everything_that_the_worker_keeps_is_there(client: FlaskClient) -> None:
    kept = _kept(client)

    assert len(kept) >= 7
    for each in kept:
        assert client.get(each["url"], buffered=True).status_code == 200, each
        assert each["revision"] or re.search(r"\.[0-9a-f]{12}\.\w+$", each["url"] or ""), each


def test_the_worker_is_asked_for_anew_each_time_and_reaches_no_further_than_the_app(
    client: FlaskClient,
) -> None:
    answer = client.get("/field/sw.js")

    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    assert "Service-Worker-Allowed" not in answer.headers


@pytest.mark.parametrize(("locale", "name"), [("zh_CN", "服务日志"), ("en", "Field visits")])
def test_the_manifest_is_in_the_language_and_its_icons_are_there(
    client: FlaskClient, locale: str, name: str
) -> None:
    answer = client.get(f"/field/{locale}/manifest.webmanifest")
    manifest = json.loads(answer.text)

    assert answer.mimetype == "application/manifest+json"
    assert manifest["short_name"] == name
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert client.get(icon["src"], buffered=True).data.startswith(b"\x89PNG")


def test_fetching_words_changes_nobodys_language(client: FlaskClient) -> None:
    answer = client.get("/field/en/words.json")

    assert answer.json["new_visit"] == "New visit"
    assert "Set-Cookie" not in answer.headers


def test_an_officer_reads_whom_the_app_is_for(client: FlaskClient, sqlite_context: Context) -> None:
    sign_in(client, sqlite_context, make_account(sqlite_context, Role.BUREAU_OFFICER))
    answer = client.get("/field/")

    assert answer.status_code == 403
    assert "供科技特派员使用" in answer.text


def test_the_scripts_say_nothing_that_has_no_words_and_no_word_is_idle() -> None:
    words = set(field_words("en"))
    source = "\n".join(file.read_text("utf-8") for file in SCRIPTS.glob("*.js"))
    said = set(re.findall(r'\b(?:say|told)\(\s*"(\w+)"', source))
    prefixes = (*_COMPOSED.findall(source), "install_", "sync_")
    mentioned = set(_PLAIN.findall(source)) | {"app_title"}

    assert said - words == set()
    # A sentence about one of something is chosen by its number.
    singles = {f"{key}_one" for key in mentioned}
    idle = {key for key in words - mentioned - singles if not key.startswith(prefixes)}
    assert idle == set()


def test_a_commissioner_lands_in_the_app_and_stays_logged_in_when_the_browser_is_closed(
    client: FlaskClient, sqlite_context: Context
) -> None:
    fill(sqlite_context)
    for role, place in ((Role.COMMISSIONER, "/field/"), (Role.VIEWER, "/")):
        own = "C-0001" if role is Role.COMMISSIONER else None
        make_account(sqlite_context, role, commissioner_id=own, password_hash=hashed("一个很长的口令 2026"))
        client.application.config["WTF_CSRF_ENABLED"] = False
        answer = client.post(
            "/login", data={"name": role.value, "password": "一个很长的口令 2026", "next": "/"}
        )
        assert (answer.status_code, answer.location) == (303, place)
        cookie = client.get_cookie(SESSION_COOKIE)
        assert cookie is not None
        assert (cookie.expires is not None) is (role is Role.COMMISSIONER)
        wanted = client.get("/login?next=/map")
        assert wanted.location == "/map"
        client.delete_cookie(SESSION_COOKIE)
