"""Names of places for readers of English: in pinyin, as words, before the Chinese name."""

from __future__ import annotations

import re
from functools import lru_cache

from flask import g

from geodata.tables.pinyin import place_pinyin

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
