"""The description of the API, as OpenAPI 3.1."""

from __future__ import annotations

import json
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from flask import Blueprint, Response, jsonify

from fieldapp.api.queries import read_query
from fieldapp.web.rights import public

blueprint = Blueprint("description", __name__)


@cache
def openapi() -> dict[str, Any]:
    """The document, with the version of this program."""
    document: dict[str, Any] = json.loads(files("fieldapp.api").joinpath("openapi.json").read_text("utf-8"))
    document["info"]["version"] = version("fieldapp")
    return document


@blueprint.get("/openapi.json")
@public
def description() -> Response:
    """What this API can be asked, and what it answers."""
    read_query()
    response = jsonify(openapi())
    response.add_etag()
    response.cache_control.no_cache = True
    return response
