"""What is asked: query and body, read by the operation's schemas, every fault named by its pointer."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

from flask import request
from jsonschema import Draft202012Validator, FormatChecker, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from fieldapp.api.operations import USUALLY_AT_ONCE, Parameter, current_operation
from fieldapp.api.schemas import Schema
from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.services.page_register import Place
from geodata.errors import Message

_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# RFC 3339: a moment without its offset from UTC is none.
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,12})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _is_day(value: object) -> bool:
    # Python reads other ISO forms too, which the API does not promise.
    return not isinstance(value, str) or bool(_DAY.fullmatch(value) and date.fromisoformat(value))


def _is_moment(value: object) -> bool:
    return not isinstance(value, str) or bool(_MOMENT.fullmatch(value) and _moment(value))


def _moment(value: str) -> datetime:
    return datetime.fromisoformat(value.upper()).astimezone(UTC)


_FORMATS = FormatChecker(formats=())
_FORMATS.checks("date", ValueError)(_is_day)
_FORMATS.checks("date-time", (ValueError, OverflowError))(_is_moment)


def read_query() -> dict[str, Any]:
    """The query's parameters, days as dates and numbers as numbers, without the empty ones.

    Raises `InvalidInputError` for a parameter that is not known or given twice: a misspelt filter that was
    silently ignored would answer another question than the one asked.
    """
    known = {parameter.name: parameter for parameter in current_operation().query}
    faults, values = [], {}
    for name, given in request.args.lists():
        if name not in known:
            message = Message(
                "The parameter {name} is not known here. Known are: {known}.",
                name=name,
                known=", ".join(known) or "–",
            )
            faults.append(Fault(pointer(name), message))
        elif len(given) > 1:
            message = Message("The parameter {name} is given more than once.", name=name)
            faults.append(Fault(pointer(name), message))
        elif given[0]:
            values[name] = _typed(known[name].schema, given[0])
            faults += [
                Fault(pointer(name), _words(error)) for error in _errors(known[name].schema, values[name])
            ]
    faults += [_missing(parameter.name) for parameter in known.values() if _is_missing(parameter, values)]
    if faults:
        raise InvalidInputError(
            Message("The address carries parameters that cannot be used."), faults, code="query.invalid"
        )
    return {name: _converted(known[name].schema, value) for name, value in values.items()}


def read_body() -> dict[str, Any]:
    """The body, days as dates and moments in UTC; raises `InvalidInputError` that points at every fault."""
    schema = current_operation().body
    assert schema is not None
    if not request.data and not schema.get("required"):
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    body = request.get_json(silent=True)
    if body is None and request.data.strip() != b"null":
        raise BadRequest
    faults = [fault for error in _errors(schema, body) for fault in _faults_of(error)]
    if faults:
        raise InvalidInputError(
            Message("What was sent cannot be used."), _in_order(faults), code="body.invalid"
        )
    properties, given = schema["properties"], body or {}
    return {name: _converted(properties[name], value) for name, value in given.items()}


def read_headers() -> dict[str, Any]:
    """The headers that the operation names and the client sent; raises as `read_query` does."""
    faults, values = [], {}
    for header in current_operation().headers:
        given = request.headers.get(header.name)
        if given:
            errors = list(_errors(header.schema, given))
            faults += [Fault(pointer(header.name), _words(error)) for error in errors]
            values[header.name] = given if errors else _converted(header.schema, given)
    if faults:
        raise InvalidInputError(
            Message("The request carries headers that cannot be used."), faults, code="header.invalid"
        )
    return values


def read_place(query: dict[str, Any], *, numbered: bool = False) -> Place:
    """Take limit and cursor out of the query; ``numbered`` lists are continued after a number."""
    limit = query.pop("limit", USUALLY_AT_ONCE)
    cursor = query.pop("cursor", None)
    return Place(limit, None if cursor is None else key_of(cursor, int if numbered else str))


def cursor_of(key: str | int | None) -> str | None:
    """The cursor that goes on after a key."""
    if key is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def seen_revision(body: dict[str, Any]) -> int:
    """Take the revision that the client has seen out of ``If-Match`` or the body."""
    given = body.pop("revision", None)
    tags = request.if_match.as_set() if request.if_match else set()
    if len(tags) == 1 and (tag := next(iter(tags))).isdigit() and len(tag) < 10:
        given = int(tag) if given in (None, int(tag)) else None
    if given is None:
        message = Message("Say which revision you have seen, in If-Match or as revision.")
        raise InvalidInputError(message, [Fault("/revision", message)], code="revision.missing")
    return int(given)


def pointer(name: str) -> str:
    """The JSON pointer (RFC 6901) to a parameter."""
    return "/" + name.replace("~", "~0").replace("/", "~1")


def key_of(cursor: str, kind: type[str] | type[int], *, name: str = "cursor") -> str | int:
    """The key that a cursor of this kind of list carries, which the parameter ``name`` gave."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error, RecursionError):
        key = None
    # Beyond 63 bits no database has a key.
    if (
        type(key) is not kind
        or (isinstance(key, int) and not 0 <= key < 2**63)
        or key == ""
        or _is_unkept(key)
    ):
        message = Message("This cursor is not one of this list. Begin again without it.")
        raise InvalidInputError(
            Message("The address carries parameters that cannot be used."),
            [Fault(pointer(name), message)],
            code="query.invalid",
        )
    return key


