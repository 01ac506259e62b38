"""Where somebody was or lives is for that person and for officers; a viewer sees the rest."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.visits import VisitFilter
from fieldapp.services.context import Context
from fieldapp.services.export_table import export_table
from fieldapp.services.export_visits import export_visits
from fieldapp.services.page_register import Place, page_commissioners, read_commissioner
from fieldapp.services.read_visits import read_feed, read_visit
from fieldapp.services.show_commissioner import show_commissioner
from fieldapp.services.show_visit import VisitPage, show_visit
from tests.services.small_register import bring_in, counts, fill
from tests.services.visits import ONE, commissioner, record

VIEWER = Person(Role.VIEWER)
WUCHANG = Person(Role.COUNTY_OFFICER, frozenset({"230184"}))
FIX = {
    "lon": 127.0,
    "lat": 45.2,
    "accuracy_m": 12.0,
    "captured_at": "2026-11-20T09:12:00+08:00",
    "mocked": False,
}
COLUMNS = ("fix_lon", "fix_lat", "fix_accuracy_m", "fix_captured_at", "fix_mocked")


@pytest.fixture
def visitor(context: Context) -> Person:
    """A commissioner whose visit has a position, and had another before it was corrected."""
    fill(context)
    me = commissioner(context)
    record(context, me, fix={**FIX, "lon": 127.4})
    record(context, me, base_revision=1)
    return me


def _page(context: Context, by: Person) -> VisitPage:
    return show_visit(context, ONE, by=by)


def _positions_told(page: VisitPage) -> list[str]:
    told = [words.template for each in page.timeline for words, _, _ in each.differences]
    return [text for text in told if text == "position"]


def _layer(context: Context, by: Person) -> dict[str, Any]:
    parts = b"".join(export_visits(context, VisitFilter(), "geojson", by=by))
    feature: dict[str, Any] = json.loads(parts)["features"][0]
    return feature


def test_a_viewer_reads_a_visit_without_its_position(context: Context, visitor: Person) -> None:
    document = read_visit(context, ONE, by=VIEWER)
    (changed,) = read_feed(context, since=None, limit=10, by=VIEWER).documents
    assert (document["fix"], changed["fix"]) == (None, None)
    assert document["content"] == "查看苗情，指导水肥管理。"


def test_a_viewer_s_page_draws_no_position_and_tells_of_none_in_its_history(
    context: Context, visitor: Person
) -> None:
    page = _page(context, VIEWER)
    assert (page.visit.fix, page.map["fix"], page.position_withheld) == (None, None, True)
    assert _positions_told(page) == []


@pytest.mark.parametrize("file_format", ["csv", "geojson"])
def test_a_viewer_takes_a_table_without_positions_away(
    context: Context, visitor: Person, tmp_path: Path, file_format: Any
) -> None:
    export_table(context, "visits", file_format, tmp_path / "visits", by=VIEWER)
    text = (tmp_path / "visits").read_text(encoding="utf-8-sig")
    if file_format == "csv":
        (row,) = csv.DictReader(io.StringIO(text))
        assert [row[name] for name in COLUMNS] == [""] * len(COLUMNS)
    else:
        (feature,) = json.loads(text)["features"]
        assert [feature["properties"][name] for name in COLUMNS] == [None] * len(COLUMNS)
        assert feature["geometry"] is None


def test_a_viewer_s_list_for_other_programs_has_no_positions(context: Context, visitor: Person) -> None:
    feature = _layer(context, VIEWER)
    assert feature["geometry"] is None
    assert [feature["properties"][name] for name in COLUMNS] == [None] * len(COLUMNS)
    (row,) = csv.DictReader(
        io.StringIO(b"".join(export_visits(context, VisitFilter(), "csv", by=VIEWER)).decode("utf-8-sig"))
    )
    assert [row[name] for name in COLUMNS] == [""] * len(COLUMNS)


@pytest.mark.parametrize("who", ["visitor", "county officer"])
def test_the_visitor_and_whoever_judges_the_visit_see_where_it_was(
    context: Context, visitor: Person, who: str, tmp_path: Path
) -> None:
    by = visitor if who == "visitor" else WUCHANG
    assert read_visit(context, ONE, by=by)["fix"] == FIX
    page = _page(context, by)
    assert page.map["fix"] == {"lat": 45.2, "lon": 127.0, "accuracy_m": 12.0}
    assert _positions_told(page) == ["position"]
    assert _layer(context, by)["geometry"]["coordinates"] == [127.0, 45.2]
    export_table(context, "visits", "geojson", tmp_path / "visits", by=by)
    assert json.loads((tmp_path / "visits").read_bytes())["features"][0]["properties"]["fix_lon"] == 127.0


def _exported(context: Context, folder: Path, by: Person) -> dict[str, Any]:
    export_table(context, "commissioners", "geojson", folder / "people", by=by)
    feature: dict[str, Any] = json.loads((folder / "people").read_bytes())["features"][0]
    return feature


def test_a_viewer_does_not_learn_where_a_commissioner_lives(
    context: Context, visitor: Person, tmp_path: Path
) -> None:
    page = show_commissioner(context, "C-0001", by=VIEWER)
    assert (page.record["home"], page.home_withheld, page.record["name"]) == (None, True, "张三")
    listed = page_commissioners(context, Place(10), by=VIEWER).items
    for row in (read_commissioner(context, "C-0001", by=VIEWER), *listed):
        assert (row["home"], row["home_lon"], row["home_lat"]) == (None, None, None)
    feature = _exported(context, tmp_path, VIEWER)
    assert feature["geometry"] is None
    assert not {"home_lon", "home_lat"} & feature["properties"].keys()


def test_a_table_that_a_viewer_took_away_clears_no_home_base_when_it_comes_back(
    context: Context, visitor: Person, tmp_path: Path
) -> None:
    export_table(context, "commissioners", "csv", tmp_path / "people.csv", by=VIEWER)
    assert counts(bring_in(context, "commissioners", tmp_path / "people.csv")) == (0, 0, 0, 3)
    assert read_commissioner(context, "C-0001", by=visitor)["home_lon"] == 126.6


@pytest.mark.parametrize("who", ["commissioner", "county officer"])
def test_officers_and_the_commissioner_see_the_home_base(
    context: Context, visitor: Person, who: str, tmp_path: Path
) -> None:
    by = visitor if who == "commissioner" else WUCHANG
    page = show_commissioner(context, "C-0001", by=by)
    assert (page.record["home"].x, page.home_withheld) == (126.6, False)
    assert read_commissioner(context, "C-0001", by=by)["home_lon"] == 126.6
    assert _exported(context, tmp_path, by)["properties"]["home_lon"] == 126.6
