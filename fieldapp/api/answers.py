"""How rows are answered: just the properties that their schema names, in the forms of JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

from flask import Response, current_app, jsonify
from shapely import Point

from fieldapp.api.requests import cursor_of
from fieldapp.api.schemas import Schema
from fieldapp.services.context import Context
from fieldapp.services.page_register import Page


def context() -> Context:
    """What services work with."""
    return cast(Context, current_app.extensions["fieldapp"])


def send_page(page: Page, schema: Schema) -> Response:
    """A page of a list and the cursor of the next one."""
    response = jsonify(items=[shown(row, schema) for row in page.items], next=cursor_of(page.next_key))
    return private(response)


def send_row(row: Mapping[str, Any], schema: Schema, status: int = 200) -> Response:
    """One thing; its revision, where it has one, is its ETag."""
    response = jsonify(shown(row, schema))
    response.status_code = status
    if "revision" in schema["properties"]:
        response.set_etag(str(row["revision"]))
    return private(response)


def send_new(row: Mapping[str, Any], schema: Schema, address: str) -> Response:
    """One thing that was just made, and where it is."""
    response = send_row(row, schema, 201)
    response.headers["Location"] = address
    return response


def send_table(content: bytes | Iterable[bytes], name: str, media_type: str) -> Response:
    """A table to keep as a file of this name; it may be sent while it is read."""
    response = private(Response(content, mimetype=media_type))
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def shown(row: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    """The properties of a schema out of a row."""
    return {name: _plain(row[name]) for name in schema["properties"]}


def _plain(value: Any) -> Any:
    if isinstance(value, date):  # and moments, which are days too
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    if isinstance(value, Point):
        return [value.x, value.y]
    return [_plain(item) for item in value] if isinstance(value, tuple | list) else value


def private(response: Response) -> Response:
    """What one person sees is kept for nobody else."""
    response.cache_control.private = True
    response.cache_control.no_cache = True
    response.vary.update(("Authorization", "Cookie"))
    return response
