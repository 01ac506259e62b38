"""The boundaries as browsers fetch them."""

from __future__ import annotations

import gzip
import json
from datetime import date
from typing import Any

import brotli
import shapely
from shapely import MultiPolygon, Point, box
from sqlalchemy import insert, update

from fieldapp.persistence.schema import commissioners, counties, institutions, townships
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables
from fieldapp.services.townships_layer import counties_layer, townships_layer


def _square(column: float, row: float) -> MultiPolygon:
    return MultiPolygon([box(127 + column, 45 + row, 128 + column, 46 + row)])


def _add_squares(context: Context) -> None:
    """A row of three squares, the second ended, and one township without a boundary."""
    with context.work(actor="test") as work:
        work.connection.execute(insert(counties).values(code="230184", name="五常市", boundary=_square(0, 0)))
        common = {"county_code": "230184", "kind": "town"}
        rows = [
            {
                "code": "230184101",
                "name": "拉林满族镇",
                "boundary": _square(0, 0),
                "seat": Point(127.123456, 45.5),
            },
            {"code": "230184102", "name": "山河镇", "boundary": _square(1, 0), "ends_on": date(2025, 12, 31)},
            {"code": "230184103", "name": "<b>小山子镇</b>", "boundary": _square(1.0002, 0)},
            {"code": "230184104", "name": "安家镇", "boundary": None},
        ]
        for row in rows:
            work.connection.execute(insert(townships).values(**common, **row))
        work.record("townships.added", "township", "all")
        work.commit()


def _features(content: bytes) -> dict[str, dict[str, Any]]:
    return {feature["properties"]["code"]: feature for feature in json.loads(content)["features"]}


def test_a_township_carries_what_the_map_needs(context: Context) -> None:
    _add_squares(context)
    lalin = _features(townships_layer(context).content)["230184101"]
    assert lalin["properties"] == {
        "code": "230184101",
        "name": "拉林满族镇",
        "pinyin": "la lin man zu zhen",
        "initials": "llmzz",
        "county_code": "230184",
        "county": "五常市",
        "kind": "town",
        "seat": [127.1235, 45.5],
        "boundary_quality": "approximate",
        "boundary_tolerance_m": None,
        "neighbours": ["230184103"],
        "starts_on": None,
        "ends_on": None,
    }
    assert shapely.from_geojson(json.dumps(lalin["geometry"])).equals(_square(0, 0))


def test_neighbours_are_those_still_valid_whose_boundaries_touch_or_nearly_do(context: Context) -> None:
    _add_squares(context)
    found = _features(townships_layer(context).content)
    assert {code: feature["properties"]["neighbours"] for code, feature in found.items()} == {
        "230184101": ["230184103"],
        "230184102": [],
        "230184103": ["230184101"],
        "230184104": [],
    }


def test_a_township_without_a_boundary_is_there_without_one(context: Context) -> None:
    _add_squares(context)
    assert _features(townships_layer(context).content)["230184104"]["geometry"] is None


def test_a_county_carries_a_point_for_its_label_inside_it(context: Context) -> None:
    _add_squares(context)
    county = _features(counties_layer(context).content)["230184"]
    assert _square(0, 0).contains(Point(county["properties"]["label"]))


def test_an_empty_register_makes_empty_layers(context: Context) -> None:
    for layer in (townships_layer(context), counties_layer(context)):
        assert json.loads(layer.content) == {"type": "FeatureCollection", "features": []}


def test_the_encodings_say_the_same(context: Context) -> None:
    _add_squares(context)
    layer = townships_layer(context)
    assert brotli.decompress(layer.br) == gzip.decompress(layer.gzip) == layer.content


def test_a_change_of_a_boundary_changes_the_tag(context: Context) -> None:
    _add_squares(context)
    before = townships_layer(context)
    with context.work(actor="test") as work:
        work.connection.execute(
            update(townships).where(townships.c.code == "230184104").values(boundary=_square(3, 0))
        )
        work.record("township.changed", "township", "230184104")
        work.commit()
    after = townships_layer(context)
    assert after.etag != before.etag
    assert _features(after.content)["230184104"]["geometry"] is not None


def test_a_change_elsewhere_in_the_register_keeps_what_was_compressed(context: Context) -> None:
    _add_squares(context)
    before = townships_layer(context)
    with context.work(actor="test") as work:
        institution = work.connection.execute(insert(institutions).values(name="农科院")).inserted_primary_key
        assert institution is not None
        work.connection.execute(
            insert(commissioners).values(id="C-1", name="张三", institution_id=institution[0])
        )
        work.record("commissioner.added", "commissioner", "C-1")
        work.commit()
    assert townships_layer(context) is before


def test_the_real_townships_fit_the_budget_and_neighbours_are_mutual(sqlite_context: Context) -> None:
    load_reference_tables(sqlite_context)
    layer = townships_layer(sqlite_context)
    found = _features(layer.content)
    neighbours = {code: set(feature["properties"]["neighbours"]) for code, feature in found.items()}
    assert len(found) == 168
    assert all(code in neighbours[other] for code, others in neighbours.items() for other in others)
    assert sum(not others for others in neighbours.values()) <= 3
    assert len(layer.br) + len(counties_layer(sqlite_context).br) <= 70 * 1024
