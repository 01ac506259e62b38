"""Find names as people type them: characters, full pinyin, initials, or an id."""

from __future__ import annotations

from functools import lru_cache

from fieldapp.domain.spelling import normalised


@lru_cache(maxsize=65_536)
def _forms(name: str, pinyin: str) -> tuple[str, str, str]:
    syllables = pinyin.casefold().split()
    return normalised(name), "".join(syllables), "".join(syllable[0] for syllable in syllables)


def is_meant(wanted: str, *, name: str, pinyin: str = "", others: tuple[str, ...] = ()) -> bool:
    """Whether the typed text means this name.

    It is part of the name or of another text such as the id, or the beginning of the pinyin from any
    syllable on, or part of the initials. Spaces, case and width do not count; a blank one means everything.
    """
    typed = normalised(wanted).replace(" ", "").replace("'", "")
    if not typed:
        return True
    written, spelled, initials = _forms(name, pinyin)
    if typed in written or any(typed in normalised(other) for other in others):
        return True
    if not typed.isascii():
        return False
    return typed in initials or any(spelled.startswith(typed, at) for at in _starts(pinyin))


def _starts(pinyin: str) -> list[int]:
    """Where each syllable begins in the pinyin without spaces."""
    starts, at = [], 0
    for syllable in pinyin.split():
        starts.append(at)
        at += len(syllable)
    return starts
