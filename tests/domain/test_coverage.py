"""The coverage function against a slow model that is right at a glance: one township, one day at a time."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point

from fieldapp.domain.coverage import (
    RUNGS,
    CoveragePolicy,
    CoverageStatus,
    count_coverage,
    coverage_table,
)
from fieldapp.domain.errors import InvalidInputError
from geodata.crs import CrsMismatchError

DAY = timedelta(days=1)
TODAY = date(2026, 11, 22)
COLUMNS = {
    "townships": ("code", "name", "county_code", "starts_on", "ends_on"),
    "roster": ("township_code", "starts_on", "ends_on"),
    "assignments": (
        *("id", "township_code", "commissioner_id", "commissioner", "institution", "state"),
        *("starts_on", "ends_on", "ended_on", "agreement_approved_on"),
    ),
    "featured_products": ("township_code", "name", "starts_on", "ends_on"),
    "visits": ("township_code", "commissioner_id", "visited_on", "counts", "verifies"),
    "lineage": ("from_code", "to_code", "from_name", "effective_on"),
}
World = dict[str, list[dict[str, Any]]]


def measured(
    world: World, as_of: date = TODAY, window_days: int = 90, county: str | None = None, **given: Any
) -> gpd.GeoDataFrame:
    """What the function under test says of a world; visits are aggregated as the database does."""
    frames = {
        name: pd.DataFrame(world.get(name, []), columns=list(columns), dtype=object)
        for name, columns in COLUMNS.items()
    }
    frames["visits"] = aggregated(world, as_of, window_days)
    return coverage_table(
        frames.pop("townships"),
        **(frames | given),
        as_of=as_of,
        policy=CoveragePolicy(window_days),
        county=county,
    )


def aggregated(world: World, as_of: date, window_days: int) -> pd.DataFrame:
    rows = []
    for place, person in sorted(
        {(v["township_code"], v["commissioner_id"]) for v in world.get("visits", [])}
    ):
        theirs = [
            visit
            for visit in world["visits"]
            if (visit["township_code"], visit["commissioner_id"]) == (place, person)
            and visit["counts"]
            and visit["visited_on"] <= as_of
        ]
        since = as_of - window_days * DAY
        verified = [v["visited_on"] for v in theirs if v["verifies"] and v["visited_on"] > since]
        last = max((v["visited_on"] for v in theirs), default=None)
        rows.append((place, person, last, max(verified, default=None)))
    return pd.DataFrame(
        rows, columns=["township_code", "commissioner_id", "last_visit_on", "last_verified_on"], dtype=object
    )


# The model: plain questions about one township on one day.


def covers(period: dict[str, Any], day: date, last: str = "ends_on") -> bool:
    starts_after = period["starts_on"] is not None and day < period["starts_on"]
    ended = period[last] is not None and day > period[last]
    return not starts_after and not ended


def of(world: World, table: str, code: str) -> list[dict[str, Any]]:
    return [row for row in world.get(table, []) if row["township_code"] == code]


def counts_on(world: World, township: dict[str, Any], day: date) -> bool:
    member = any(covers(membership, day) for membership in of(world, "roster", township["code"]))
    return member and covers(township, day)


def leader_on(world: World, code: str, day: date) -> dict[str, Any] | None:
    serving = [
        term
        for term in of(world, "assignments", code)
        if term["state"] in ("active", "ended")
        and covers(term, day)
        and (term["ended_on"] is None or day <= term["ended_on"])
    ]
    return max(serving, key=lambda term: (term["starts_on"], term["id"]), default=None)


def product_on(world: World, code: str, day: date) -> dict[str, Any] | None:
    shown = [feature for feature in of(world, "featured_products", code) if covers(feature, day)]
    return max(shown, key=lambda feature: feature["starts_on"], default=None)


def lapse(world: World, township: dict[str, Any], as_of: date, horizon: date) -> date | None:
    code = township["code"]
    if leader_on(world, code, as_of) is None:
        return None
    had_product = product_on(world, code, as_of) is not None
    day = as_of
    while day <= horizon:
        day += DAY
        if not counts_on(world, township, day):
            return None
        if leader_on(world, code, day) is None or (had_product and product_on(world, code, day) is None):
            return day
    return None


def modelled(world: World, as_of: date, window_days: int, horizon: date) -> dict[str, dict[str, Any]]:
    answer = {}
    for township in world["townships"]:
        if not counts_on(world, township, as_of):
            continue
        code = township["code"]
        term, feature = leader_on(world, code, as_of), product_on(world, code, as_of)
        visits = [
            visit
            for visit in of(world, "visits", code)
            if term is not None
            and visit["commissioner_id"] == term["commissioner_id"]
            and visit["counts"]
            and visit["visited_on"] <= as_of
        ]
        recent = [visit for visit in visits if (as_of - visit["visited_on"]).days < window_days]
        approved = term["agreement_approved_on"] if term else None
        rungs = {
            "assigned": term is not None,
            "product": feature is not None,
            "signed": approved is not None and approved <= as_of,
            "visited": bool(recent),
            "verified": any(visit["verifies"] for visit in recent),
        }
        lacking = [status for rung, status in zip(RUNGS, CoverageStatus, strict=False) if not rungs[rung]]
        answer[code] = rungs | {
            "status": lacking[0].value if lacking else "covered",
            "assignment_id": term["id"] if term else None,
            "featured_product": feature["name"] if feature else None,
            "last_visit_on": max((visit["visited_on"] for visit in visits), default=None),
            "lapses_on": lapse(world, township, as_of, horizon),
        }
    return answer


FIRST = date(2026, 1, 1)
NEAR = st.integers(0, 24).map(lambda number: FIRST + number * DAY)
MAYBE_NEAR = st.none() | NEAR


def periods(extra: dict[str, st.SearchStrategy[Any]], open_start: bool = False) -> st.SearchStrategy[Any]:
    columns = {
        "starts_on": MAYBE_NEAR if open_start else NEAR,
        "ends_on": MAYBE_NEAR,
        "township_code": st.sampled_from(["A", "B"]),
        **extra,
    }
    return st.fixed_dictionaries(columns).filter(
        lambda row: row["ends_on"] is None or row["starts_on"] is None or row["starts_on"] <= row["ends_on"]
    )


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two townships and everything that can happen to them within a month, overlaps included."""
    townships = [
        draw(
            periods(
                {"code": st.just(code), "name": st.just(code), "county_code": st.just(code)}, open_start=True
            )
        )
        for code in ("A", "B")
    ]
    terms = draw(
        st.lists(
            periods(
                {
                    "commissioner_id": st.sampled_from(["C1", "C2"]),
                    "state": st.sampled_from(
                        ["active", "ended", "ended", "proposed", "on_notice", "withdrawn"]
                    ),
                    "ends_on": NEAR,
                    "ended_on": MAYBE_NEAR,
                    "agreement_approved_on": MAYBE_NEAR,
                }
            ),
            max_size=6,
        )
    )
    for number, term in enumerate(terms):
        term |= {"id": number, "commissioner": term["commissioner_id"], "institution": None}
        if term["state"] != "ended" or not covers(term, term["ended_on"] or date.max):
            term["ended_on"] = None
    visits = st.fixed_dictionaries(
        {
            "township_code": st.sampled_from(["A", "B"]),
            "commissioner_id": st.sampled_from(["C1", "C2"]),
            "visited_on": NEAR,
            "counts": st.booleans(),
            "verifies": st.booleans(),
        }
    )
    features = draw(
        st.lists(periods({}), max_size=4, unique_by=lambda row: (row["township_code"], row["starts_on"]))
    )
    for number, feature in enumerate(features):
        feature["name"] = f"product {number}"
    return {
        "townships": townships,
        "roster": draw(st.lists(periods({}), max_size=4)),
        "assignments": terms,
        "featured_products": features,
        "visits": draw(st.lists(visits, max_size=6)),
    }


