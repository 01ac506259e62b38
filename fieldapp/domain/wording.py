"""What people wrote, as it is kept: without what nobody can see, on one line where it is a name."""

from __future__ import annotations

import re
import unicodedata

# Controls, halves of characters, and format characters: the latter turn the reading direction around or join
# letters invisibly, so that two names look alike that are not.
_UNSEEN = {"Cc", "Cf", "Cs"}
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_KEPT = {"\n", "\t"}
# What joins the parts of an emoji and shapes Mongolian letters: seen in a text, and no part of a name.
_JOINERS = {"\u180e", "\u200c", "\u200d", *map(chr, range(0xE0020, 0xE0080))}


def plain_text(text: str) -> str:
    """Text of several lines: composed (NFC), with plain line ends, nothing unseen, and no blanks around."""
    kept = _composed(text, _KEPT | _JOINERS)
    return "" if all(each in _JOINERS or each.isspace() for each in kept) else kept


def one_line(text: str) -> str:
    """Text of one line, such as a name: plain, with single spaces where there were blanks or line ends."""
    return " ".join(_composed(text, _KEPT).split())


def _composed(text: str, kept: set[str]) -> str:
    """The text without the unseen characters that are not ``kept``; what they held apart is composed."""
    lines = _LINE_END.sub("\n", text)
    seen = "".join(each for each in lines if each in kept or unicodedata.category(each) not in _UNSEEN)
    return unicodedata.normalize("NFC", seen).strip()
