"""How many, in words that agree with the number; parts of the sentences of planning."""

from __future__ import annotations

from geodata.errors import Counted


def townships(count: int) -> Counted:
    return Counted("{count} township", "{count} townships", count=count)


def places(count: int) -> Counted:
    return Counted("{count} place", "{count} places", count=count)


def commissioners(count: int) -> Counted:
    return Counted("{count} commissioner", "{count} commissioners", count=count)


def pairs(count: int) -> Counted:
    return Counted("{count} pair", "{count} pairs", count=count)
