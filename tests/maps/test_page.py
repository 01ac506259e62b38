"""The single file: everything in it, nothing fetched, and every name only text."""

from __future__ import annotations

import json
import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

import pytest

from fieldapp.i18n import translate
from fieldapp.maps.page import day_words, embedded_json, single_file
from fieldapp.maps.words import _WORDS, map_words

DAY = date(2026, 11, 22)
HOSTILE = [
    "</script><script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<!--<script>",
    "'\"`${alert(1)}\u2028\u2029&amp;",
]


def _document(name: str) -> dict[str, Any]:
    return {
        "as_of": DAY.isoformat(),
        "townships": [{"code": "230184101", "name": name, "commissioner": name}],
    }


def _file(name: str, locale: str = "zh_CN") -> str:
    return single_file(
        townships={"type": "FeatureCollection", "features": []},
        counties={"type": "FeatureCollection", "features": []},
        coverage=_document(name),
        as_of=DAY,
        today=DAY,
        locale=locale,
    )


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def _elements(document: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = _Elements()
    parser.feed(document)
    return parser.found


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text_in_the_single_file(name: str) -> None:
    plain, hostile = _elements(_file("拉林满族镇")), _elements(_file(name))
    assert hostile == plain
    embedded = re.search(
        r'<script type="application/json" id="map-settings">(.*?)</script>', _file(name), re.DOTALL
    )
    assert embedded is not None
    settings = json.loads(embedded[1])
    assert settings["embedded"]["coverage"]["townships"][0]["name"] == name


def test_the_single_file_fetches_nothing() -> None:
    document = _file("拉林满族镇")
    for tag, attributes in _elements(document):
        assert tag not in {"link", "img", "iframe", "object", "embed"}
        assert not {"src", "srcset", "data", "poster", "background"} & set(attributes)
        assert not (attributes.get("href") or "#").startswith(("http", "/"))
    styles = "".join(re.findall(r"<style>(.*?)</style>", document, re.DOTALL))
    assert "@import" not in styles
    assert re.findall(r"url\((?!['\"]?(?:#|data:))", styles) == []


def test_the_single_file_forbids_itself_the_network_and_foreign_code() -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', _file("a"))
    assert policy is not None
    assert policy[1].startswith("default-src &#39;none&#39;;")
    assert "unsafe" not in policy[1]


def test_the_same_day_makes_the_same_file() -> None:
    assert _file("拉林满族镇") == _file("拉林满族镇")


def test_json_in_a_page_reads_back_as_it_was() -> None:
    content = {"names": HOSTILE}
    text = embedded_json(content)
    assert json.loads(text) == content
    assert not set("<>&\u2028\u2029") & set(text)


def test_a_day_is_written_as_the_language_writes_it() -> None:
    assert day_words(DAY, "zh_CN") == "2026年11月22日"
    assert day_words(DAY, "en") == "22 Nov 2026"


def test_a_sentence_keeps_its_fields_in_chinese() -> None:
    fields = {key: set(re.findall(r"\{\w+\}", words.template)) for key, words in _WORDS.items()}
    chinese = {key: set(re.findall(r"\{\w+\}", text)) for key, text in map_words("zh_CN").items()}
    assert chinese == fields


def test_every_sentence_of_the_map_is_in_chinese() -> None:
    left_in_english = [
        text for text in map_words("zh_CN").values() if re.search("[a-z]{4}", re.sub(r"\{\w+\}", "", text))
    ]
    assert left_in_english == []
    assert translate("Export CSV", "zh_CN") == "导出 CSV"
