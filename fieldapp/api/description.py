"""The description of the API, as OpenAPI 3.1, put together from what each view says of itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any

from flask import Blueprint, Flask, Response, current_app, jsonify, render_template
from werkzeug.routing import Rule

from fieldapp.api.operations import Answer, Operation, Parameter, describe, operation_of
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import PROBLEM, Named, Schema, collected, file, one_of, text
from fieldapp.settings import LOCALES
from fieldapp.web.rights import public, rule_of

blueprint = Blueprint("description", __name__)
_KEPT = "fieldapp_openapi"
_PARAMETER = re.compile(r"<(?:(\w+)(?:\([^)]*\))?:)?(\w+)>")
_DESCRIPTION = Named(
    "Description",
    {
        "type": "object",
        "required": ["openapi", "info", "paths"],
        "properties": {"openapi": text(), "info": {"type": "object"}, "paths": {"type": "object"}},
    },
)
_LARGEST_ID = 2**63 - 1
_PROBLEMS = {
    400: "The request cannot be read.",
    401: "Nobody, or somebody unknown, asks: show a token or log in.",
    403: "The person, or the token, may not do this.",
    409: "The state forbids it, or somebody was faster; code says which.",
    413: "A file is larger than is ever taken.",
    415: "The body is of another kind than the one named here.",
    422: "Something given cannot be used; errors point at it.",
    503: "The database cannot be reached or is not migrated.",
    "default": "Any other error.",
}


@blueprint.get("/openapi.json")
@public
@describe(
    Operation(
        "This description.",
        {
            200: Answer("OpenAPI 3.1.", _DESCRIPTION, headers={"ETag": "Names the content."}),
        },
    )
)
def description() -> Response:
    """What this API can be asked, and what it answers."""
    read_query()
    response = jsonify(openapi(current_app))
    response.add_etag()
    response.cache_control.no_cache = True
    return response


@blueprint.get("/docs")
@public
@describe(
    Operation(
        "This description, to be read by people.",
        {200: Answer("A page.", text(), "text/html")},
        (Parameter("lang", one_of(LOCALES), "The language of the page."),),
    )
)
def description_page() -> str:
    """The same as a page."""
    read_query()
    return render_template("api/docs.html", document=openapi(current_app))


def openapi(app: Flask) -> dict[str, Any]:
    """The document of an application whose routes are all there."""
    if _KEPT not in app.extensions:
        app.extensions[_KEPT] = _composed(app)
    kept: dict[str, Any] = app.extensions[_KEPT]
    return kept


def _composed(app: Flask) -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    paths: dict[str, dict[str, Any]] = {}
    for rule, method, operation in sorted(_operations(app), key=lambda found: found[0].rule):
        path = _PARAMETER.sub(r"{\2}", rule.rule)
        paths.setdefault(path, {})[method] = collected(_described(app, rule, operation), schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "fieldapp",
            "summary": "One township, one commissioner, one product.",
            "version": version("fieldapp"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": "Sentences are in the language of Accept-Language (zh-CN or en). Every error is "
            "application/problem+json with a stable code. A change that a browser's session makes shows the "
            "session's secret in X-CSRFToken; one that a token makes does not.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "A token of a program."},
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": app.config["SESSION_COOKIE_NAME"],
                    "description": "The session of somebody who logged in on the pages.",
                },
            },
        },
    }


def _operations(app: Flask) -> Iterator[tuple[Rule, str, Operation]]:
    for rule in app.url_map.iter_rules():
        operation = operation_of(app.view_functions[rule.endpoint])
        if operation is not None:
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield rule, method.lower(), operation


def _described(app: Flask, rule: Rule, operation: Operation) -> dict[str, Any]:
    view = app.view_functions[rule.endpoint]
    access = rule_of(view)
    described: dict[str, Any] = {"operationId": view.__name__, "summary": operation.summary}
    needed = [] if access is None else [action.value for action in access.actions]
    if notes := [*([operation.description] if operation.description else []), *_needs(needed)]:
        described["description"] = " ".join(notes)
    described["tags"] = [view.__module__.rpartition(".")[2]]
    described["security"] = [{"token": []}, {"session": []}]
    if access is None or access.public or access.open_to_all:
        described["security"].insert(0, {})
    described["parameters"] = [*_path_parameters(rule), *_parameters(operation)]
    for media_type, body in (("application/json", operation.body), ("multipart/form-data", operation.form)):
        if body is not None:
            described["requestBody"] = {
                "required": bool(body.get("required")),
                "content": {media_type: {"schema": body}},
            }
    if operation.sends is not None:
        described["requestBody"] = {"content": {operation.sends: {"schema": file()}}}
    described["responses"] = _responses(operation)
    return described


def _needs(actions: list[str]) -> list[str]:
    return [f"Needs the right: {', '.join(actions)}."] if actions else []


def _path_parameters(rule: Rule) -> Iterator[dict[str, Any]]:
    for converter, name in _PARAMETER.findall(rule.rule):
        schema: Schema = {"type": "string", "minLength": 1}
        if converter == "int":
            schema = {"type": "integer", "minimum": 0, "maximum": _LARGEST_ID}
        elif converter == "uuid":
            schema = {"type": "string", "format": "uuid"}
        yield {"name": name, "in": "path", "required": True, "schema": schema}


def _parameters(operation: Operation) -> Iterator[dict[str, Any]]:
    for place, parameters in (("query", operation.query), ("header", operation.headers)):
        for parameter in parameters:
            yield {
                "name": parameter.name,
                "in": place,
                "required": parameter.required,
                "description": parameter.description,
                "schema": parameter.schema,
            }
    if operation.revised:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": False,
            "description": "The ETag of what was seen; or revision in the body.",
            "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        }


def _responses(operation: Operation) -> dict[str, Any]:
    told = {str(status): _answer(answer) for status, answer in operation.answers.items()}
    always: tuple[int | str, ...] = (401, 403, 422, 503, "default")
    of_body = () if operation.body is None and operation.form is None else (400, 415)
    of_files = () if operation.form is None else (413,)
    foreseen = {str(status): _PROBLEMS[status] for status in (*always, *of_body, *of_files)}
    foreseen |= {str(status): words for status, words in operation.problems.items()}
    for status, words in sorted(foreseen.items()):
        told[status] = {
            "description": words,
            "content": {"application/problem+json": {"schema": PROBLEM}},
        }
    return told


def _answer(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = {"description": answer.description}
    if answer.schema is not None:
        kinds = (answer.media_type,) if isinstance(answer.media_type, str) else answer.media_type
        told["content"] = {kind: {"schema": answer.schema} for kind in kinds}
    if answer.headers:
        told["headers"] = {
            name: {"description": words, "schema": {"type": "string"}}
            for name, words in answer.headers.items()
        }
    return told
