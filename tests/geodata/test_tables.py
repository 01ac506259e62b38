"""The tables that the product carries: complete, plausible, and built from the facts to the byte."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely.geometry import Point

from geodata import tables
from geodata.boundaries import UnusableSeatsError, find_faults, overlap_area_m2, service_areas
from geodata.crs import STORAGE_CRS, area_m2, require_crs
from geodata.errors import GeodataError
from geodata.tables import build
from geodata.tables.pinyin import place_pinyin

FOLDER = Path(tables.__file__).parent
LAYERS = ("townships.geojson", "counties.geojson")


@pytest.fixture(scope="module")
def townships() -> gpd.GeoDataFrame:
    return tables.townships()


@pytest.fixture(scope="module")
def counties() -> gpd.GeoDataFrame:
    return tables.counties()


def neighbours(frame: gpd.GeoDataFrame) -> set[tuple[str, str]]:
    """Pairs of codes whose polygons share an edge, not only a corner."""
    shapes = np.asarray(frame.geometry, dtype=object)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    ahead = one < other
    one, other = one[ahead], other[ahead]
    edges = shapely.intersection(shapely.boundary(shapes[one]), shapely.boundary(shapes[other]))
    codes = frame["code"].to_numpy()
    return set(
        zip(codes[one[shapely.length(edges) > 0]], codes[other[shapely.length(edges) > 0]], strict=True)
    )


def test_there_are_168_townships_with_nine_digit_codes(townships: gpd.GeoDataFrame) -> None:
    assert len(townships) == townships["code"].nunique() == 168
    assert townships["code"].map(type).eq(str).all()
    assert townships["code"].str.fullmatch(r"\d{9}").all()
    assert townships["code"].str[:6].eq(townships["county_code"]).all()
    assert townships["code"].is_monotonic_increasing


def test_there_are_18_counties_and_each_township_is_in_one(
    townships: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> None:
    assert len(counties) == counties["code"].nunique() == 18
    assert counties["code"].str.fullmatch(r"\d{6}").all()
    named = townships.drop_duplicates("county_code").set_index("county_code")["county"].to_dict()
    assert named == counties.set_index("code")["name"].to_dict()
    assert counties["kind"].value_counts().to_dict() == {"district": 9, "county": 7, "county_city": 2}


def test_no_two_townships_of_a_county_have_one_name(townships: gpd.GeoDataFrame) -> None:
    assert not townships.duplicated(["county_code", "name"]).any()


def test_the_two_inferred_members_of_the_roster_say_so(townships: gpd.GeoDataFrame) -> None:
    inferred = townships[townships["roster_basis"] != "NBS 2023 list of divisions"]
    assert set(inferred["name"]) == {"万宝镇", "高楞镇"}
    assert inferred["roster_basis"].str.startswith("inferred").all()
    assert inferred["note"].str.contains("not proven").all()


def test_every_boundary_is_marked_approximate_with_a_tolerance(
    townships: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> None:
    assert townships["boundary_quality"].eq("approximate").all()
    assert townships["boundary_tolerance_m"].eq(5000).all()
    assert counties["boundary_tolerance_m"].eq(500).all()


def test_every_fact_of_the_roster_is_in_the_table_unchanged(townships: gpd.GeoDataFrame) -> None:
    facts = pd.read_csv(FOLDER / "facts" / "townships.csv", dtype=str, keep_default_na=False)
    columns = ["code", "name", "kind", "county_code", "county", "seat_source", "roster_basis"]
    by_code = facts.sort_values("code", ignore_index=True)
    pd.testing.assert_frame_equal(pd.DataFrame(townships[columns]), by_code[columns], check_dtype=False)
    moved = ~np.isclose(townships["seat_lon"], by_code["seat_lon"].astype(float), rtol=0, atol=1e-9)
    assert list(townships.loc[moved, "name"]) == ["乐业镇"]
    assert townships.loc[moved, "note"].str.contains("moved").all()
    assert list(townships.loc[~moved, "note"]) == list(by_code.loc[~moved, "note"])


def test_the_layers_state_their_coordinate_system(
    townships: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> None:
    require_crs(townships)
    require_crs(counties)
    for name in LAYERS:
        document = json.loads((FOLDER / name).read_bytes())
        assert "WGS 84" in document["coordinate_reference_system"]
        assert "crs" not in document, "RFC 7946 has no such member"
        assert np.allclose(document["bbox"], gpd.read_file(FOLDER / name).total_bounds)


def test_shells_run_counterclockwise_and_close_as_rfc_7946_asks() -> None:
    for name in LAYERS:
        for feature in json.loads((FOLDER / name).read_bytes())["features"]:
            assert feature["type"] == "Feature"
            assert feature["geometry"]["type"] == "Polygon"
            shell, *_ = feature["geometry"]["coordinates"]
            assert shell[0] == shell[-1]
            assert shapely.is_ccw(shapely.linearrings(shell))
            assert all(round(degree, 4) == degree for point in shell for degree in point)


def test_each_seat_is_in_its_own_cell_and_in_no_other(townships: gpd.GeoDataFrame) -> None:
    seats = gpd.points_from_xy(townships["seat_lon"], townships["seat_lat"], crs=STORAGE_CRS)
    joined = gpd.sjoin(gpd.GeoDataFrame(townships[["code"]], geometry=seats), townships, predicate="within")
    assert len(joined) == 168
    assert joined["code_left"].eq(joined["code_right"]).all()


def test_each_cell_is_within_its_county_to_a_square_metre(
    townships: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> None:
    county = counties.set_index("code").loc[townships["county_code"]].geometry.reset_index(drop=True)
    outside = townships.geometry.difference(county)
    sticking_out = gpd.GeoDataFrame(geometry=outside, crs=STORAGE_CRS)
    assert area_m2(sticking_out).max() < 1


def test_cells_are_disjoint_and_meet_exactly_within_and_across_counties(
    townships: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> None:
    assert not find_faults(townships)
    assert not find_faults(counties)
    for _, cells in townships.groupby("county_code"):
        assert shapely.coverage_is_valid(np.asarray(cells.geometry, dtype=object))
    assert shapely.coverage_is_valid(np.asarray(townships.geometry, dtype=object))
    assert shapely.coverage_is_valid(np.asarray(counties.geometry, dtype=object))
    # Projecting straightens edges a little differently, which shows in square metres, not in hectares.
    assert overlap_area_m2(townships) < 100
    assert overlap_area_m2(counties) < 100


def test_counties_leave_no_hole_between_them(counties: gpd.GeoDataFrame) -> None:
    city = shapely.coverage_union_all(np.asarray(counties.geometry, dtype=object))
    assert city.geom_type == "Polygon"
    assert not list(city.interiors)


def test_areas_are_plausible(townships: gpd.GeoDataFrame, counties: gpd.GeoDataFrame) -> None:
    area_km2 = area_m2(townships) / 1e6
    assert area_km2.between(35, 2400).all()
    assert 150 < area_km2.median() < 250
    # The statistical yearbook gives the city 53 076 km2.
    assert area_m2(counties).sum() / 1e6 == pytest.approx(53_076, rel=0.01)


def test_no_cell_is_a_sliver(townships: gpd.GeoDataFrame) -> None:
    metric = townships.to_crs(townships.estimate_utm_crs())
    roundness = 4 * np.pi * metric.area / metric.length**2
    assert roundness.min() > 0.15


def test_neighbours_stay_neighbours_through_simplification(townships: gpd.GeoDataFrame) -> None:
    roster, sites = build.roster_facts(), build.other_sites()
    polygons = build.county_polygons(roster)
    roster, sites = build.drawn_inside(roster, polygons), build.drawn_inside(sites, polygons)
    cells = service_areas(roster, sites, polygons)
    detailed = neighbours(cells[~cells["of_other_seat"]])
    assert len(detailed) > 300
    assert neighbours(townships) == detailed


def test_both_layers_fit_the_map_pages_budget() -> None:
    packed = sum(len(gzip.compress((FOLDER / name).read_bytes(), 9)) for name in LAYERS)
    assert packed <= 120_000


def test_the_tables_are_built_again_to_the_byte(tmp_path: Path) -> None:
    build.main(["--output", str(tmp_path)])
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(LAYERS)
    for name in LAYERS:
        assert (tmp_path / name).read_bytes() == (FOLDER / name).read_bytes()


def test_a_build_that_cannot_write_says_so_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        build.main(["--output", str(tmp_path / "missing")])
    assert stopped.value.code == 1
    assert "missing" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_county_without_a_polygon_is_refused_by_its_code() -> None:
    roster = build.roster_facts()
    roster["county_code"] = roster["county_code"].replace("230184", "230199")
    with pytest.raises(GeodataError, match="230199"):
        build.county_polygons(roster)


def test_a_county_that_the_facts_forgot_is_refused_by_its_code() -> None:
    roster = build.roster_facts()
    with pytest.raises(GeodataError, match="230184"):
        build.county_polygons(roster[roster["county_code"] != "230184"])


def test_a_seat_far_outside_its_county_is_not_moved_but_refused() -> None:
    roster = build.roster_facts()
    polygons = build.county_polygons(roster)
    position: Any = roster.geometry.to_numpy().copy()
    position[0] = Point(130.0, 46.0)
    drawn = build.drawn_inside(roster.set_geometry(position, crs=STORAGE_CRS), polygons)
    assert drawn.geometry.iloc[0] == Point(130.0, 46.0)
    with pytest.raises(UnusableSeatsError) as refused:
        service_areas(drawn, build.drawn_inside(build.other_sites(), polygons), polygons)
    assert refused.value.features == ("230102101 太平镇",)


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("朝阳镇", "chao yang zhen"),
        ("向阳镇", "xiang yang zhen"),
        ("民乐朝鲜族乡", "min le chao xian zu xiang"),
        ("长山乡", "chang shan xiang"),
        ("长寿乡", "chang shou xiang"),
        ("阿城区", "a cheng qu"),
        ("尚志市", "shang zhi shi"),
        ("乐业镇", "le ye zhen"),
    ],
)
def test_names_are_spelled_as_they_are_spoken(name: str, spelled: str) -> None:
    assert place_pinyin(name) == spelled


def test_pinyin_is_spaced_lower_case_without_tones(
    townships: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> None:
    for name, pinyin in itertools.chain(
        townships[["name", "pinyin"]].itertuples(index=False),
        counties[["name", "pinyin"]].itertuples(index=False),
    ):
        assert all(syllable.isascii() and syllable.islower() for syllable in pinyin.split(" "))
        assert len(pinyin.split(" ")) == len(name)


def test_products_name_known_places_and_their_basis(
    townships: gpd.GeoDataFrame, counties: gpd.GeoDataFrame
) -> None:
    products = tables.featured_products()
    known = {"township": townships, "county": counties}
    assert products["level"].value_counts().to_dict() == {"township": 11, "county": 10}
    for row in products.itertuples():
        place = known[row.level].set_index("code").loc[row.code]
        assert place["name"] == row.place
    assert products["basis"].ne("").all()
    assert products["product"].ne("").all()
