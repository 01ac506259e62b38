"""Every error under ``/api`` is a problem document in the reader's language, silent about the inside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fieldapp.api.description import openapi
from fieldapp.api.errors import STATUS, problem_of
from fieldapp.app import create_app
from fieldapp.domain.errors import FieldappError
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context, open_context
from fieldapp.web.rights import open_to_all
from geodata.errors import GeodataError, Message
from tests.api.accounts import client_of
from tests.api.phones import app as visited
from tests.services.visits import ONE

__all__ = ["visited"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api", 404, "not_found"),
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("GET", "/api/v2/coverage", 404, "not_found"),
        ("POST", "/api/v1/coverage", 405, "method.not_allowed"),
        ("DELETE", "/healthz", 405, "method.not_allowed"),
    ],
)
def test_the_protocols_own_errors_are_problems(
    client: FlaskClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.open(path, method=method)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.get_json()["status"] == status
    assert answer.get_json()["code"] == code
    assert answer.cache_control.no_store


_NESTED: dict[str, Callable[[int], str]] = {
    "lists": lambda levels: "[" * levels + "]" * levels,
    "objects": lambda levels: '{"":' * levels + "1" + "}" * levels,
}


@pytest.mark.parametrize("levels", [40, 400, 900, 40_000])
@pytest.mark.parametrize("kind", _NESTED)
@pytest.mark.parametrize(("language", "title"), [("en", "The request cannot be read"), ("zh-CN", "请求无法")])
def test_a_body_nested_beyond_sense_cannot_be_read(
    visited: Flask, kind: str, levels: int, language: str, title: str
) -> None:
    answer = client_of(visited, Role.COMMISSIONER).put(
        f"/api/v1/visits/{ONE}",
        data=_NESTED[kind](levels),
        content_type="application/json",
        headers={"Accept-Language": language},
    )
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json()["code"] == "request.malformed"
    assert answer.get_json()["title"].startswith(title)


def test_no_operation_fails_at_a_body_nested_beyond_sense(visited: Flask) -> None:
    taking = [
        (method, re.sub(r"\{[^}]*\}", str(ONE) if "visits" in path else "1", path))
        for path, operations in openapi(visited)["paths"].items()
        for method, operation in operations.items()
        if "application/json" in operation.get("requestBody", {}).get("content", {})
    ]
    refused = 0
    for method, path in taking:
        found = {
            client_of(visited, role)
            .open(path, method=method, data="[" * 100_000, content_type="application/json")
            .status_code
            for role in Role
        }
        assert found <= {400, 403, 404}, (method, path)
        refused += 400 in found
    assert refused > 20


def test_a_refused_method_names_those_that_are_allowed(client: FlaskClient) -> None:
    assert set(client.post("/api/v1/coverage").allow) == {"GET", "HEAD", "OPTIONS"}


def test_options_names_the_methods(client: FlaskClient) -> None:
    answer = client.options("/api/v1/coverage")
    assert answer.status_code == 200
    assert set(answer.allow) == {"GET", "HEAD", "OPTIONS"}


@pytest.fixture
def failing(app: Flask) -> FlaskClient:
    def fail() -> None:
        raise RuntimeError("the password is secret")

    app.add_url_rule("/api/v1/failing", view_func=open_to_all(fail))
    app.add_url_rule("/failing", "failing_page", view_func=fail)
    return app.test_client()


def test_a_fault_of_the_server_is_logged_and_tells_nothing(
    failing: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    answer = failing.get("/api/v1/failing")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert answer.get_json()["code"] == "internal"
    assert "secret" not in answer.text
    assert "the password is secret" in caplog.text
    assert "default-src" in answer.headers["Content-Security-Policy"]


def test_a_page_that_fails_is_a_page(failing: FlaskClient) -> None:
    answer = failing.get("/failing")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("accepted", "cookie", "language", "title"),
    [
        ("", None, "zh-CN", "此地址"),
        ("en-GB,en;q=0.9", None, "en", "There is nothing"),
        ("zh", None, "zh-CN", "此地址"),
        ("zh-CN,en;q=0.5", None, "zh-CN", "此地址"),
        ("fr", None, "zh-CN", "此地址"),
        ("zh-CN", "en", "en", "There is nothing"),
        ("", "../../etc", "zh-CN", "此地址"),
    ],
)
def test_problems_speak_the_readers_language(
    client: FlaskClient, accepted: str, cookie: str | None, language: str, title: str
) -> None:
    if cookie is not None:
        client.set_cookie("lang", cookie)
    answer = client.get("/api/v1/nothing", headers={"Accept-Language": accepted})
    assert answer.headers["Content-Language"] == language
    assert answer.get_json()["title"].startswith(title)


def test_every_error_type_has_a_status() -> None:
    def kinds(kind: type[Exception]) -> list[type[Exception]]:
        return [kind, *(deeper for child in kind.__subclasses__() for deeper in kinds(child))]

    for kind in (*kinds(FieldappError), GeodataError):
        assert any(issubclass(kind, known) for known in STATUS)
    assert problem_of(GeodataError(Message("x"))).status == 422
    assert problem_of(FieldappError(Message("x"))).status == 400


def test_an_instance_without_its_tables_is_alive_but_not_ready(
    sqlite_context: Context, tmp_path: Path
) -> None:
    settings = replace(sqlite_context.settings, database_url=f"sqlite:///{tmp_path / 'new.sqlite'}")
    context = open_context(settings)
    client = create_app(context=context).test_client()
    try:
        assert client.get("/healthz").get_json() == {"status": "alive"}
        answer = client.get("/readyz")
        assert (answer.status_code, answer.mimetype) == (503, "application/problem+json")
        assert answer.get_json()["code"] == "database.not_migrated"
        assert "fieldapp db upgrade" in answer.get_json()["title"]
        measured = client.get("/api/v1/coverage")
        assert (measured.status_code, measured.mimetype) == (503, "application/problem+json")
    finally:
        context.close()


def test_an_instance_with_its_tables_is_ready(client: FlaskClient) -> None:
    answer = client.get("/readyz")
    assert answer.get_json() == {"status": "ready"}
    assert answer.cache_control.no_store


def test_where_the_database_stands_is_not_told_to_whoever_asks(
    sqlite_context: Context, tmp_path: Path
) -> None:
    secret = tmp_path / "inner-folder" / "none.sqlite"
    settings = replace(sqlite_context.settings, database_url=f"sqlite:///{secret}")
    context = open_context(settings)
    client = create_app(context=context).test_client()
    try:
        for address in ("/", "/readyz", "/api/v1/coverage"):
            answer = client.get(address)
            assert answer.status_code == 503
            told = answer.get_data(as_text=True)
            assert "unable to open" not in told
            assert "inner-folder" not in told
            assert "FIELDAPP_DATABASE_URL" not in told
    finally:
        context.close()
