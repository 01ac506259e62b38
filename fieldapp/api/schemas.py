"""Schemas (JSON Schema 2020-12) as the API describes and checks with them, and how they are put together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

Schema = dict[str, Any]


class Named(Schema):
    """A schema that stands in the document once, under its name, and is referred to."""

    def __init__(self, name: str, schema: Schema) -> None:
        super().__init__(schema)
        self.name = name


def text(description: str = "", **more: Any) -> Schema:
    """A string; ``more`` are keywords such as ``pattern`` or ``maxLength``."""
    return _described({"type": "string", **more}, description)


def day(description: str = "") -> Schema:
    """A day as 2026-11-22."""
    return _described({"type": "string", "format": "date"}, description)


def moment(description: str = "") -> Schema:
    """A moment with its offset from UTC."""
    return _described({"type": "string", "format": "date-time"}, description)


def whole(description: str = "", **more: Any) -> Schema:
    """A whole number."""
    return _described({"type": "integer", **more}, description)


def count(description: str = "") -> Schema:
    """How many."""
    return whole(description, minimum=0)


def number(description: str = "", **more: Any) -> Schema:
    """A number."""
    return _described({"type": "number", **more}, description)


def flag(description: str = "") -> Schema:
    """Yes or no."""
    return _described({"type": "boolean"}, description)


def one_of(words: type[StrEnum] | Iterable[str], description: str = "") -> Schema:
    """One of some words."""
    return _described({"type": "string", "enum": [str(word) for word in words]}, description)


def file(description: str = "") -> Schema:
    """The bytes of a file: sent in a form, or as a whole answer."""
    return _described({"type": "string", "format": "binary"}, description)


def many(items: Schema, description: str = "", **more: Any) -> Schema:
    """A list."""
    return _described({"type": "array", "items": items, **more}, description)


def record(description: str = "", /, *, optional: Iterable[str] = (), **properties: Schema) -> Schema:
    """An object with exactly these properties, all there but the optional ones."""
    left_out = set(optional)
    return _described(
        {
            "type": "object",
            "properties": properties,
            "required": [name for name in properties if name not in left_out],
            "additionalProperties": False,
        },
        description,
    )


def new_of(fields: Mapping[str, Schema], required: Iterable[str], **more: Schema) -> Schema:
    """The body that adds a row: its fields, of which only some are ``required``; what is ``more`` is not."""
    needed = set(required)
    properties = {**fields, **more}
    return record(optional=[name for name in properties if name not in needed], **properties)


def change_of(fields: Mapping[str, Schema]) -> Schema:
    """The body that changes a row: what is left out stays; the revision that was seen may be in it."""
    return record(optional=(*fields, "revision"), **fields, revision=REVISION)


def nullable(schema: Schema) -> Schema:
    """The same, or null."""
    if isinstance(schema, Named):
        return {"anyOf": [schema, {"type": "null"}]}
    either = {**schema, "type": [schema["type"], "null"]}
    return either | {"enum": [*schema["enum"], None]} if "enum" in schema else either


def page_of(items: Schema) -> Schema:
    """A page of a list, and how to go on."""
    return record(
        items=many(items),
        next=nullable(text("The cursor of the next page; null where the list ends.")),
    )


def collected(schema: Any, found: dict[str, Any]) -> Any:
    """The schema with references for what has a name; those schemas are put into ``found``."""
    if isinstance(schema, Named):
        if schema.name not in found:
            found[schema.name] = {}  # it may refer to itself
            found[schema.name] = collected(dict(schema), found)
        return {"$ref": f"#/components/schemas/{schema.name}"}
    if isinstance(schema, dict):
        return {key: collected(value, found) for key, value in schema.items()}
    if isinstance(schema, list):
        return [collected(item, found) for item in schema]
    return schema


def _described(schema: Schema, description: str) -> Schema:
    return {**schema, "description": description} if description else schema


REVISION = whole(
    "The revision that was seen, where If-Match does not say it.", minimum=1, maximum=999_999_999
)
COUNTY_CODE = text("Division code of the county.", pattern="^[0-9]{6}$")
TOWNSHIP_CODE = text("Division code of the township.", pattern="^[0-9]{9}$")
POSITION = Named(
    "Position",
    {
        "description": "Longitude and latitude in degrees, WGS 84.",
        "type": ["array", "null"],
        "items": {"type": "number"},
        "minItems": 2,
        "maxItems": 2,
    },
)
PROBLEM = Named(
    "Problem",
    record(
        "RFC 9457.",
        optional=("errors",),
        type=text("about:blank: the status and the code say it all."),
        title=text("A sentence for people."),
        status=whole(minimum=400, maximum=599),
        code=text("Stable, for programs."),
        errors=many(
            record(
                pointer=text("Where (RFC 6901)."),
                message=text("What is wrong there, and how to cure it."),
            )
        ),
    ),
)