def plain(value: Any) -> Any:
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    return value.date() if isinstance(value, pd.Timestamp) else value


@settings(deadline=None)  # a machine that is busy with other tests is no fault
@given(world=worlds(), as_of=NEAR, window_days=st.integers(1, 30))
def test_it_agrees_with_the_model_on_any_day_of_any_history(
    world: World, as_of: date, window_days: int
) -> None:
    table = measured(world, as_of, window_days)
    expected = modelled(world, as_of, window_days, horizon=FIRST + 40 * DAY)

    found = {
        row["code"]: {name: plain(row[name]) for name in (*RUNGS, *_TOLD)} for row in table.to_dict("records")
    }
    assert found == expected


_TOLD = ("status", "assignment_id", "featured_product", "last_visit_on", "lapses_on")


@settings(deadline=None)  # a machine that is busy with other tests is no fault
@given(world=worlds(), as_of=NEAR)
def test_a_county_shows_what_the_whole_shows_of_it(world: World, as_of: date) -> None:
    whole = measured(world, as_of)
    county = measured(world, as_of, county="B")
    restricted = whole[whole["county_code"] == "B"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(county), pd.DataFrame(restricted))


@settings(deadline=None)  # a machine that is busy with other tests is no fault
@given(world=worlds(), as_of=NEAR)
def test_statuses_sum_to_the_roster_and_full_needs_both(world: World, as_of: date) -> None:
    table = measured(world, as_of)
    counts = count_coverage(table)
    assert sum(counts.status.values()) == counts.roster == len(table)
    assert counts.counts["full"] <= min(counts.counts["assigned"], counts.counts["product"])
    assert counts.status["uncovered"] == counts.roster - counts.counts["assigned"]
    assert counts.full == (counts.roster > 0 and counts.counts["full"] == counts.roster)


