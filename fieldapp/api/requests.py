"""What is asked: query and body, read by the operation's schemas, every fault named by its pointer."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask import request
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from fieldapp.api.checking import (
    errors_of,
    faults_of,
    in_order,
    is_deeper,
    is_unkept,
    moment_of,
    pointer,
    shown_short,
    words_of,
)
from fieldapp.api.operations import USUALLY_AT_ONCE, Parameter, current_operation
from fieldapp.api.schemas import Schema
from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.services.page_register import Place
from geodata.errors import Message

# What is nested much deeper than any schema would exhaust the stack of whoever looks into it.
_DEEPEST = 32
_WHOLE = re.compile(r"-?\d{1,18}", re.ASCII)


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
                Fault(pointer(name), words_of(error)) for error in errors_of(known[name].schema, values[name])
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
    body = _parsed_body()
    faults = [fault for error in errors_of(schema, body) for fault in faults_of(error)]
    if faults:
        raise InvalidInputError(
            Message("What was sent cannot be used."), in_order(faults), code="body.invalid"
        )
    properties, given = schema["properties"], body or {}
    return {name: _converted(properties[name], value) for name, value in given.items()}


def _parsed_body() -> Any:
    """The JSON of the body; raises `BadRequest` where it is none, or nested as no schema ever is."""
    try:
        body = request.get_json(silent=True)
    except RecursionError:
        raise BadRequest from None
    if (body is None and request.data.strip() != b"null") or is_deeper(body, _DEEPEST):
        raise BadRequest
    return body


def read_form() -> dict[str, Any]:
    """The entries of a form, its files as `FileStorage`.

    Raises `InvalidInputError` that points at every fault.
    """
    schema = current_operation().form
    assert schema is not None
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType
    properties, faults = schema["properties"], []
    values: dict[str, Any] = {}
    for name, entries in request.form.lists():
        values[name] = _typed(properties.get(name, {}), entries[0])
        faults += _misplaced(name, entries, is_wanted=not _is_file(properties.get(name, {})))
    for name, files in request.files.lists():
        values[name] = files[0]
        faults += _misplaced(name, files, is_wanted=name not in properties or _is_file(properties[name]))
    found = {fault.pointer for fault in faults}
    plain = {name: "" if isinstance(value, FileStorage) else value for name, value in values.items()}
    for error in errors_of(schema, plain):
        faults += [fault for fault in faults_of(error) if fault.pointer not in found]
    if faults:
        raise InvalidInputError(
            Message("What was sent cannot be used."), in_order(faults), code="body.invalid"
        )
    return {name: _converted(properties[name], value) for name, value in values.items()}


def read_headers() -> dict[str, Any]:
    """The headers that the operation names and the client sent; raises as `read_query` does."""
    faults, values = [], {}
    for header in current_operation().headers:
        given = request.headers.get(header.name)
        if given:
            errors = list(errors_of(header.schema, given))
            faults += [Fault(pointer(header.name), words_of(error)) for error in errors]
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
        or is_unkept(key)
    ):
        message = Message("This cursor is not one of this list. Begin again without it.")
        raise InvalidInputError(
            Message("The address carries parameters that cannot be used."),
            [Fault(pointer(name), message)],
            code="query.invalid",
        )
    return key


def _typed(schema: Schema, value: str) -> object:
    if schema.get("type") == "integer":
        return int(value) if _WHOLE.fullmatch(value) else value
    if schema.get("type") == "boolean":
        return {"true": True, "false": False}.get(value, value)
    return value


def _converted(schema: Schema, value: Any) -> Any:
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        return {name: _converted(properties.get(name, {}), item) for name, item in value.items()}
    if isinstance(value, list):
        return [_converted(schema.get("items", {}), item) for item in value]
    if isinstance(value, str) and schema.get("format") == "date":
        return date.fromisoformat(value)
    if isinstance(value, str) and schema.get("format") == "date-time":
        return moment_of(value)
    return value


def _is_file(schema: Schema) -> bool:
    return schema.get("format") == "binary"


def _misplaced(name: str, entries: Sequence[object], *, is_wanted: bool) -> list[Fault]:
    """What is wrong with an entry of a form, whatever it says."""
    if len(entries) > 1:
        words = Message("The parameter {name} is given more than once.", name=shown_short(name))
        return [Fault(pointer(name), words)]
    if not is_wanted:
        return [Fault(pointer(name), Message("A file belongs where a file is asked for, and only there."))]
    return []


def _is_missing(parameter: Parameter, values: Mapping[str, object]) -> bool:
    return parameter.required and parameter.name not in values


def _missing(name: str) -> Fault:
    return Fault(pointer(name), Message("{name} is missing.", name=name))
