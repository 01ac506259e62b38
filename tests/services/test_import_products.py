"""Products and the one featured product of a township, brought in on both engines."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fieldapp.persistence import products, schema
from fieldapp.services.context import Context
from tests.services.small_register import LALIN, SHANHE, audit_count, bring_in, counts, fill, rows, write_csv


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def featured(context: Context, code: str) -> list[tuple[str, date, date | None]]:
    with context.engine.connect() as connection:
        periods = products.featured_periods(connection).get(code, [])
    return [(period["product"], period["starts_on"], period["ends_on"]) for period in periods]


def test_a_newly_featured_product_ends_the_former_one_the_day_before(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(
        tmp_path, "乡镇,产品,产品类别,是否一品,认定日期\n拉林满族镇,拉林鲜食玉米,grain,是,2026-07-01"
    )
    assert counts(bring_in(register, "products", path)) == (1, 0, 1, 0)
    assert featured(register, LALIN) == [
        ("拉林大米", date(2024, 1, 1), date(2026, 6, 30)),
        ("拉林鲜食玉米", date(2026, 7, 1), None),
    ]
    events = audit_count(register)
    assert counts(bring_in(register, "products", path)) == (0, 0, 0, 1)
    assert audit_count(register) == events


def test_without_a_day_a_product_is_featured_from_today(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"township_code,name,category,featured\n{SHANHE},木耳,edible_fungi,yes")
    assert counts(bring_in(register, "products", path)) == (1, 0, 0, 0)
    assert featured(register, SHANHE) == [("木耳", date(2026, 11, 22), None)]
    assert counts(bring_in(register, "products", path)) == (0, 0, 0, 1)


def test_no_longer_featured_ends_yesterday(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"township_code,name,category,featured\n{LALIN},拉林大米,grain,no")
    assert counts(bring_in(register, "products", path)) == (0, 0, 1, 0)
    assert featured(register, LALIN) == [("拉林大米", date(2024, 1, 1), date(2026, 11, 21))]
    assert counts(bring_in(register, "products", path)) == (0, 0, 0, 1)


@pytest.mark.parametrize("old_first", [True, False])
def test_a_file_that_features_two_products_of_one_township_is_refused(
    register: Context, tmp_path: Path, old_first: bool
) -> None:
    lines = [f"{LALIN},拉林大米,grain,yes", f"{LALIN},拉林鲜食玉米,grain,yes"]
    text = "\n".join(["township_code,name,category,featured", *(lines if old_first else lines[::-1])])
    (fault,) = bring_in(register, "products", write_csv(tmp_path, text)).outcome.errors
    assert fault.row == 3
    assert featured(register, LALIN) == [("拉林大米", date(2024, 1, 1), None)]


def test_a_period_within_another_is_refused(register: Context, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path, f"township_code,name,category,featured,starts_on\n{LALIN},拉林鲜食玉米,grain,yes,2023-01-01"
    )
    (fault,) = bring_in(register, "products", path).outcome.errors
    assert (fault.row, fault.column) == (2, "starts_on")


def test_history_can_be_brought_in_beside_what_holds_now(register: Context, tmp_path: Path) -> None:
    path = write_csv(
        tmp_path,
        "township_code,name,category,featured,starts_on,ends_on\n"
        f"{LALIN},拉林小米,grain,no,2020-01-01,2023-12-31\n{LALIN},拉林大米,grain,yes,2024-01-01,",
    )
    assert counts(bring_in(register, "products", path)) == (1, 0, 0, 1)
    assert featured(register, LALIN)[0] == ("拉林小米", date(2020, 1, 1), date(2023, 12, 31))


def test_a_name_in_two_counties_needs_the_county(register: Context, tmp_path: Path) -> None:
    alone = write_csv(tmp_path, "乡镇,产品,产品类别\n沙河镇,香瓜,fruit")
    (fault,) = bring_in(register, "products", alone).outcome.errors
    assert (fault.row, fault.column, fault.value) == (2, "乡镇", "沙河镇")
    together = write_csv(tmp_path, "乡镇,区县,产品,产品类别\n沙河镇,平房区,香瓜,fruit")
    assert counts(bring_in(register, "products", together)) == (1, 0, 0, 0)


def test_a_name_that_is_nearly_right_is_asked_back_and_not_guessed(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "乡镇,产品,产品类别\n拉林镇,香瓜,fruit")
    (fault,) = bring_in(register, "products", path).outcome.errors
    assert "拉林满族镇" in str(fault.message)
    assert len(rows(register, schema.products)) == 1
