"""Sentences that are kept for years and told in the language of whoever reads them then."""

from __future__ import annotations

from datetime import date
from typing import Any

from geodata.errors import Counted, Message

_SAID, _MANY, _VALUES, _DAY = "$say", "$many", "with", "$day"


def kept(value: Any) -> Any:
    """The value in the types of JSON, each sentence as its template and what stands in its fields."""
    if isinstance(value, Counted):
        said = {_SAID: value.template, _MANY: value.many}
        return said | {_VALUES: {name: kept(each) for name, each in value.values.items()}}
    if isinstance(value, Message):
        return {_SAID: value.template, _VALUES: {name: kept(each) for name, each in value.values.items()}}
    if isinstance(value, date):
        return {_DAY: value.isoformat()}
    if isinstance(value, dict):
        return {name: kept(each) for name, each in value.items()}
    return [kept(each) for each in value] if isinstance(value, list | tuple) else value


def recalled(value: Any) -> Any:
    """Read what `kept` wrote."""
    if isinstance(value, dict):
        if _DAY in value:
            return date.fromisoformat(value[_DAY])
        values = {name: recalled(each) for name, each in value.get(_VALUES, value).items()}
        if _MANY in value:
            return Counted(value[_SAID], value[_MANY], **values)
        return Message(value[_SAID], **values) if _SAID in value else values
    return [recalled(each) for each in value] if isinstance(value, list) else value
