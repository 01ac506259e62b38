"""What people wrote is kept as they see it, and nothing beside it."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies

from fieldapp.domain.wording import one_line, plain_text


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("张三\u202e四李", "张三四李"),  # written backwards from there on
        ("\u2066张三\u2069", "张三"),
        ("张\u200b三\ufeff", "张三"),  # as copied from a page or a sheet
        ("张\0三\x1b", "张三"),
        ("half a pair \ud800", "half a pair"),
        (" 张　三\r\n\t博士 ", "张 三 博士"),
        ("e\u0301", "é"),
        ("𠮷野", "𠮷野"),
    ],
)
def test_a_name_is_one_line_of_what_can_be_seen(written: str, kept: str) -> None:
    assert one_line(written) == kept


def test_a_note_keeps_its_lines() -> None:
    assert plain_text("one\r\ntwo\u2028three\r\u202efour\n") == "one\ntwo\nthree\nfour"


def test_a_note_keeps_what_joins_the_parts_of_an_emoji_and_a_name_does_not() -> None:
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert plain_text(f"{family} 来\u202e学 ❤\ufe0f") == f"{family} 来学 ❤\ufe0f"
    assert one_line("张\u200d三") == "张三"
    assert plain_text("\u200d \u200c") == ""


@given(strategies.text() | strategies.text("e\u0301\u200b\u200d\u202e\r\n \ufeff"))
def test_what_was_cleaned_once_stays_as_it_is(text: str) -> None:
    assert plain_text(plain_text(text)) == plain_text(text)
    assert one_line(one_line(text)) == one_line(text)
