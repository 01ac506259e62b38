"""The OpenAPI document is complete and true for the routes there are."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from fieldapp.api.description import openapi


@pytest.fixture
def described(client: FlaskClient) -> dict[str, Any]:
    document: dict[str, Any] = client.get("/api/v1/openapi.json").get_json()
    return document


def _routes(app: Flask) -> set[tuple[str, str]]:
    return {
        (re.sub(r"<(?:\w+(?:\([^)]*\))?:)?(\w+)>", r"{\1}", rule.rule), method.lower())
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


def test_the_document_is_valid_openapi(described: dict[str, Any]) -> None:
    validate(described)


def test_every_schema_is_used(described: dict[str, Any]) -> None:
    references = set(re.findall(r"'\$ref': '#/components/schemas/([^']*)'", str(described)))
    assert references == set(described["components"]["schemas"])


def test_who_may_ask_is_said_of_every_operation(described: dict[str, Any]) -> None:
    open_to_all = {
        path
        for path, operations in described["paths"].items()
        if {} in operations.get("get", {}).get("security", [])
    }
    assert open_to_all == {
        *("/healthz", "/readyz", "/api/v1/coverage", "/api/v1/openapi.json", "/api/v1/docs"),
        *("/api/v1/townships.geojson", "/api/v1/counties.geojson"),
    }


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
    schema = {**content["schema"], "components": described["components"]}
    assert [*Draft202012Validator(schema).iter_errors(answer.get_json(force=True))] == []


def test_every_parameter_of_what_is_public_is_known(client: FlaskClient, described: dict[str, Any]) -> None:
    for path, operations in described["paths"].items():
        if {} not in operations.get("get", {}).get("security", []):
            continue
        for parameter in operations["get"].get("parameters", []):
            name = parameter["name"]
            unknown = client.get(path, query_string={f"{name}_": "x"})
            assert unknown.status_code == 422
            refusal = unknown.get_json()["errors"][0]["message"].replace(f"{name}_", name)
            assert refusal not in client.get(path, query_string={name: "x"}).text


def test_the_page_to_read_shows_every_address_in_both_languages(app: Flask, client: FlaskClient) -> None:
    for language, words in (("en", "Description of the API"), ("zh_CN", "接口说明")):
        page = client.get("/api/v1/docs", query_string={"lang": language})
        assert (page.status_code, page.mimetype) == (200, "text/html")
        assert words in page.text
        with app.test_request_context():
            assert all(path in page.text for path in openapi(app)["paths"])