def _is_unkept(value: object) -> bool:
    """Whether no database can hold the text."""
    return isinstance(value, str) and any(mark == "\0" or "\ud800" <= mark <= "\udfff" for mark in value)


def _typed(schema: Schema, value: str) -> object:
    if schema["type"] == "integer":
        return int(value) if _WHOLE.fullmatch(value) else value
    if schema["type"] == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def _converted(schema: Schema, value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _converted(schema["properties"][name], item) for name, item in value.items()}
    if isinstance(value, str) and schema.get("format") == "date":
        return date.fromisoformat(value)
    if isinstance(value, str) and schema.get("format") == "date-time":
        return _moment(value)
    return value


_validators: dict[int, tuple[Schema, Draft202012Validator]] = {}


def _validator(schema: Schema) -> Draft202012Validator:
    # By identity: the schemas of operations live as long as the program. The schema is kept with its
    # validator, so that no other one can come to have its address.
    found = _validators.get(id(schema))
    if found is None:
        plain = json.loads(json.dumps(schema))  # without the names that only the description knows
        found = _validators[id(schema)] = schema, Draft202012Validator(plain, format_checker=_FORMATS)
    return found[1]


def _errors(schema: Schema, value: object) -> Iterator[ValidationError]:
    yield from _validator(schema).iter_errors(value)
    for at, found in _texts(value):
        if _is_unkept(found):
            yield ValidationError("", validator="text", path=at, instance=found)


def _texts(value: object) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from (((name, *at), found) for at, found in _texts(item))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield from (((place, *at), found) for at, found in _texts(item))


def _is_missing(parameter: Parameter, values: Mapping[str, object]) -> bool:
    return parameter.required and parameter.name not in values


def _missing(name: str) -> Fault:
    return Fault(pointer(name), Message("{name} is missing.", name=name))


def _faults_of(error: ValidationError) -> Iterator[Fault]:
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
                    "{name} is not known here. Known are: {known}.", name=_shown(name), known=known
                )
                yield Fault(at + pointer(name), words)
    else:
        yield Fault(at, _words(error))


def _words(error: ValidationError) -> Message:
    """What is wrong with a value, and how to cure it."""
    shown, schema = _shown(error.instance), error.schema if isinstance(error.schema, dict) else {}
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
            least, most = schema.get("minimum", "–"), schema.get("maximum", "–")
            words = Message("{value} is not from {least} to {most}.", value=shown, least=least, most=most)
        case "minLength" | "maxLength":
            least, most = schema.get("minLength", 0), schema.get("maxLength", "–")
            words = Message("This takes {least} to {most} characters.", least=least, most=most)
        case "type":
            words = Message("{value} is not of the kind: {kind}.", value=shown, kind=error.validator_value)
        case _:
            words = Message(
                "{value} is not written as it must be. See the description of the API.", value=shown
            )
    return words


def _shown(value: object) -> str:
    written = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return written.encode("utf-8", "replace").decode()[:60]


def _in_order(faults: list[Fault]) -> list[Fault]:
    return sorted(dict.fromkeys(faults), key=lambda fault: fault.pointer)
