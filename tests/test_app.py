"""The application as a whole: its protection, its assets, its language, its compression."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace

import brotli
import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from fieldapp.app import create_app
from fieldapp.assets import BUILT, asset_url
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables
from fieldapp.web.rights import open_to_all


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    load_reference_tables(sqlite_context)
    return create_app(context=sqlite_context)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def _policy(client: FlaskClient, path: str = "/") -> dict[str, list[str]]:
    policy = client.get(path).headers["Content-Security-Policy"]
    return {name: sources for name, *sources in (part.split() for part in policy.split("; "))}


@pytest.mark.parametrize("path", ["/", "/nothing", "/api/v1/coverage", "/api/v1/nothing", "/healthz"])
def test_every_answer_is_protected(client: FlaskClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "geolocation=(self)" in headers["Permissions-Policy"]
    assert "Server" not in headers


def test_the_policy_lets_nothing_in_from_outside(client: FlaskClient) -> None:
    policy = _policy(client)
    assert policy["default-src"] == policy["connect-src"] == policy["base-uri"] == ["'self'"]
    assert policy["object-src"] == policy["frame-ancestors"] == ["'none'"]
    assert policy["img-src"] == ["'self'", "data:"]
    for kind in ("script-src", "style-src"):
        own, nonce = policy[kind]
        assert own == "'self'"
        assert re.fullmatch(r"'nonce-[\w-]{20,}'", nonce)


def test_every_inline_script_and_style_carries_the_nonce_of_its_answer(client: FlaskClient) -> None:
    answer = client.get("/")
    (nonce,) = set(re.findall(r"'nonce-([\w-]+)'", answer.headers["Content-Security-Policy"]))
    inline = re.findall(r"<(?:script|style)(?![^>]*\bsrc=)[^>]*>", answer.text)
    assert inline
    assert all(f'nonce="{nonce}"' in tag for tag in inline if 'type="application/json"' not in tag)
    assert not re.search(r"\sstyle=|\son\w+=", answer.text)


def test_a_nonce_is_used_once(client: FlaskClient) -> None:
    assert _policy(client)["script-src"] != _policy(client)["script-src"]


@pytest.mark.parametrize(
    ("chosen", "hosts"),
    [
        ({"basemap_url": "https://tiles.example.org/{z}/{x}/{y}.png"}, ["https://tiles.example.org"]),
        ({"basemap_url": "http://{s}.tiles.example.org:81/{z}/{x}/{y}"}, ["http://*.tiles.example.org:81"]),
        ({"tianditu_key": "k"}, ["https://*.tianditu.gov.cn"]),
        ({"basemap_url": "https://x;script-src *"}, []),
        ({"basemap_url": "/tiles/{z}/{x}/{y}.png"}, []),
    ],
)
def test_the_basemap_that_was_chosen_may_send_pictures_and_nothing_else(
    sqlite_context: Context, chosen: dict[str, str], hosts: list[str]
) -> None:
    context = replace(sqlite_context, settings=replace(sqlite_context.settings, **chosen))
    policy = _policy(create_app(context=context).test_client(), "/healthz")
    assert policy["img-src"] == ["'self'", "data:", *hosts]
    assert policy["connect-src"] == ["'self'"]
    assert len(policy["script-src"]) == 2


def test_browsers_are_told_to_stay_with_https_only_over_https(client: FlaskClient) -> None:
    assert "Strict-Transport-Security" not in client.get("/healthz").headers
    secure = client.get("/healthz", base_url="https://example.org")
    assert secure.headers["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize("name", ["site.css", "site.js", "bootstrap.css", "leaflet.js"])
def test_assets_are_compressed_and_kept_for_ever(client: FlaskClient, name: str) -> None:
    answer = client.get(asset_url(name), headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    content = (BUILT / asset_url(name).rsplit("/", 1)[1]).read_bytes()
    assert answer.content_encoding == "br"
    assert brotli.decompress(answer.data) == content
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_what_is_not_named_by_its_content_is_not_kept_for_ever(client: FlaskClient) -> None:
    answer = client.get("/static/manifest.json", buffered=True)
    assert "immutable" not in answer.headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/nothing.js", "/static/"]
)
def test_nothing_but_the_assets_is_served_from_their_folder(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip"), ("", None)])
def test_pages_are_compressed(client: FlaskClient, accepted: str, encoding: str | None) -> None:
    answer = client.get("/", headers={"Accept-Encoding": accepted})
    read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert answer.content_encoding == encoding
    assert read(answer.data).lstrip().startswith(b"<!doctype html>")
    assert "Accept-Encoding" in answer.vary
    assert answer.content_length == len(answer.data)


@pytest.fixture
def echoing(app: Flask) -> Iterator[FlaskClient]:
    app.add_url_rule("/writing", "writing", open_to_all(lambda: "written"), methods=["POST"])
    with app.test_client() as client:
        yield client


def test_a_form_without_its_token_writes_nothing(echoing: FlaskClient) -> None:
    answer = echoing.post("/writing")
    assert (answer.status_code, answer.mimetype) == (403, "text/html")
    assert "forbidden.form" in answer.text
    assert "written" not in answer.text


def test_more_than_the_largest_request_is_refused(app: Flask, echoing: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    app.config["MAX_CONTENT_LENGTH"] = 10
    app.add_url_rule("/reading", "reading", open_to_all(_read_form), methods=["POST"])
    answer = echoing.post("/reading", data={"field": "x" * 100})
    assert (answer.status_code, answer.mimetype) == (413, "text/html")


def _read_form() -> str:
    return request.form["field"]


@pytest.mark.parametrize(
    ("address", "cookie", "language"),
    [
        ("/", None, "zh-CN"),
        ("/?lang=en", None, "en"),
        ("/", "en", "en"),
        ("/?lang=zh_CN", "en", "zh-CN"),
        ("/?lang=fr", None, "zh-CN"),
    ],
)
def test_a_page_speaks_the_language_that_was_chosen(
    client: FlaskClient, address: str, cookie: str | None, language: str
) -> None:
    if cookie:
        client.set_cookie("lang", cookie)
    answer = client.get(address, headers={"Accept-Language": "fr, en"})
    assert f'<html lang="{language}"' in answer.text


def test_an_installation_chooses_the_language_it_begins_with(sqlite_context: Context) -> None:
    context = replace(sqlite_context, settings=replace(sqlite_context.settings, locale="en"))
    assert '<html lang="en"' in create_app(context=context).test_client().get("/nothing").text


def test_two_applications_live_side_by_side(sqlite_context: Context) -> None:
    other = replace(sqlite_context, settings=replace(sqlite_context.settings, secret_key="other"))
    one, two = create_app(context=sqlite_context), create_app(context=other)
    assert one.extensions["fieldapp"] is sqlite_context
    assert two.extensions["fieldapp"] is other


def test_a_number_that_no_database_could_hold_leads_nowhere(client: FlaskClient) -> None:
    for address in ("/products/", "/institutions/", "/admin/users/", "/assign/agreements/"):
        assert client.get(f"{address}{10**24}").status_code == 404