@settings(deadline=None)  # a machine that is busy with other tests is no fault
@given(world=worlds(), as_of=NEAR)
def test_the_order_of_rows_changes_nothing(world: World, as_of: date) -> None:
    turned = {name: rows[::-1] for name, rows in world.items()}
    pd.testing.assert_frame_equal(pd.DataFrame(measured(world, as_of)), pd.DataFrame(measured(turned, as_of)))


# Named cases, each with its reason.


def one_township(**more: list[dict[str, Any]]) -> World:
    return {
        "townships": [_row("townships", code="230184101", name="拉林满族镇", county_code="230184")],
        "roster": [_row("roster", township_code="230184101", starts_on=date(2025, 1, 1))],
        **more,
    }


def _row(table: str, **values: Any) -> dict[str, Any]:
    return dict.fromkeys(COLUMNS[table]) | values


def term(number: int, starts_on: date, ends_on: date, **more: Any) -> dict[str, Any]:
    return (
        _row(
            "assignments",
            id=number,
            township_code="230184101",
            commissioner_id=f"C{number}",
            commissioner=f"commissioner {number}",
            state="active",
            starts_on=starts_on,
            ends_on=ends_on,
        )
        | more
    )


def only(table: gpd.GeoDataFrame) -> dict[str, Any]:
    assert len(table) == 1
    return {str(name): plain(value) for name, value in table.iloc[0].items()}


def test_a_successor_without_a_gap_puts_the_lapse_off() -> None:
    world = one_township(
        assignments=[
            term(1, date(2026, 1, 1), date(2026, 11, 30)),
            term(2, date(2026, 12, 1), date(2027, 11, 30)),
        ]
    )
    assert only(measured(world))["lapses_on"] == date(2027, 12, 1)


def test_a_gap_of_one_day_is_a_lapse() -> None:
    world = one_township(
        assignments=[
            term(1, date(2026, 1, 1), date(2026, 11, 30)),
            term(2, date(2026, 12, 2), date(2027, 11, 30)),
        ]
    )
    assert only(measured(world))["lapses_on"] == date(2026, 12, 1)


def test_a_proposed_successor_does_not_put_the_lapse_off() -> None:
    world = one_township(
        assignments=[
            term(1, date(2026, 1, 1), date(2026, 11, 30)),
            term(2, date(2026, 12, 1), date(2027, 11, 30), state="proposed"),
        ]
    )
    assert only(measured(world))["lapses_on"] == date(2026, 12, 1)


def test_a_township_that_leaves_the_roster_first_does_not_lapse() -> None:
    world = one_township(assignments=[term(1, date(2026, 1, 1), date(2026, 12, 31))])
    world["roster"][0]["ends_on"] = date(2026, 12, 31)
    assert only(measured(world))["lapses_on"] is None
    world["roster"][0]["ends_on"] = date(2027, 1, 1)
    assert only(measured(world))["lapses_on"] == date(2027, 1, 1)


def test_the_last_day_served_ends_a_term_that_was_cut_short() -> None:
    cut = term(1, date(2026, 1, 1), date(2026, 12, 31), state="ended", ended_on=TODAY)
    world = one_township(assignments=[cut])
    assert only(measured(world))["ends_on"] == TODAY
    assert only(measured(world, TODAY + DAY))["status"] == "uncovered"


def test_a_merged_township_is_in_before_the_day_and_out_from_it() -> None:
    world = one_township()
    world["townships"][0]["ends_on"] = TODAY
    assert len(measured(world, TODAY)) == 1
    assert len(measured(world, TODAY + DAY)) == 0


