"""Names of places in pinyin, as they are spoken in Heilongjiang."""

from __future__ import annotations

from typing import Final

from pypinyin import lazy_pinyin

# Where the dictionary's first reading of a character is not the one in the name of the place.
_SPOKEN: Final = {
    "朝阳镇": "chao yang zhen",
    "民乐朝鲜族乡": "min le chao xian zu xiang",
    "长山乡": "chang shan xiang",
    "阿城区": "a cheng qu",
}


def place_pinyin(name: str) -> str:
    """Spell the name of a place in lower case without tones, a space between the syllables."""
    return _SPOKEN.get(name) or " ".join(lazy_pinyin(name))
