"""Take one person out of a kept draft: the name and the home go, the number and all that is counted stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_JOIN = "、"  # between the names in a sentence
_BY_ID = (("commissioner", "commissioner_name"), ("before", "before_name"), ("commissioner", "name"))
Values = dict[str, Any]


def without_person(draft: Mapping[str, Any], id_: str, erased_name: str) -> Values | None:
    """The input, plan, facts and error of a draft without a person; None where the person is not in it.

    Another person of the same name stays in the columns that go by number. In sentences, which do not,
    the name goes wherever it does not surely mean the other.
    """
    person = next((one for one in draft["input"]["people"] if one["id"] == id_), None)
    if person is None:
        return None
    erasing = _Erasing(id_, person["name"], erased_name)
    return {
        "input": _input(draft["input"], id_, erased_name),
        "plan": erasing.told(draft["plan"]),
        "facts": erasing.told(draft["facts"]),
        "error": erasing.told(draft["error"]),
    }


def _input(values: Mapping[str, Any], id_: str, erased_name: str) -> Values:
    gone = {"name": erased_name, "home_lon": None, "home_lat": None}
    travel, roads = values["travel"], values.get("roads")
    # Distances to several places tell where somebody lives.
    if travel is not None:
        travel = {**travel, "km": [each for each in travel["km"] if each[0] != id_]}
    if roads is not None:
        roads = {**roads, "km": [_row_without(each, roads["people"], id_) for each in roads["km"]]}
    return {
        **values,
        "people": [one | gone if one["id"] == id_ else one for one in values["people"]],
        "recusals": [
            one | {"reason": ""} if one["commissioner_id"] == id_ else one for one in values["recusals"]
        ],
        "travel": travel,
        "roads": roads,
    }


def _row_without(row: list[Any], people: list[str], id_: str) -> list[Any]:
    code, positions, km = row
    kept = [at for at, position in enumerate(positions) if people[position] != id_]
    return [code, [positions[at] for at in kept], [km[at] for at in kept]]


class _Erasing:
    def __init__(self, id_: str, name: str, erased_name: str) -> None:
        self._id, self._name, self._erased = id_, name, erased_name

    def told(self, value: Any, spared: frozenset[str] = frozenset()) -> Any:
        """The value without the name; in fields that are ``spared`` it means somebody else."""
        if isinstance(value, list):
            return [self.told(each, spared) for each in value]
        if isinstance(value, dict):
            spared |= self._others(value)
            return {
                key: each if key in spared and isinstance(each, str) else self.told(each, spared)
                for key, each in value.items()
            }
        if isinstance(value, str):
            return _JOIN.join(self._erased if part == self._name else part for part in value.split(_JOIN))
        return value

    def _others(self, row: dict[str, Any]) -> frozenset[str]:
        """Which fields of a row, and of its sentence, are of the person whose number stands beside them."""
        known = {name for id_, name in _BY_ID if name in row and row.get(id_) not in (None, self._id)}
        if "reason" in row and row.get("commissioner") not in (None, self._id):
            known.add("name")  # a reason names first whom it is about
        return frozenset(known)