def test_a_renamed_township_has_the_name_of_the_day() -> None:
    renamings = [("拉林镇", date(2026, 6, 1)), ("拉林公社", date(2026, 3, 1))]
    world = one_township(
        lineage=[
            _row("lineage", from_code="230184101", to_code="230184101", from_name=name, effective_on=day)
            for name, day in renamings
        ]
    )
    assert only(measured(world, date(2026, 2, 28)))["name"] == "拉林公社"
    assert only(measured(world, date(2026, 3, 1)))["name"] == "拉林镇"
    assert only(measured(world, date(2026, 6, 1)))["name"] == "拉林满族镇"


def test_the_window_counts_the_day_of_the_visit_itself() -> None:
    visit = _row(
        "visits",
        township_code="230184101",
        commissioner_id="C1",
        visited_on=TODAY,
        counts=True,
        verifies=True,
    )
    world = one_township(assignments=[term(1, date(2026, 1, 1), date(2027, 12, 31))], visits=[visit])
    assert only(measured(world, TODAY + 89 * DAY))["verified"]
    gone = only(measured(world, TODAY + 90 * DAY))
    assert (gone["visited"], gone["verified"], gone["last_visit_on"]) == (False, False, TODAY)


def test_the_columns_are_there_also_when_nothing_is() -> None:
    table = measured({"townships": []})
    assert list(table.columns)[:5] == ["code", "name", "county_code", "assigned", "product"]
    assert table.crs == "EPSG:4326"
    assert str(table.dtypes["lapses_on"]) == "datetime64[s]"
    assert count_coverage(table).roster == 0
    assert not count_coverage(table).full


def test_boundaries_stay_with_their_townships() -> None:
    world = one_township()
    layer = gpd.GeoDataFrame(world["townships"], geometry=[Point(127, 45)], crs="EPSG:4326")
    table = measured_with(layer, world)
    assert table.geometry.iloc[0].equals(Point(127, 45))


@pytest.mark.parametrize("crs", ["EPSG:3857", None])
def test_boundaries_in_another_system_are_refused(crs: str | None) -> None:
    world = one_township()
    layer = gpd.GeoDataFrame(world["townships"], geometry=[Point(127, 45)], crs=crs)
    with pytest.raises(CrsMismatchError):
        measured_with(layer, world)


def measured_with(townships: pd.DataFrame, world: World, **given: Any) -> gpd.GeoDataFrame:
    frames: dict[str, Any] = {
        name: pd.DataFrame(world.get(name, []), columns=list(COLUMNS[name]), dtype=object)
        for name in ("roster", "assignments", "featured_products")
    }
    frames["visits"] = aggregated(world, TODAY, 90)
    return coverage_table(townships, **(frames | given), as_of=TODAY)


def test_a_township_that_is_there_twice_is_refused() -> None:
    world = one_township()
    with pytest.raises(InvalidInputError, match="230184101"):
        measured_with(pd.DataFrame(world["townships"] * 2), world)


@pytest.mark.parametrize("name", ["roster", "assignments", "featured_products", "visits"])
def test_a_table_that_lacks_a_column_is_refused_by_name(name: str) -> None:
    world = one_township()
    with pytest.raises(InvalidInputError, match=name):
        measured_with(pd.DataFrame(world["townships"]), world, **{name: pd.DataFrame({"other": []})})


def test_visits_after_the_day_are_refused_because_they_hide_earlier_ones() -> None:
    visits = pd.DataFrame(
        {
            "township_code": ["230184101"],
            "commissioner_id": ["C1"],
            "last_visit_on": [TODAY + DAY],
            "last_verified_on": [None],
        }
    )
    world = one_township()
    with pytest.raises(InvalidInputError):
        measured_with(pd.DataFrame(world["townships"]), world, visits=visits)


def test_something_that_is_not_a_day_is_refused_with_its_column() -> None:
    world = one_township()
    world["roster"][0]["starts_on"] = "next spring"
    with pytest.raises(InvalidInputError, match="starts_on"):
        measured(world)


@pytest.mark.parametrize("as_text", [str, pd.Timestamp])
def test_days_may_be_text_or_instants(as_text: Any) -> None:
    world = one_township(assignments=[term(1, as_text(date(2026, 1, 1)), as_text(date(2026, 12, 31)))])
    assert only(measured(world))["lapses_on"] == date(2027, 1, 1)


def test_a_window_of_no_days_is_refused() -> None:
    with pytest.raises(InvalidInputError):
        CoveragePolicy(0)
