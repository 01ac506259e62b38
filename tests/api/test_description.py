"""The OpenAPI document is complete and true for the routes there are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.schemas import faults, resolved


@pytest.fixture
def described(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return document


def _routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api") or rule.rule in ("/healthz", "/readyz")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_every_route_is_described_and_every_description_is_a_route(
    app: Flask, described: dict[str, Any]
) -> None:
    told = {(path, method) for path, operations in described["paths"].items() for method in operations}
    assert told == _routes(app)


def test_the_document_is_openapi_of_this_version(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1.")
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", described["info"]["version"])
    names = [operation["operationId"] for path in described["paths"].values() for operation in path.values()]
    assert len(set(names)) == len(names)


def test_every_reference_leads_somewhere_and_every_schema_is_used(described: dict[str, Any]) -> None:
    references = set(re.findall(r"'\$ref': '([^']*)'", str(described)))
    for reference in references:
        resolved(reference, described)
    assert {reference.split("/")[-1] for reference in references} == set(described["components"]["schemas"])


@pytest.mark.parametrize(
    "path", ["coverage", "coverage?county=230184", "townships.geojson", "counties.geojson", "openapi.json"]
)
def test_answers_are_as_described(client: FlaskClient, described: dict[str, Any], path: str) -> None:
    _check(client, described, f"/api/v1/{path}", 200)


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_is_as_described(client: FlaskClient, described: dict[str, Any], path: str) -> None:
    _check(client, described, path, 200)


@pytest.mark.parametrize(
    ("path", "status"),
    [("coverage?county=1", 404), ("coverage?as_of=soon", 422), ("townships.geojson?x=1", 422)],
)
def test_problems_are_as_described(
    client: FlaskClient, described: dict[str, Any], path: str, status: int
) -> None:
    _check(client, described, f"/api/v1/{path}", status)


def _check(client: FlaskClient, described: dict[str, Any], path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    told = described["paths"][path.split("?", maxsplit=1)[0]]["get"]["responses"][str(status)]
    content = told["content"][answer.mimetype]
    assert faults(answer.get_json(force=True), content["schema"], described) == []


def test_every_parameter_that_is_described_is_known(client: FlaskClient, described: dict[str, Any]) -> None:
    for path, operations in described["paths"].items():
        for parameter in operations["get"].get("parameters", []):
            name = parameter["name"]
            unknown = client.get(path, query_string={f"{name}_": "x"})
            assert unknown.status_code == 422
            refusal = unknown.get_json()["errors"][0]["message"].replace(f"{name}_", name)
            assert refusal not in client.get(path, query_string={name: "x"}).text
