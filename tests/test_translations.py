"""Both languages are complete: every sentence has its Chinese, and pages show one language only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from fieldapp.app import create_app
from fieldapp.i18n import CATALOGUES
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables

ROOT = Path(__file__).parents[1]
CHINESE = re.compile(r"[\u3400-\u9fff\u3001\u3002\uff00-\uffef]+")
FIELD = re.compile(r"%\(\w+\)s|\{\w+\}")
# What is data or the name of a language, and stays as it is on an English page.
DATA = re.compile(r"<(\w+)[^>]* lang=\"zh-CN\"[^>]*>.*?</\1>|<script\b.*?</script>", re.DOTALL)
MARKUP = re.compile(r"<(script|style|code)\b.*?</\1>|<[^>]*lang=\"en\"[^>]*>[^<]*|<[^>]*>", re.DOTALL)
# Names of programs' things, the codes of the errors asked for here, and the nonsense that was sent.
NAMES = {"Excel", "CSV", "not", "found", "query", "invalid", "nonsense"}


@pytest.fixture(scope="module")
def sentences() -> set[str]:
    with (CATALOGUES / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    keywords = dict.fromkeys(("Message", "N_", "_", "gettext")) | dict.fromkeys(
        ("ngettext", "Counted"), (1, 2)
    )
    found: set[str] = set()
    for part in ("fieldapp", "geodata", "templates"):
        # The patterns of babel.cfg are written for the top of the tree.
        here = [(pattern.removeprefix(f"{part}/"), method) for pattern, method in methods]
        renamed = {pattern.removeprefix(f"{part}/"): given for pattern, given in options.items()}
        for _, _, text, _, _ in extract_from_dir(ROOT / part, here, renamed, keywords=keywords):
            found.update((text,) if isinstance(text, str) else text)
    return found


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with (CATALOGUES / "zh_CN" / "LC_MESSAGES" / "messages.po").open("rb") as file:
        return read_po(file, locale="zh_CN", abort_invalid=True)


def _entries(catalogue: Catalog) -> Iterator[Message]:
    """Each sentence by itself, also where one entry words it for one thing and for several."""
    for message in catalogue:
        if isinstance(message.id, tuple | list):  # a list in a compiled catalogue
            (words,) = message.string  # Chinese does not change with the number
            yield from (Message(id_, words, flags=message.flags) for id_ in message.id)
        elif message.id:
            yield message


def test_every_sentence_has_its_chinese(sentences: set[str], catalogue: Catalog) -> None:
    translated = {message.id for message in _entries(catalogue) if message.string}

    assert len(sentences) > 100
    assert sentences - translated == set()


def test_no_entry_of_the_catalogue_is_unused_or_guessed(sentences: set[str], catalogue: Catalog) -> None:
    assert {message.id for message in _entries(catalogue)} - sentences == set()
    assert [message.id for message in _entries(catalogue) if message.fuzzy] == []
    assert dict(catalogue.obsolete) == {}


def test_the_chinese_has_the_fields_of_the_english_and_no_others(catalogue: Catalog) -> None:
    for message in _entries(catalogue):
        assert set(FIELD.findall(message.string)) == set(FIELD.findall(message.id)), message.id


def test_sentences_do_not_shout(catalogue: Catalog) -> None:
    for message in _entries(catalogue):
        assert not set("!！") & set(message.id + message.string), message.id


def test_the_compiled_catalogue_is_that_of_the_text(catalogue: Catalog) -> None:
    with (CATALOGUES / "zh_CN" / "LC_MESSAGES" / "messages.mo").open("rb") as file:
        compiled = read_mo(file)

    assert {message.id: message.string for message in _entries(compiled)} == {
        message.id: message.string for message in _entries(catalogue)
    }


def test_templates_hold_no_chinese_of_their_own() -> None:
    templates = list((ROOT / "templates").rglob("*.html"))

    assert templates
    for template in templates:
        assert CHINESE.findall(template.read_text("utf-8")) == [], template


@pytest.mark.parametrize("address", ["/", "/map", "/nowhere", "/?as_of=nonsense", "/?as_of=2010-01-01"])
def test_an_english_page_shows_no_chinese_but_names(sqlite_context: Context, address: str) -> None:
    load_reference_tables(sqlite_context)
    client = create_app(context=sqlite_context).test_client()
    client.get("/?lang=en")

    page = DATA.sub("", client.get(address).text)
    names = re.compile(r"[\u3400-\u9fff]+[镇乡区县市]")

    assert CHINESE.findall(names.sub("", page)) == []


@pytest.mark.parametrize("address", ["/", "/nowhere", "/?as_of=nonsense", "/?as_of=2010-01-01"])
def test_a_chinese_page_shows_no_english_sentence(sqlite_context: Context, address: str) -> None:
    load_reference_tables(sqlite_context)
    page = create_app(context=sqlite_context).test_client().get(address).text

    text = MARKUP.sub(" ", page)

    assert set(re.findall(r"[A-Za-z]{2,}", text)) - NAMES == set()
