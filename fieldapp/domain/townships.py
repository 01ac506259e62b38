"""Townships (乡镇), counties (区县) and the roster (涉农乡镇名册)."""

from __future__ import annotations

from enum import StrEnum

from geodata.errors import Message


class TownshipKind(StrEnum):
    TOWN = "town"
    TOWNSHIP = "township"

    @property
    def words(self) -> Message:
        return _KIND_WORDS[self]


_KIND_WORDS = {
    TownshipKind.TOWN: Message("town"),
    TownshipKind.TOWNSHIP: Message("rural township"),
}


class BoundaryQuality(StrEnum):
    """How far a boundary can be trusted; an approximate one carries a tolerance in metres."""

    APPROXIMATE = "approximate"
    OFFICIAL = "official"


class LineageKind(StrEnum):
    RENAMED = "renamed"
    MERGED = "merged"
    UPGRADED = "upgraded"
