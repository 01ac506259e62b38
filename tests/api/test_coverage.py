"""The coverage document over HTTP."""

from __future__ import annotations

import gzip
import json
from datetime import date

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert

from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage

PATH = "/api/v1/coverage"


def test_it_is_the_document_of_today(client: FlaskClient, sqlite_context: Context) -> None:
    answer = client.get(PATH)
    assert answer.mimetype == "application/json"
    assert answer.get_json() == measure_coverage(sqlite_context).document()
    assert answer.get_json()["as_of"] == "2026-11-22"


def test_a_day_and_a_county_can_be_asked_for(client: FlaskClient) -> None:
    document = client.get(PATH, query_string={"as_of": "2027-02-28", "county": "230184"}).get_json()
    assert (document["as_of"], document["county"], document["roster"]) == ("2027-02-28", "230184", 24)
    assert {township["county_code"] for township in document["townships"]} == {"230184"}


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("br, gzip", "br"), ("gzip", "gzip"), ("identity", None), ("br;q=0, gzip", "gzip"), ("", None)],
)
def test_it_travels_in_the_best_encoding_that_the_client_takes(
    client: FlaskClient, accepted: str, encoding: str | None
) -> None:
    answer = client.get(PATH, headers={"Accept-Encoding": accepted})
    assert answer.content_encoding == encoding
    read = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    assert json.loads(read(answer.data))["roster"] == 168
    assert "Accept-Encoding" in answer.vary


def test_an_unchanged_tag_costs_a_304_without_a_body(client: FlaskClient) -> None:
    first = client.get(PATH, headers={"Accept-Encoding": "br"})
    again = client.get(PATH, headers={"Accept-Encoding": "gzip", "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert first.cache_control.no_cache


def test_a_change_changes_the_tag_at_once(client: FlaskClient, sqlite_context: Context) -> None:
    tag = client.get(PATH).headers["ETag"]
    with sqlite_context.work(actor="test") as work:
        work.connection.execute(
            insert(schema.roster_targets).values(starts_on=date(2026, 11, 1), target=170, basis="")
        )
        work.record("target.set", "target", "2026-11-01")
        work.commit()
    answer = client.get(PATH, headers={"If-None-Match": tag})
    assert answer.status_code == 200
    assert answer.get_json()["target"] == 170


@pytest.mark.parametrize(
    "day", ["soon", "2026-13-01", "20261122", "2026-11-22T00:00", "2026-W47-7", "0000-01-01"]
)
def test_what_is_not_a_day_is_pointed_at(client: FlaskClient, day: str) -> None:
    answer = client.get(PATH, query_string={"as_of": day})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert answer.get_json()["code"] == "query.invalid"
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/as_of"]


def test_a_day_out_of_reach_is_pointed_at(client: FlaskClient) -> None:
    answer = client.get(PATH, query_string={"as_of": "1900-01-01"})
    assert answer.status_code == 422
    assert answer.get_json()["errors"][0]["pointer"] == "/as_of"


def test_an_unknown_county_is_not_found(client: FlaskClient) -> None:
    answer = client.get(PATH, query_string={"county": "999999"})
    assert (answer.status_code, answer.get_json()["code"]) == (404, "county.unknown")


def test_a_misspelt_parameter_is_refused_and_not_ignored(client: FlaskClient) -> None:
    answer = client.get(PATH, query_string={"asof": "2026-11-22", "a/b~": "1"})
    assert answer.status_code == 422
    assert [fault["pointer"] for fault in answer.get_json()["errors"]] == ["/asof", "/a~1b~0"]


def test_a_parameter_that_is_given_twice_is_refused(client: FlaskClient) -> None:
    answer = client.get(f"{PATH}?county=230184&county=230112")
    assert (answer.status_code, answer.get_json()["errors"][0]["pointer"]) == (422, "/county")


def test_an_empty_parameter_is_as_good_as_none(client: FlaskClient) -> None:
    assert client.get(f"{PATH}?as_of=&county=").get_json()["roster"] == 168


def test_head_answers_like_get_without_the_body(client: FlaskClient) -> None:
    get, head = client.get(PATH), client.head(PATH)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == get.headers["ETag"]
    assert head.content_length == get.content_length


@pytest.mark.parametrize("name", ["townships", "counties"])
def test_boundaries_are_kept_for_ever_only_under_their_own_name(client: FlaskClient, name: str) -> None:
    path = f"/api/v1/{name}.geojson"
    asked = client.get(path)
    assert asked.mimetype == "application/geo+json"
    assert asked.cache_control.no_cache
    named = client.get(path, query_string={"v": asked.get_etag()[0]})
    assert named.cache_control.immutable
    assert named.cache_control.max_age == 365 * 24 * 3600
    assert client.get(path, query_string={"v": "other"}).cache_control.no_cache
