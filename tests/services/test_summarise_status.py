"""What the status page says, against what coverage measures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.summarise_status import LATER_DAYS, summarise_status

TODAY = date(2026, 11, 22)
LALIN, SHAHE = "230184101", "230184102"
Term = tuple[str, str, date, date]


def _found_register(context: Context, terms: Sequence[Term], product_ends: dict[str, date | None]) -> None:
    """Two townships of one county on the roster, terms of service, and a featured product for each given."""
    people = sorted({commissioner for _, commissioner, _, _ in terms})
    with context.work(actor="test") as work:
        write = work.connection.execute
        write(insert(schema.counties).values(code="230184", name="五常市"))
        for code, name in ((LALIN, "拉林满族镇"), (SHAHE, "沙河子镇")):
            write(insert(schema.townships).values(code=code, name=name, county_code="230184", kind="town"))
            write(insert(schema.roster_memberships).values(township_code=code, starts_on=date(2024, 1, 1)))
        write(insert(schema.roster_targets).values(starts_on=date(2024, 1, 1), target=3))
        write(insert(schema.institutions).values(id=1, name="东北农业大学"))
        for person in people:
            write(insert(schema.commissioners).values(id=person, name=person, institution_id=1))
        for code, person, starts_on, ends_on in terms:
            write(
                insert(schema.assignments).values(
                    township_code=code,
                    commissioner_id=person,
                    state="active",
                    starts_on=starts_on,
                    ends_on=ends_on,
                )
            )
        for number, (code, ends_on) in enumerate(product_ends.items(), start=1):
            product = {"id": number, "township_code": code, "name": "大米", "category": "grain"}
            write(insert(schema.products).values(product))
            featured = {"township_code": code, "product_id": number, "starts_on": date(2025, 1, 1)}
            write(insert(schema.featured_products).values(ends_on=ends_on, **featured))
        work.record("test.founded", "roster", "test")
        work.commit()


def test_every_figure_of_the_demonstration_is_the_one_that_coverage_measures(
    sqlite_demonstration: Context,
) -> None:
    summary = summarise_status(sqlite_demonstration)
    measured = measure_coverage(sqlite_demonstration)

    assert summary.roster == measured.counts.roster == 168
    assert summary.counts == measured.counts.counts
    assert {status.value: count for status, count in summary.status.items()} == measured.counts.status
    assert [rung.count for rung in summary.rungs] == [
        measured.counts.counts[rung.key] for rung in summary.rungs
    ]
    assert sum(county.roster for county in summary.counties) == summary.roster
    assert sum(county.gap for county in summary.counties) == summary.gap > 0
    gaps = [county.gap for county in summary.counties]
    assert gaps == sorted(gaps, reverse=True)
    assert summary.sketch is not None
    assert len(summary.sketch.cells) == 168
    for point in summary.trend:
        then = measure_coverage(sqlite_demonstration, as_of=point.on).counts
        assert (point.roster, point.full) == (then.roster, then.counts["full"])
        assert point.forecast == (point.on > TODAY)
    table = measured.table
    expected = table[(table["lapses_on"].notna()) & (table["lapses_on"] <= "2027-02-20")]
    assert {lapse.code for lapse in summary.lapses} == set(expected["code"])


def test_the_trend_goes_a_year_back_by_months_and_ninety_days_ahead(context: Context) -> None:
    _found_register(context, [(LALIN, "张三", date(2026, 6, 1), date(2027, 1, 31))], {LALIN: None})
    trend = summarise_status(context).trend

    assert [point.on for point in trend if not point.forecast][:2] == [date(2025, 11, 22), date(2025, 12, 22)]
    assert trend[-1].on == TODAY + timedelta(days=LATER_DAYS)
    assert {point.full for point in trend if point.on < date(2026, 6, 1)} == {0}
    assert {point.full for point in trend if date(2026, 6, 1) <= point.on <= date(2027, 1, 31)} == {1}
    assert {point.full for point in trend if point.on > date(2027, 1, 31)} == {0}


def test_the_end_of_a_term_lapses_the_day_after_its_last_day(context: Context) -> None:
    _found_register(context, [(LALIN, "张三", date(2026, 1, 1), date(2026, 12, 21))], {LALIN: None})
    (lapse,) = summarise_status(context).soon

    assert (lapse.code, lapse.commissioner, lapse.county) == (LALIN, "张三", "五常市")
    assert lapse.on == date(2026, 12, 22)
    assert lapse.days_left == 30
    assert str(lapse.what) == "term of service"


def test_a_product_that_ends_before_the_term_lapses_as_a_product(context: Context) -> None:
    terms = [(LALIN, "张三", date(2026, 1, 1), date(2027, 1, 31))]
    _found_register(context, terms, {LALIN: date(2027, 1, 10)})
    (lapse,) = summarise_status(context).lapses

    assert lapse.on == date(2027, 1, 11)
    assert str(lapse.what) == "featured product"
    assert summarise_status(context).soon == ()


@pytest.mark.parametrize(
    ("product_ends", "on", "what"),
    [
        (None, date(2027, 2, 1), "term of service"),
        (date(2027, 1, 15), date(2027, 1, 16), "featured product"),
    ],
)
def test_a_successor_without_a_gap_carries_the_township_on(
    context: Context, product_ends: date | None, on: date, what: str
) -> None:
    terms = [
        (LALIN, "张三", date(2026, 1, 1), date(2026, 12, 31)),
        (LALIN, "李四", date(2027, 1, 1), date(2027, 1, 31)),
    ]
    _found_register(context, terms, {LALIN: product_ends})
    (lapse,) = summarise_status(context).lapses

    assert (lapse.on, str(lapse.what)) == (on, what)


def test_coverage_is_full_when_every_township_has_both_and_the_target_stands_beside(context: Context) -> None:
    terms = [
        (LALIN, "张三", date(2026, 1, 1), date(2027, 12, 31)),
        (SHAHE, "李四", date(2026, 1, 1), date(2027, 12, 31)),
    ]
    _found_register(context, terms, {LALIN: None, SHAHE: None})
    summary = summarise_status(context)

    assert summary.full_coverage
    assert (summary.roster, summary.target, summary.gap) == (2, 3, 0)
    assert not summarise_status(context, as_of=date(2028, 1, 1)).full_coverage
    assert summarise_status(context, as_of=date(2028, 1, 1)).forecast


def test_an_empty_roster_is_not_full_coverage(context: Context) -> None:
    summary = summarise_status(context)

    assert summary.roster == 0
    assert not summary.full_coverage
    assert summary.chart is None
    assert summary.sketch is None


def test_a_change_is_seen_at_once(context: Context) -> None:
    _found_register(context, [(LALIN, "张三", date(2026, 1, 1), date(2027, 12, 31))], {LALIN: None})
    assert summarise_status(context).counts["full"] == 1

    with context.work(actor="test") as work:
        row = work.connection.execute(select(schema.assignments.c.id)).scalar_one()
        work.connection.execute(
            update(schema.assignments)
            .where(schema.assignments.c.id == row)
            .values(state="ended", end_reason="resigned", ended_on=date(2026, 11, 1))
        )
        work.record("assignment.ended", "assignment", row)
        work.commit()

    assert summarise_status(context).counts["full"] == 0
    assert summarise_status(context).trend[12].full == 0
