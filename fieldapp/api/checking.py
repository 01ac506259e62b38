"""Whether what is given fits its schema, and every fault in words that say how to cure it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from jsonschema import Draft202012Validator, FormatChecker, ValidationError

from fieldapp.api.schemas import Schema
from fieldapp.domain.errors import Fault
from geodata.errors import Message

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# RFC 3339: a moment without its offset from UTC is none.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,12})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _is_day(value: object) -> bool:
    # Python reads other ISO forms too, which the API does not promise.
    return not isinstance(value, str) or bool(_DAY.fullmatch(value) and date.fromisoformat(value))


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or bool(_MOMENT.fullmatch(value) and moment_of(value))


def moment_of(value: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(value.upper()).astimezone(UTC)


_FORMATS = FormatChecker(formats=())
_FORMATS.checks("date", ValueError)(_is_day)
_FORMATS.checks("date-time", (ValueError, OverflowError))(_is_moment)


_validators: dict[int, tuple[Schema, Draft202012Validator]] = {}


def _validator(schema: Schema) -> Draft202012Validator:
    # By identity: the schemas of operations live as long as the program. The schema is kept with its
    # validator, so that no other one can come to have its address.
    found = _validators.get(id(schema))
    if found is None:
        plain = json.loads(json.dumps(schema))  # without the names that only the description knows
        found = _validators[id(schema)] = schema, Draft202012Validator(plain, format_checker=_FORMATS)
    return found[1]


def errors_of(schema: Schema, value: object) -> Iterator[ValidationError]:
    """Where a value does not fit its schema, or is one that JSON does not have, such as NaN."""
    unbounded = {at: found for at, found in _leaves(value) if _is_unbounded(found)}
    for at, found in unbounded.items():
        yield ValidationError("", validator="finite", path=at, instance=found)
    for error in _validator(schema).iter_errors(value):
        if tuple(error.absolute_path) not in unbounded:
            yield error
    for at, found in _leaves(value):
        if is_unkept(found):
            yield ValidationError("", validator="text", path=at, instance=found)


def _leaves(value: object) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Every text and number within a value, and where it is."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from (((name, *at), found) for at, found in _leaves(item))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from (((place, *at), found) for at, found in _leaves(item))
    else:
        yield (), value


def is_deeper(value: object, levels: int) -> bool:
    """Whether lists and objects stand in one another for more than so many levels."""
    inside = [value]
    for _ in range(levels):
        held = [item for item in inside if isinstance(item, dict | list)]
        inside = [each for item in held for each in (item.values() if isinstance(item, dict) else item)]
    return any(isinstance(item, dict | list) for item in inside)


def _is_unbounded(value: object) -> bool:
    """Whether it is not a number, or beyond all of them: Python reads such ones, and JSON has none."""
    return isinstance(value, float) and not math.isfinite(value)


def is_unkept(value: object) -> bool:
    """Whether no database can hold the text."""
    return isinstance(value, str) and any(mark == "\0" or "\ud800" <= mark <= "\udfff" for mark in value)


def faults_of(error: ValidationError) -> Iterator[Fault]:
    """The faults behind an error: one for each property that is missing, or that is not known."""
    at = "".join(pointer(str(step)) for step in error.absolute_path)
    if error.validator == "required":
        for name in error.validator_value:
            if name not in error.instance:
                yield Fault(at + pointer(name), Message("{name} is missing.", name=name))
    elif error.validator == "additionalProperties":
        known = ", ".join(error.schema["properties"])
        for name in error.instance:
            if name not in error.schema["properties"]:
                words = Message(
                    "{name} is not known here. Known are: {known}.", name=shown_short(name), known=known
                )
                yield Fault(at + pointer(name), words)
    else:
        yield Fault(at, words_of(error))


def words_of(error: ValidationError) -> Message:
    """What is wrong with a value, and how to cure it."""
    shown, schema = shown_short(error.instance), error.schema if isinstance(error.schema, dict) else {}
    match error.validator:
        case "enum":
            known = ", ".join(str(word) for word in error.validator_value if word is not None)
            words = Message("{value} is none of: {known}.", value=shown, known=known)
        case "format" if error.validator_value == "date-time":
            words = Message(
                "{value} is not a moment. Write it as {example}.",
                value=shown,
                example="2026-11-22T09:10:00+08:00",
            )
        case "format":
            words = Message("{value} is not a day. Write it as 2026-11-22.", value=shown)
        case "minimum" | "maximum":
            words = _out_of_range(shown, schema.get("minimum"), schema.get("maximum"))
        case "minLength" | "maxLength":
            words = _too_short_or_long(schema.get("minLength", 0), schema.get("maxLength"))
        case "maxItems":
            words = Message(
                "These are {count}; at most {most} are taken.",
                count=len(error.instance),
                most=error.validator_value,
            )
        case "minItems":
            words = Message("At least {least} are needed here.", least=error.validator_value)
        case "finite":
            words = Message("{value} is not a number that can be kept. Write it in digits.", value=shown)
        case "type":
            words = Message("{value} is not of the kind: {kind}.", value=shown, kind=error.validator_value)
        case _:
            words = Message(
                "{value} is not written as it must be. See the description of the API.", value=shown
            )
    return words


def _out_of_range(shown: str, least: float | None, most: float | None) -> Message:
    if most is None:
        return Message("{value} is too small; it must be {least} or more.", value=shown, least=least)
    if least is None:
        return Message("{value} is too large; it must be {most} or less.", value=shown, most=most)
    return Message("{value} is not from {least} to {most}.", value=shown, least=least, most=most)


def _too_short_or_long(least: int, most: int | None) -> Message:
    if most is None:
        return Message("This takes at least {least} characters.", least=least)
    return Message("This takes {least} to {most} characters.", least=least, most=most)


def shown_short(value: object) -> str:
    """A given value in an error, cut to a readable length."""
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return written.encode("utf-8", "replace").decode()[:60]


def in_order(faults: list[Fault]) -> list[Fault]:
    """Each fault once, by its place."""
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.pointer)


def pointer(name: str) -> str:
    """The JSON pointer (RFC 6901) to a parameter."""
    return "/" + name.replace("~", "~0").replace("/", "~1")
