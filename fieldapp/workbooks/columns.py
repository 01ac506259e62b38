"""The columns of a sheet: what they are called in either language, and what their cells hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from fieldapp.i18n import translate
from geodata.errors import Message

LOCALES = ("zh_CN", "en")

Kind = Literal["text", "code", "integer", "number", "date", "datetime", "boolean", "choice", "choices"]

YES, NO = Message("yes"), Message("no")


@dataclass(frozen=True)
class Column:
    """One column of a table, for reading it, writing it and explaining it in a template.

    A header is recognised by ``key``, ``words`` in either language, or one of ``aliases``. ``required``
    asks for the column and for a value in each row. ``digits`` is the fixed length of a numeric ``code``.
    ``choices`` maps each stored value to its accepted words, the first of which is shown; kind ``choices``
    takes several of them in one cell and gives a tuple. ``day`` is the key of the column that has the day
    where a cell of this ``datetime`` has only a time of day. ``hint`` and ``example`` are for the template.
    """

    key: str
    words: Message
    aliases: tuple[str, ...] = ()
    required: bool = False
    kind: Kind = "text"
    choices: Mapping[str, Sequence[str | Message]] = field(default_factory=lambda: MappingProxyType({}))
    digits: int | None = None
    day: str | None = None
    hint: Message | None = None
    example: object = None

    def header(self, locale: str) -> str:
        return translate(self.words, locale)

    @property
    def names(self) -> tuple[str, ...]:
        """Every name by which a header is recognised, the preferred ones first, each once."""
        spoken = (translate(self.words, locale) for locale in LOCALES)
        return tuple(dict.fromkeys((*spoken, *self.aliases, self.key)))

    def choice_words(self, stored: str, locale: str) -> str:
        """The word shown for a stored value; the value itself where no word is given."""
        for word in self.choices.get(stored, ()):
            return translate(word, locale) if isinstance(word, Message) else word
        return stored

    def accepted_choices(self) -> dict[str, str]:
        """Normalised word -> stored value, in either language."""
        accepted: dict[str, str] = {}
        for stored, words in self.choices.items():
            spoken = [translate(word, locale) for word in words for locale in LOCALES]
            for word in (stored, *spoken):
                accepted.setdefault(normalised_header(word), stored)
        return accepted


def normalised_header(text: str) -> str:
    """A header as it is compared: without case, width, spaces, underscores, stars and colons."""
    return re.sub(r"[\s\u200b-\u200f\ufeff_*:\-]+", "", unicodedata.normalize("NFKC", text)).casefold()


def without_notes(text: str) -> str:
    """A header without its notes in brackets: 乡镇（必填） is 乡镇."""
    return re.sub(
        r"\([^()]*\)|\[[^\[\]]*\]|【[^【】]*】|〔[^〔〕]*〕", "", unicodedata.normalize("NFKC", text)
    )
