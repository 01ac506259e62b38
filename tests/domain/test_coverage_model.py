"""The coverage function against a slow model that is right at a glance: one township, one day at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.coverage import (
    RUNGS,
    CoverageStatus,
    count_coverage,
)
from tests.domain.worlds import DAY, World, measured, plain

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
