"""What has a name that people write: townships, commissioners and institutions, indexed by it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from fieldapp.domain.spelling import Spellings, normalised
from geodata.errors import Message

MAX_SUGGESTIONS = 5


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
    def _spellings(self) -> Spellings:
        return Spellings([(place.name, *place.former_names) for place in self.places])

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
    def _spellings(self) -> Spellings:
        return Spellings([(entry.name,) for entry in self.entries])

    def like(self, name: str) -> tuple[Named, ...]:
        return tuple(self.entries[index] for index in self._spellings.ranked(name)[:MAX_SUGGESTIONS])
