"""The two languages: sentences in English in the code, and their Chinese in the catalogue.

Everything that a person reads passes `translate`; the pages use the same catalogues through Flask-Babel.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from geodata.errors import Counted, Message

CATALOGUES = Path(__file__).parent / "translations"


@cache
def _catalogue(locale: str) -> NullTranslations:
    return Translations.load(CATALOGUES, [locale])


def translate_counted(one: str, many: str, count: int, locale: str) -> str:
    """The sentence for a number of things in the language of ``locale``; its fields are not filled in."""
    return _catalogue(locale).ngettext(one, many, count)


def translate(words: Message | str, locale: str) -> str:
    """The sentence in the language of ``locale``; sentences among its values too."""
    if isinstance(words, str):
        return _catalogue(locale).gettext(words)
    if isinstance(words, Counted):
        template = translate_counted(words.template, words.many, words.count, locale)
    else:
        template = _catalogue(locale).gettext(words.template)
    if not words.values:
        return template
    return template.format(
        **{
            name: translate(value, locale) if isinstance(value, Message) else value
            for name, value in words.values.items()
        }
    )
