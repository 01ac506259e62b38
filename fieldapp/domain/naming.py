"""Which township, commissioner or institution a person means: exactly, else by suggestion, never by guess."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from pypinyin import lazy_pinyin
from rapidfuzz import fuzz, process

from geodata.errors import Message

MAX_SUGGESTIONS = 5
# Below this likeness (0 to 100) a suggestion would confuse more than it helps.
MIN_LIKENESS = 55.0
# Most names share half their letters in pinyin: only what sounds nearly the same is a slip of the keyboard.
MIN_LIKENESS_OF_SOUND = 80.0

# Endings that people drop: 拉林 and 拉林镇 both stand for 拉林满族镇.
_KIND_ENDING = re.compile(r"(满族|朝鲜族|蒙古族|回族|锡伯族|达斡尔族|鄂伦春族|赫哲族)*(镇|乡|街道|苏木)$")


@dataclass(frozen=True)
class Place:
    """A township as names are matched against it; ``former_names`` are those it bore before."""

    code: str
    name: str
    county_code: str
    county: str
    former_names: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        return f"{self.county}{self.name} ({self.code})"


@dataclass(frozen=True)
class Named:
    """A commissioner or an institution; ``detail`` tells namesakes apart, e.g. by their institution."""

    id: str
    name: str
    detail: str = ""

    @property
    def title(self) -> str:
        return f"{self.name} ({self.id}, {self.detail})" if self.detail else f"{self.name} ({self.id})"


Thing = TypeVar("Thing", Place, Named)


@dataclass(frozen=True)
class Match(Generic[Thing]):
    """The one thing that was meant."""

    found: Thing


@dataclass(frozen=True)
class Suggestions(Generic[Thing]):
    """Nothing certain: ``message`` says why and how to cure it, ``things`` are the likeliest, best first."""

    message: Message
    things: tuple[Thing, ...] = ()


def normalised(text: str | None) -> str:
    """The text as names are compared: full-width forms and spaces do not matter, nor does case."""
    return re.sub(r"[\s\u200b-\u200f\ufeff·•]+", "", unicodedata.normalize("NFKC", text or "")).casefold()


class Gazetteer:
    """The townships of a roster, indexed for matching. Build it once for a whole import."""

    def __init__(self, places: Iterable[Place]) -> None:
        self.places = tuple(places)
        self._by_code = {place.code: place for place in self.places}
        self._by_name: dict[str, list[Place]] = defaultdict(list)
        self._by_former_name: dict[str, list[Place]] = defaultdict(list)
        self._counties: dict[str, str] = {}
        for place in self.places:
            name, county = normalised(place.name), normalised(place.county)
            self._by_name[name].append(place)
            self._by_name[county + name].append(place)
            for former in place.former_names:
                self._by_former_name[normalised(former)].append(place)
            self._counties[place.county_code] = place.county

    def by_code(self, code: str) -> Place | None:
        return self._by_code.get(code)

    def by_name(self, name: str) -> list[Place]:
        return self._by_name.get(normalised(name), [])

    def by_former_name(self, name: str) -> list[Place]:
        return self._by_former_name.get(normalised(name), [])

    def county_codes(self, county: str) -> set[str]:
        """The codes of the counties so called; the city may stand before, as in 哈尔滨市五常市."""
        wanted = normalised(county)
        return {
            code
            for code, name in self._counties.items()
            if wanted == code or wanted == normalised(name) or wanted.endswith("市" + normalised(name))
        }

    @cached_property
    def counties(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._counties[code] for code in sorted(self._counties)))

    @cached_property
    def _spellings(self) -> _Spellings:
        return _Spellings([(place.name, *place.former_names) for place in self.places])

    def like(self, name: str, *, among: Sequence[Place] | None = None) -> tuple[Place, ...]:
        """The townships most like ``name``, best first."""
        allowed = None if among is None else {place.code for place in among}
        ranked = (self.places[index] for index in self._spellings.ranked(name))
        return tuple(place for place in ranked if allowed is None or place.code in allowed)[:MAX_SUGGESTIONS]


class Register:
    """Commissioners or institutions, indexed for matching."""

    def __init__(self, entries: Iterable[Named]) -> None:
        self.entries = tuple(entries)
        self._by_id = {normalised(entry.id): entry for entry in self.entries}
        self._by_name: dict[str, list[Named]] = defaultdict(list)
        for entry in self.entries:
            self._by_name[normalised(entry.name)].append(entry)

    def by_id(self, entry_id: str) -> Named | None:
        return self._by_id.get(normalised(entry_id))

    def by_name(self, name: str) -> list[Named]:
        return self._by_name.get(normalised(name), [])

    @cached_property
    def _spellings(self) -> _Spellings:
        return _Spellings([(entry.name,) for entry in self.entries])

    def like(self, name: str) -> tuple[Named, ...]:
        return tuple(self.entries[index] for index in self._spellings.ranked(name)[:MAX_SUGGESTIONS])


class _Spellings:
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


def find_township(
    places: Gazetteer, *, code: str | None = None, name: str | None = None, county: str | None = None
) -> Match[Place] | Suggestions[Place]:
    """The township meant by a 9-digit code, or by a name, with its county (name or code) where needed.

    What is given must agree: a code that belongs to another name, or a county in which the township does
    not lie, gives `Suggestions` with the contradiction as its message.
    """
    code = unicodedata.normalize("NFKC", code or "").strip()
    name, county = (name or "").strip(), (county or "").strip()
    if not code and not name:
        return Suggestions(Message("The township is missing. Give its 9-digit code or its name."))
    county_codes = places.county_codes(county) if county else None
    if county_codes is not None and not county_codes:
        known = places.like(name) if name else ()
        return Suggestions(
            Message(
                "There is no county {county}. The counties are: {counties}.",
                county=county,
                counties="、".join(places.counties),
            ),
            known,
        )
    if code:
        return _by_code(places, code, name, county, county_codes)
    return _by_name(places, name, county, county_codes)


def _by_code(
    places: Gazetteer, code: str, name: str, county: str, county_codes: set[str] | None
) -> Match[Place] | Suggestions[Place]:
    place = places.by_code(code)
    if place is None:
        likely = tuple(places.by_name(name)) or places.like(name) if name else ()
        if likely:
            return Suggestions(
                Message(
                    "No township has the code {code}. Did you mean {suggestions}?",
                    code=code,
                    suggestions=_titles(likely),
                ),
                likely,
            )
        return Suggestions(
            Message("No township has the code {code}. Take the code from the roster.", code=code)
        )
    if name and place not in places.by_name(name):
        others = tuple(places.by_name(name))
        return Suggestions(
            Message(
                "The code {code} belongs to {found}, not to {name}. Correct one of the two.",
                code=code,
                found=place.county + place.name,
                name=name,
            ),
            (place, *others),
        )
    if county_codes is not None and place.county_code not in county_codes:
        return Suggestions(_elsewhere(place, county), (place,))
    return Match(place)


def _by_name(
    places: Gazetteer, name: str, county: str, county_codes: set[str] | None
) -> Match[Place] | Suggestions[Place]:
    called = places.by_name(name)
    found = [place for place in called if county_codes is None or place.county_code in county_codes]
    if len(found) == 1:
        return Match(found[0])
    if len(found) > 1:
        return Suggestions(
            Message(
                "{name} exists more than once: {suggestions}. Give the county too, or the 9-digit code.",
                name=name,
                suggestions=_titles(found),
            ),
            tuple(found),
        )
    if called:
        return Suggestions(_elsewhere(called[0], county), tuple(called))
    renamed = places.by_former_name(name)
    if renamed:
        return Suggestions(
            Message(
                "{name} is a former name. Write the present one: {suggestions}.",
                name=name,
                suggestions=_titles(renamed),
            ),
            tuple(renamed),
        )
    within = [place for place in places.places if place.county_code in (county_codes or ())]
    likely = places.like(name, among=within) or places.like(name)
    return Suggestions(_unknown(Message("township"), name, likely), likely)


def find_commissioner(
    register: Register, *, commissioner_id: str | None = None, name: str | None = None
) -> Match[Named] | Suggestions[Named]:
    """The commissioner with that id, else the only one of that name."""
    return _find_named(register, Message("commissioner"), commissioner_id, name)


def find_institution(
    register: Register, *, institution_id: str | None = None, name: str | None = None
) -> Match[Named] | Suggestions[Named]:
    """The institution with that id, else the only one of that name."""
    return _find_named(register, Message("institution"), institution_id, name)


def _find_named(
    register: Register, what: Message, entry_id: str | None, name: str | None
) -> Match[Named] | Suggestions[Named]:
    entry_id, name = (entry_id or "").strip(), (name or "").strip()
    if not entry_id and not name:
        return Suggestions(Message("The {what} is missing. Give the id or the name.", what=what))
    if entry_id:
        return _by_id(register, what, entry_id, name)
    found = register.by_name(name)
    if len(found) == 1:
        return Match(found[0])
    if found:
        return Suggestions(
            Message(
                "{name} exists more than once: {suggestions}. Give the id.",
                name=name,
                suggestions=_titles(found),
            ),
            tuple(found),
        )
    likely = register.like(name)
    return Suggestions(_unknown(what, name, likely), likely)


def _by_id(register: Register, what: Message, entry_id: str, name: str) -> Match[Named] | Suggestions[Named]:
    entry = register.by_id(entry_id)
    if entry is None:
        likely = tuple(register.by_name(name)) or register.like(name) if name else ()
        return Suggestions(_unknown(what, entry_id, likely), likely)
    if name and entry not in register.by_name(name):
        return Suggestions(
            Message(
                "The id {id} belongs to {found}, not to {name}. Correct one of the two.",
                id=entry_id,
                found=entry.name,
                name=name,
            ),
            (entry, *register.by_name(name)),
        )
    return Match(entry)


def _unknown(what: Message, name: str, likely: Sequence[Place] | Sequence[Named]) -> Message:
    if likely:
        return Message(
            "There is no {what} {name}. Did you mean {suggestions}?",
            what=what,
            name=name,
            suggestions=_titles(likely),
        )
    return Message("There is no {what} {name}. Check the spelling.", what=what, name=name)


def _elsewhere(place: Place, county: str) -> Message:
    return Message(
        "{name} ({code}) lies in {found}, not in {county}. Correct the county or the township.",
        name=place.name,
        code=place.code,
        found=place.county,
        county=county,
    )


def _titles(things: Sequence[Place] | Sequence[Named]) -> str:
    return "、".join(thing.title for thing in things)
