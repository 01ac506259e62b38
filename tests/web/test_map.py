"""The map page as the server sends it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from fieldapp.app import create_app
from fieldapp.persistence.schema import counties, townships
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables


@pytest.fixture
def client(sqlite_context: Context) -> FlaskClient:
    load_reference_tables(sqlite_context)
    return create_app(context=sqlite_context).test_client()


def _settings(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/json" id="map-settings">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    settings: dict[str, Any] = json.loads(found[1])
    return settings


def test_the_map_page_tells_the_browser_early_what_it_will_need(client: FlaskClient) -> None:
    page = client.get("/map").text
    preloads = re.findall(r'<link rel="preload" as="fetch" crossorigin="anonymous" href="([^"]*)">', page)
    settings = _settings(page)
    assert preloads == [
        settings["townships"],
        settings["coverage"].replace("{day}", "2026-11-22"),
        settings["counties"],
    ]
    for address in preloads:
        assert client.get(address).status_code == 200


def test_the_boundaries_are_kept_by_the_browser_for_ever(client: FlaskClient) -> None:
    settings = _settings(client.get("/map").text)
    for layer in ("townships", "counties"):
        assert client.get(settings[layer]).cache_control.immutable


def test_another_day_is_asked_for_by_the_address(client: FlaskClient) -> None:
    page = client.get("/map?as_of=2027-01-31&lang=en").text
    assert "/api/v1/coverage?as_of=2027-01-31" in page
    assert "31 Jan 2027" in page
    assert _settings(page)["today"] == "2026-11-22"


@pytest.mark.parametrize("day", ["yesterday", "20261122", "2026-02-30"])
def test_what_is_not_a_day_is_refused_in_plain_words(client: FlaskClient, day: str) -> None:
    answer = client.get(f"/map?as_of={day}&lang=en")
    assert answer.status_code in {400, 422}
    assert f"{day} is not a day. Write it as 2026-11-22." in answer.text


def test_every_inline_script_carries_the_nonce_and_no_style_is_inline(client: FlaskClient) -> None:
    answer = client.get("/map")
    nonce = re.search(r"script-src 'self' 'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce is not None
    scripts = re.findall(r"<script([^>]*)>", answer.text)
    assert scripts
    for attributes in scripts:
        assert "src=" in attributes or "application/json" in attributes or f'nonce="{nonce[1]}"' in attributes
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=", answer.text.split('id="map-settings"')[0])


def test_the_map_page_names_no_outside_host(client: FlaskClient) -> None:
    assert re.findall(r"https?://[^\"'\s<]+", client.get("/map").text) == []


def test_the_page_is_in_the_language_asked_for(client: FlaskClient) -> None:
    assert _settings(client.get("/map?lang=zh_CN").text)["words"]["status_uncovered"] == "无员"
    assert _settings(client.get("/map?lang=en").text)["words"]["status_uncovered"] == "uncovered"


def test_a_hostile_name_travels_as_text(sqlite_context: Context) -> None:
    name = "</script><script>alert(1)</script>"
    with sqlite_context.work(actor="test") as work:
        work.connection.execute(insert(counties).values(code="230184", name=name))
        work.connection.execute(
            insert(townships).values(code="230184101", name=name, county_code="230184", kind="town")
        )
        work.record("townships.added", "township", "230184101")
        work.commit()
    client = create_app(context=sqlite_context).test_client()
    page = client.get("/map")
    assert name not in page.text
    layer = client.get(_settings(page.text)["townships"])
    assert layer.mimetype == "application/geo+json"
    assert layer.headers["X-Content-Type-Options"] == "nosniff"
    assert json.loads(layer.data)["features"][0]["properties"]["name"] == name
