"""Names of places for readers of English: in pinyin, as words, before the Chinese name."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

from flask import g

from geodata.errors import Counted, Message
from geodata.tables.pinyin import place_pinyin

_JOIN = "、"  # between the names in a sentence
# The parts of a name that are words of their own, as the map splits them; what stands before is one word.
_PARTS = re.compile(
    "(蒙古族|朝鲜族|锡伯族|达斡尔族|鄂伦春族|鄂温克族|赫哲族|满族|回族|民族|自治县|街道|林场|农场|镇|乡|市|区|县)$"
)


def place(name: str) -> str:
    """The name as this page's reader reads it: 五常市, or Wuchang Shi 五常市."""
    words = short_place(name)
    return words if words == name else f"{words} {name}"


def short_place(name: str) -> str:
    """The same where there is little room: 五常市, or Wuchang Shi."""
    return pinyin_words(name) if g.language == "en" else name


def with_places(value: Any, places: Collection[str]) -> Any:
    """A sentence, or sentences within a value, with each of these places as the page's reader reads it.

    What is no sentence stays: templates spell names in columns.
    """
    if g.language != "en":
        return value
    if isinstance(value, Message):
        return _worded(value, places)
    if isinstance(value, Mapping):
        return {key: with_places(each, places) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(with_places(each, places) for each in value)
    return value


def _worded(sentence: Message, places: Collection[str]) -> Message:
    values = {key: _named(each, places) for key, each in sentence.values.items()}
    if isinstance(sentence, Counted):
        del values["count"]
        return Counted(sentence.template, sentence.many, count=sentence.count, **values)
    return Message(sentence.template, **values)


def _named(value: object, places: Collection[str]) -> object:
    """A place or several in a row as they are read in English; anything else as it is."""
    if isinstance(value, Message):
        return _worded(value, places)
    if not isinstance(value, str):
        return value
    parts = value.split(_JOIN)
    return ", ".join(short_place(part) for part in parts) if all(part in places for part in parts) else value


@lru_cache(maxsize=4096)
def pinyin_words(name: str) -> str:
    """The name in pinyin, each word with a capital; the name itself where it is not all Chinese."""
    syllables = place_pinyin(name).split()
    if len(syllables) != len(name):
        return name
    words: list[str] = []
    rest = name
    while (part := _PARTS.search(rest)) and part.start():
        words.insert(0, "".join(syllables[part.start() : len(rest)]))
        rest = rest[: part.start()]
    words.insert(0, "".join(syllables[: len(rest)]))
    return " ".join(word[:1].upper() + word[1:] for word in words)
