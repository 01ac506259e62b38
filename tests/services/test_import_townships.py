"""Townships, boundaries and the roster, brought in from sheets and layers on both engines."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import MultiPolygon, Point, Polygon, box, to_geojson

from fieldapp.i18n import translate
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from geodata.formats import write_layer
from geodata.tables import townships as reference_townships
from tests.services.small_register import (
    LALIN,
    PINGFANG,
    SHAHE,
    SHANHE,
    audit_count,
    bring_in,
    counts,
    fill,
    rows,
    write_csv,
)

TABLES = Path(str(reference_townships.__globals__["__file__"])).parent


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def township(context: Context, code: str) -> dict[str, object]:
    return next(row for row in rows(context, schema.townships) if row["code"] == code)


def membership(context: Context, code: str) -> list[tuple[date, date | None]]:
    found = rows(context, schema.roster_memberships, schema.roster_memberships.c.starts_on)
    return [(row["starts_on"], row["ends_on"]) for row in found if row["township_code"] == code]


def layer(folder: Path, *features: tuple[dict[str, object], object], name: str = "layer.geojson") -> Path:
    path = folder / name
    document = {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": properties,
                "geometry": json.loads(to_geojson(shape)) if shape else None,
            }
            for properties, shape in features
        ],
    }
    path.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    return path


def test_the_carried_table_fills_an_empty_register_and_a_second_time_changes_nothing(
    context: Context,
) -> None:
    first = bring_in(context, "townships", TABLES / "townships.geojson")
    assert counts(first) == (168, 0, 0, 0)
    assert len(rows(context, schema.counties)) == 18
    events = audit_count(context)
    second = bring_in(context, "townships", TABLES / "townships.geojson")
    assert counts(second) == (0, 0, 0, 168)
    assert not second.changes_anything
    assert audit_count(context) == events
    assert len(rows(context, schema.roster_memberships)) == 168


def test_a_sheet_with_chinese_headers_adds_a_township_to_the_roster_from_today(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path,
        "区县,乡镇名称,区划代码,经度,纬度\n五常市,志广乡,２３０１８４１０４,127.1,44.9",
        encoding="gb18030",
    )
    assert counts(bring_in(register, "townships", path)) == (1, 0, 0, 0)
    added = township(register, "230184104")
    assert (added["kind"], added["county_code"], added["boundary_quality"]) == (
        "township",
        "230184",
        "approximate",
    )
    assert added["pinyin"] == "zhi guang xiang"
    assert membership(register, "230184104") == [(date(2026, 11, 22), None)]


def test_a_blank_roster_column_keeps_a_township_off_the_roster(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "code,name,roster_starts_on\n230184104,志广乡,")
    assert counts(bring_in(register, "townships", path)) == (1, 0, 0, 0)
    assert membership(register, "230184104") == []


def test_a_boundary_over_an_approximate_one_is_official_and_a_missing_seat_is_found_inside(
    register: Context, tmp_path: Path
) -> None:
    shape = box(127.0, 45.1, 127.2, 45.3)
    path = layer(
        tmp_path,
        ({"区划代码": LALIN, "名称": "拉林满族镇"}, shape),
        ({"区划代码": "230184104", "名称": "志广乡"}, box(127.2, 45.1, 127.4, 45.3)),
    )
    assert counts(bring_in(register, "townships", path)) == (1, 1, 0, 0)
    changed, added = township(register, LALIN), township(register, "230184104")
    assert (changed["boundary_quality"], changed["boundary_tolerance_m"]) == ("official", None)
    assert changed["boundary"].equals(MultiPolygon([shape]))  # type: ignore[attr-defined]
    assert added["boundary"].contains(added["seat"])  # type: ignore[attr-defined]
    assert counts(bring_in(register, "townships", path)) == (0, 0, 0, 2)


def test_the_carried_boundaries_projected_and_back_stay_as_they_are(context: Context, tmp_path: Path) -> None:
    bring_in(context, "townships", TABLES / "townships.geojson")
    carried = reference_townships()[["code", "name", "geometry"]]
    for system in ("EPSG:4530", "EPSG:4549"):
        path = tmp_path / system.replace(":", "") / "layer.shp"
        path.parent.mkdir()
        carried.to_crs(system).to_file(path, encoding="gbk")
        for beside in (".cpg", ".prj"):
            path.with_suffix(beside).unlink()
        result = bring_in(context, "townships", path, crs=system)
        assert counts(result) == (0, 0, 0, 168)


def test_a_boundary_is_changed_from_2_m_on(register: Context, tmp_path: Path) -> None:
    for metres, expected in ((0, (0, 1, 0, 0)), (1.5, (0, 0, 0, 1)), (2.5, (0, 1, 0, 0))):
        shape = box(127.0, 45.1, 127.2, 45.3 + metres / 111_150)
        path = layer(tmp_path, ({"code": LALIN, "name": "拉林满族镇"}, shape))
        assert counts(bring_in(register, "townships", path)) == expected, metres


def test_what_becomes_official_is_told_once_and_by_row(register: Context, tmp_path: Path) -> None:
    feature: dict[str, object] = {"code": LALIN, "name": "拉林满族镇"}
    path = layer(tmp_path, (feature, box(127.0, 45.1, 127.2, 45.3)))
    result = bring_in(register, "townships", path, dry_run=True)
    assert len([each for each in result.notices if "become official: 1" in str(each)]) == 1
    (change,) = result.outcome.changes
    assert change.before["boundary_quality"] == "approximate"
    assert change.after["boundary_quality"] == "official"
    told = layer(tmp_path, (feature | {"boundary_quality": "approximate"}, box(127.0, 45.1, 127.2, 45.3)))
    result = bring_in(register, "townships", told)
    assert not [each for each in result.notices if "official" in str(each)]
    assert township(register, LALIN)["boundary_quality"] == "approximate"


def two_townships(tmp_path: Path, *, east_from: float, **values: object) -> Path:
    return layer(
        tmp_path,
        ({"code": LALIN, "name": "拉林满族镇"}, box(127.0, 45.1, 127.2, 45.3)),
        ({"code": "230184104", "name": "志广乡"} | values, box(east_from, 45.1, east_from + 0.2, 45.3)),
    )


@pytest.mark.parametrize("east_from", [127.0, 127.18])
def test_boundaries_of_the_same_days_do_not_cover_each_other(
    register: Context, tmp_path: Path, east_from: float
) -> None:
    result = bring_in(register, "townships", two_townships(tmp_path, east_from=east_from))
    (fault,) = result.outcome.errors
    assert f"拉林满族镇 ({LALIN})" in str(fault.message)
    assert "志广乡 (230184104)" in str(fault.message)
    assert not result.written


def test_a_small_overlap_is_told_and_one_of_other_days_is_none(register: Context, tmp_path: Path) -> None:
    result = bring_in(register, "townships", two_townships(tmp_path, east_from=127.196))
    assert counts(result) == (1, 1, 0, 0)
    assert [each for each in result.notices if "2.0 % of the smaller" in str(each)]
    begun = write_csv(tmp_path, f"code,name,starts_on\n{LALIN},拉林满族镇,2021-01-01")
    assert counts(bring_in(register, "townships", begun)) == (0, 1, 0, 0)
    gone: dict[str, object] = {"code": "230184105", "name": "旧乡", "ends_on": "2020-12-31"}
    gone["roster_starts_on"] = None
    former = layer(tmp_path, (gone, box(127.0, 45.1, 127.19, 45.3)))
    assert counts(bring_in(register, "townships", former)) == (1, 0, 0, 0)


def test_a_township_does_not_get_the_whole_of_an_approximate_neighbour(
    context: Context, tmp_path: Path
) -> None:
    bring_in(context, "townships", TABLES / "townships.geojson")
    carried = reference_townships()
    county = carried[carried.county_code == "230184"].reset_index(drop=True)
    one = county.iloc[0]
    touching = county[county.touches(one.geometry)].iloc[0]
    path = layer(tmp_path, ({"code": one["code"], "name": one["name"]}, touching.geometry))
    (fault,) = bring_in(context, "townships", path).outcome.errors
    assert touching["name"] in str(fault.message)
    grown = one.geometry.union(touching.geometry.intersection(one.geometry.buffer(0.02)))
    path = layer(tmp_path, ({"code": one["code"], "name": one["name"]}, grown))
    assert counts(bring_in(context, "townships", path)) == (0, 1, 0, 0)


def test_a_layer_of_points_gives_the_seats(register: Context, tmp_path: Path) -> None:
    path = layer(tmp_path, ({"code": LALIN, "name": "拉林满族镇"}, Point(127.05, 45.25)))
    assert counts(bring_in(register, "townships", path)) == (0, 1, 0, 0)
    assert township(register, LALIN)["seat"] == Point(127.05, 45.25)


def test_a_layer_without_its_system_says_which_would_fit(register: Context, tmp_path: Path) -> None:
    path = layer(
        tmp_path, ({"code": LALIN, "name": "拉林满族镇"}, box(42_500_000, 5_000_000, 42_510_000, 5_010_000))
    )
    result = bring_in(register, "townships", path)
    assert len(result.outcome.errors) == 1
    assert not result.written


def test_another_name_for_the_same_code_is_a_renaming_with_its_day(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"code,name,effective_on\n{SHANHE},山河屯镇,2026-12-01")
    assert counts(bring_in(register, "townships", path)) == (0, 1, 0, 0)
    (lineage,) = rows(register, schema.township_lineage)
    assert (lineage["kind"], lineage["from_name"], lineage["to_name"], lineage["effective_on"]) == (
        "renamed",
        "山河镇",
        "山河屯镇",
        date(2026, 12, 1),
    )
    assert counts(bring_in(register, "townships", path)) == (0, 0, 0, 1)


def test_a_merged_township_ends_and_leaves_the_roster_the_day_before(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path,
        f"code,name,roster_starts_on,roster_ends_on,merged_into,effective_on\n{SHANHE},山河镇,2024-01-01,,{LALIN},2026-07-01",
    )
    assert counts(bring_in(register, "townships", path)) == (0, 0, 1, 0)
    assert township(register, SHANHE)["ends_on"] == date(2026, 6, 30)
    assert membership(register, SHANHE) == [(date(2024, 1, 1), date(2026, 6, 30))]
    assert counts(bring_in(register, "townships", path)) == (0, 0, 0, 1)


def test_a_township_upgraded_to_a_town_gives_its_name_to_the_new_code(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path,
        f"code,name,upgraded_to,effective_on\n{SHANHE},山河镇,230184120,2026-07-01\n230184120,山河镇,,",
    )
    assert counts(bring_in(register, "townships", path)) == (1, 0, 1, 0)
    (lineage,) = rows(register, schema.township_lineage)
    assert (lineage["kind"], lineage["to_code"]) == ("upgraded", "230184120")


def test_a_complete_roster_ends_those_it_does_not_name(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"code,name\n{LALIN},拉林满族镇\n{SHANHE},山河镇\n{SHAHE},沙河镇")
    preview = bring_in(register, "townships", path, dry_run=True, complete=True)
    assert counts(preview) == (0, 0, 1, 3)
    assert membership(register, PINGFANG) == [(date(2024, 1, 1), None)]
    assert counts(bring_in(register, "townships", path, complete=True)) == (0, 0, 1, 3)
    assert membership(register, PINGFANG) == [(date(2024, 1, 1), date(2026, 11, 21))]
    assert counts(bring_in(register, "townships", path, complete=True)) == (0, 0, 0, 3)


def test_the_target_beside_the_roster_is_set_once(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"code,name\n{LALIN},拉林满族镇")
    first = bring_in(register, "townships", path, target=168)
    assert first.changes_anything
    assert counts(first) == (0, 0, 0, 1)
    assert [row["target"] for row in rows(register, schema.roster_targets)] == [168]
    assert not bring_in(register, "townships", path, target=168).changes_anything
    bring_in(register, "townships", path, target=170)
    assert [row["target"] for row in rows(register, schema.roster_targets)] == [170]


@pytest.mark.parametrize(
    ("lines", "row", "column"),
    [
        ("code,name\n23018410,志广乡", 2, "code"),
        ("code,name,county\n230184104,志广乡,五当市", 2, "county"),
        ("code,name\n230999104,志广乡", 2, "code"),
        ("code,name\n230184104,沙河镇", 2, "name"),
        ("code,name\n230184104,志广", 2, "name"),
        ("code,name,kind\n230184104,志广乡,村", 2, "kind"),
        ("code,name\n230184104,志广乡\n230184104,志广乡", 3, "code"),
        ("code,name,seat_lon,seat_lat\n230184104,志广乡,45.1,127.2", 2, "seat_lat"),
        ("code,name,merged_into\n230184101,拉林满族镇,230184999", 2, "merged_into"),
        ("code,name,roster_starts_on\n230184101,拉林满族镇,2025-01-01", 2, "roster_starts_on"),
        ("code,name,starts_on,ends_on\n230184104,志广乡,2026-01-02,2026-01-01", 2, "ends_on"),
    ],
)
def test_each_fault_names_its_cell_and_nothing_is_written(
    register: Context, tmp_path: Path, lines: str, row: int, column: str
) -> None:
    result = bring_in(register, "townships", write_csv(tmp_path, lines))
    fault = result.outcome.errors[0]
    assert (fault.sheet, fault.row, fault.column) == (None, row, column)
    assert not result.written
    assert len(rows(register, schema.townships)) == 4
    assert audit_count(register) == 0


def test_positions_in_a_shifted_system_are_brought_to_wgs84(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "code,name,seat_lon,seat_lat\n230184104,志广乡,127.0,45.0")
    assert counts(bring_in(register, "townships", path, crs="GCJ-02")) == (1, 0, 0, 0)
    seat = township(register, "230184104")["seat"]
    assert isinstance(seat, Point)
    assert 0.001 < seat.distance(Point(127.0, 45.0)) < 0.02


@pytest.mark.parametrize("ending", [".zip", ".kml", ".gpkg", ".geojson"])
def test_boundaries_come_in_from_every_format_of_layers(
    context: Context, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"layer{ending}"
    write_layer(reference_townships(), path)
    assert counts(bring_in(context, "townships", path)) == (168, 0, 0, 0)
    assert counts(bring_in(context, "townships", path)) == (0, 0, 0, 168)
    assert township(context, "230102101")["boundary_quality"] == "approximate"


def test_repairs_of_a_broken_boundary_are_told(register: Context, tmp_path: Path) -> None:
    spike = Polygon([(127, 45.1), (127.2, 45.1), (127.2, 45.3), (127.3, 45.4), (127.2, 45.3), (127, 45.3)])
    path = layer(tmp_path, ({"code": LALIN, "name": "拉林满族镇"}, spike))
    result = bring_in(register, "townships", path)
    assert counts(result) == (0, 1, 0, 0)
    assert len(result.notices) >= 1


BOW_TIE = Polygon([(127.0, 45.0), (127.2, 45.2), (127.2, 45.0), (127.0, 45.2)])


@pytest.mark.parametrize("name", ["layer.geojson", "layer.gpkg", "layer.zip"])
def test_every_boundary_that_cannot_be_used_is_told_by_its_township(
    register: Context, tmp_path: Path, name: str
) -> None:
    codes, names = ["230184101", "230184102", "230184103"], ["甲镇", "乙镇", "丙镇"]
    shapes = [BOW_TIE, box(127.0, 45.0, 127.1, 45.1), BOW_TIE]
    frame = gpd.GeoDataFrame({"XZQDM": codes, "XZQMC": names}, geometry=shapes, crs=4326)
    write_layer(frame, tmp_path / name)
    result = bring_in(register, "townships", tmp_path / name)
    assert [fault.row for fault in result.outcome.errors] == [1, 3]
    for fault, code, place in zip(result.outcome.errors, codes[::2], names[::2], strict=True):
        told = translate(fault.message, "zh_CN")
        assert code in told
        assert place in told
        assert "Self-intersection" not in told


def test_a_refused_boundary_has_its_number_in_the_file_also_after_townships_without_any(
    register: Context, tmp_path: Path
) -> None:
    path = layer(
        tmp_path, ({"code": LALIN, "name": "甲镇"}, None), ({"code": SHAHE, "name": "乙镇"}, BOW_TIE)
    )
    (fault,) = bring_in(register, "townships", path).outcome.errors
    assert fault.row == 2
    assert str(fault.message).startswith(f"The boundary of #2 {SHAHE} 乙镇 is broken")
