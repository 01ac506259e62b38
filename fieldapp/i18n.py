"""The two languages: sentences in English in the code, and their Chinese in the catalogue.

Everything that a person reads passes `translate`; the pages use the same catalogues through Flask-Babel.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import cache
from pathlib import Path

from babel.dates import format_date
from babel.support import NullTranslations, Translations

from geodata.errors import Counted, Message

# Babel's English dates are American; what is not listed here has Babel's own.
_DAY_PATTERNS = {"en": "d MMM y"}
CATALOGUES = Path(__file__).parent / "translations"


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(CATALOGUES, [locale])


def translate_counted(one: str, many: str, count: int, locale: str) -> str:
    """The sentence for a number of things in the language of ``locale``; its fields are not filled in."""
    return _catalogue(locale).ngettext(one, many, count)


def translate(words: Message | str, locale: str) -> str:
    """The sentence in the language of ``locale``, with its sentences, and its days as people write them."""
    if isinstance(words, str):
        return _catalogue(locale).gettext(words)
    if isinstance(words, Counted):
        template = translate_counted(words.template, words.many, words.count, locale)
    else:
        template = _catalogue(locale).gettext(words.template)
    if not words.values:
        return template
    return template.format(**{name: _in_sentence(value, locale) for name, value in words.values.items()})


def day_in_words(day: date, locale: str) -> str:
    """The day as people write it: 2026年11月22日, 22 Nov 2026."""
    return format_date(day, _DAY_PATTERNS.get(locale, "medium"), locale=locale)


def _in_sentence(value: object, locale: str) -> object:
    if isinstance(value, Message):
        return translate(value, locale)
    if isinstance(value, date) and not isinstance(value, datetime):
        return day_in_words(value, locale)
    return value
