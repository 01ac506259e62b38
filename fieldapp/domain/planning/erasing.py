"""Take one person out of a kept draft: the name and the home go, the number and all that is counted stay."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fieldapp.domain.planning.drafts import LONGEST_NAME

_JOIN = "、"  # between the names in a sentence
_BY_ID = (("commissioner", "commissioner_name"), ("before", "before_name"), ("commissioner", "name"))
_SENTENCE, _VALUES = "$say", "with"  # how a sentence is kept
Values = dict[str, Any]


def without_person(draft: Mapping[str, Any], id_: str, erased_name: str) -> Values | None:
    """The name, input, plan, facts and error of a draft without a person; None where the person is not in it.

    Another person of the same name stays in the columns that go by number, and where a reason begins with
    whom it is about. In all other words, which do not tell the two apart, the name goes.
    """
    person = next((one for one in draft["input"]["people"] if one["id"] == id_), None)
    if person is None:
        return None
    erasing = _Erasing(id_, person["name"], erased_name)
    return {
        "name": erasing.written(draft["name"])[:LONGEST_NAME],
        "input": _input(draft["input"], id_, erasing),
        "plan": erasing.told(draft["plan"]),
        "facts": erasing.told(draft["facts"]),
        "error": erasing.told(draft["error"]),
    }


def _input(values: Mapping[str, Any], id_: str, erasing: _Erasing) -> Values:
    gone = {"name": erasing.erased, "home_lon": None, "home_lat": None}
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
            one | {"reason": "" if one["commissioner_id"] == id_ else erasing.written(one["reason"])}
            for one in values["recusals"]
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
        self._id, self._name, self.erased = id_, name, erased_name

    def written(self, text: str) -> str:
        """What somebody wrote freely, without the name."""
        return text.replace(self._name, self.erased)

    def told(self, value: Any) -> Any:
        """The value without the name, but in the columns of a row that are somebody else's by number."""
        if isinstance(value, list):
            return [self.told(each) for each in value]
        if isinstance(value, dict):
            if _SENTENCE in value:
                return self._said(value)
            others = self._others(value)
            return {key: self._column(value, key, others) for key in value}
        return self._named(value)

    def _column(self, row: Values, key: str, others: frozenset[str]) -> Any:
        value = row[key]
        if key in others and isinstance(value, str):
            return value
        if key == "reason" and isinstance(value, dict) and row.get("commissioner") not in (None, self._id):
            return self._said(value, spared="name")  # a reason names first whom it is about
        return self.told(value)

    def _said(self, sentence: Values, spared: str | None = None) -> Values:
        """A sentence without the name; sentences within it spare nothing."""
        values = {
            key: each
            if key == spared and isinstance(each, str)
            else self.written(each)
            if key == "reason" and isinstance(each, str)
            else self.told(each)
            for key, each in sentence.get(_VALUES, {}).items()
        }
        return sentence | {_VALUES: values}

    def _named(self, value: Any) -> Any:
        """One name, or several in a row, without the erased one."""
        if not isinstance(value, str):
            return value
        return _JOIN.join(self.erased if part == self._name else part for part in value.split(_JOIN))

    def _others(self, row: Values) -> frozenset[str]:
        """Which columns of a row are of a person whose number, which stands beside them, is another."""
        return frozenset(name for id_, name in _BY_ID if name in row and row.get(id_) not in (None, self._id))
