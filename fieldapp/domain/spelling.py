"""Names as people spell them: compared without regard to form, and ranked by likeness and by sound."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz, process

# Below this likeness (0 to 100) a suggestion would confuse more than it helps.
MIN_LIKENESS = 55.0
# Most names share half their letters in pinyin: only what sounds nearly the same is a slip of the keyboard.
MIN_LIKENESS_OF_SOUND = 80.0

# Endings that people drop: 拉林 and 拉林镇 both stand for 拉林满族镇.
_KIND_ENDING = re.compile(r"(满族|朝鲜族|蒙古族|回族|锡伯族|达斡尔族|鄂伦春族|赫哲族)*(镇|乡|街道|苏木)$")


def normalised(text: str | None) -> str:
    """The text as names are compared: full-width forms and spaces do not matter, nor does case."""
    return re.sub(r"[\s\u200b-\u200f\ufeff·•]+", "", unicodedata.normalize("NFKC", text or "")).casefold()


class Spellings:
    """Names and their pinyin, ranked by likeness to what somebody wrote."""

    def __init__(self, names: Sequence[Sequence[str]]) -> None:
        self._owners: list[int] = []
        self._names: list[str] = []
        self._stems: list[str] = []
        self._pinyin: list[str] = []
        self._whole_pinyin: list[str] = []
        for owner, spellings in enumerate(names):
            for spelling in spellings:
                self._owners.append(owner)
                self._names.append(normalised(spelling))
                self._stems.append(_stem(spelling))
                self._pinyin.append(_sound(_stem(spelling)))
                self._whole_pinyin.append(_sound(normalised(spelling)))

    def ranked(self, name: str) -> list[int]:
        """The owners of likely spellings, best first, each once."""
        best: dict[int, float] = {}
        # The written name counts most; what sounds alike (a typing slip in pinyin input) comes close behind.
        for query, spellings, weight, least in (
            (normalised(name), self._names, 1.0, MIN_LIKENESS),
            (_stem(name), self._stems, 1.0, MIN_LIKENESS),
            (_sound(_stem(name)), self._pinyin, 0.95, MIN_LIKENESS_OF_SOUND),
            (_sound(normalised(name)), self._whole_pinyin, 0.95, MIN_LIKENESS_OF_SOUND),
        ):
            if not query:
                continue
            for _, likeness, index in process.extract(
                query, spellings, scorer=fuzz.ratio, score_cutoff=least, limit=25
            ):
                owner = self._owners[index]
                best[owner] = best.get(owner, 0.0) + likeness * weight
        return sorted(best, key=lambda owner: (-best[owner], owner))


def _stem(name: str) -> str:
    text = normalised(name)
    return _KIND_ENDING.sub("", text) or text


def _sound(text: str) -> str:
    return "".join(lazy_pinyin(text))
