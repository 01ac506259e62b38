"""What people wrote, as it is kept: without what nobody can see, on one line where it is a name."""

from __future__ import annotations

import re
import unicodedata

# Controls, halves of characters, and format characters: the latter turn the reading direction around or join
# letters invisibly, so that two names look alike that are not.
_UNSEEN = {"Cc", "Cf", "Cs"}
_LINE_END = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_KEPT = {"\n", "\t"}


def plain_text(text: str) -> str:
    """Text of several lines: composed (NFC), with plain line ends, nothing unseen, and no blanks around."""
    lines = _LINE_END.sub("\n", unicodedata.normalize("NFC", text))
    return "".join(
        each for each in lines if each in _KEPT or unicodedata.category(each) not in _UNSEEN
    ).strip()


def one_line(text: str) -> str:
    """Text of one line, such as a name: plain, with single spaces where there were blanks or line ends."""
    return " ".join(plain_text(text).split())
