"""Sentences in the language of whoever reads them, with the days in them as people write days."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from fieldapp.i18n import translate
from fieldapp.services.kept_sentences import kept, recalled
from geodata.errors import Message

DAY = date(2026, 12, 23)


@pytest.mark.parametrize(
    ("locale", "words"), [("zh_CN", "自2026年12月23日起不再服务"), ("en", "out of service from 23 Dec 2026")]
)
def test_a_day_in_a_sentence_is_written_as_people_write_it(locale: str, words: str) -> None:
    sentence = Message("out of service from {day}", day=DAY)
    assert translate(sentence, locale) == words
    assert translate(recalled(kept(sentence)), locale) == words
    assert translate(Message("{name}: {value}", name="x", value=sentence), locale).endswith(words)


def test_an_instant_stays_as_it_was_written() -> None:
    instant = datetime.fromisoformat("2026-12-23 09:30")
    assert translate(Message("{name}: {value}", name="x", value=instant), "en") == "x: 2026-12-23 09:30:00"
