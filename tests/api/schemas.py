"""Whether an answer is what the API's description says: the part of JSON Schema that it uses."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

_TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}
_KNOWN = {
    *("$ref", "type", "const", "enum", "properties", "required", "additionalProperties", "items", "minItems"),
    *("maxItems", "minimum", "maximum", "pattern", "format", "description"),
}


def faults(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str = "") -> list[str]:
    """What is wrong with ``value``, each with its place; a keyword that is not checked is an error."""
    assert set(schema) <= _KNOWN, set(schema) - _KNOWN
    if "$ref" in schema:
        return faults(value, resolved(schema["$ref"], document), document, at)
    if "type" in schema and not _is_of(value, schema["type"]):
        return [f"{at}: {value!r} is not {schema['type']}"]
    if "const" in schema and value != schema["const"]:
        return [f"{at}: {value!r} is not {schema['const']!r}"]
    if isinstance(value, dict):
        return _object_faults(value, schema, document, at)
    if isinstance(value, list):
        size = [] if _is_sized(value, schema) else [f"{at}: {len(value)} items"]
        items = schema.get("items", {})
        return size + [
            fault
            for number, item in enumerate(value)
            for fault in faults(item, items, document, f"{at}/{number}")
        ]
    return [] if value is None or _is_in_range(value, schema) else [f"{at}: {value!r} is not {schema}"]


def _is_sized(value: list[Any], schema: dict[str, Any]) -> bool:
    return bool(schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)))


def _is_in_range(value: Any, schema: dict[str, Any]) -> bool:
    if isinstance(value, str):
        if schema.get("format") == "date":
            date.fromisoformat(value)
        return value in schema.get("enum", [value]) and bool(re.search(schema.get("pattern", ""), value))
    return bool(schema.get("minimum", value) <= value <= schema.get("maximum", value))


def resolved(reference: str, document: dict[str, Any]) -> dict[str, Any]:
    """The schema that a local reference names."""
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    assert isinstance(found, dict)
    return found


def _is_of(value: Any, types: str | list[str]) -> bool:
    names = [types] if isinstance(types, str) else types
    if isinstance(value, bool):
        return "boolean" in names
    return any(isinstance(value, _TYPES[name]) for name in names)


def _object_faults(
    value: dict[str, Any], schema: dict[str, Any], document: dict[str, Any], at: str
) -> list[str]:
    properties = schema.get("properties", {})
    found = [f"{at}: lacks {name}" for name in schema.get("required", ()) if name not in value]
    for name, item in value.items():
        if name in properties:
            found += faults(item, properties[name], document, f"{at}/{name}")
        elif schema.get("additionalProperties", True) is False:
            found.append(f"{at}: {name} is not described")
    return found
