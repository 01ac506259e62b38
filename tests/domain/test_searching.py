"""Names are found as people type them."""

from __future__ import annotations

import pytest

from fieldapp.domain.listing import PAGE_SIZE, page_of
from fieldapp.domain.searching import is_meant


@pytest.mark.parametrize(
    "typed", ["张三", "张", "zhangsan", "ZHANG SAN", "zh", "san", "zs", "c-0001", "Ｃ－０００１", "", "  "]
)
def test_a_person_is_found_by_characters_pinyin_initials_and_id(typed: str) -> None:
    assert is_meant(typed, name="张三", pinyin="zhang san", others=("C-0001",))


@pytest.mark.parametrize("typed", ["李", "hang", "an", "sz", "c-0002", "张三丰"])
def test_what_is_only_inside_a_syllable_or_of_another_is_not_meant(typed: str) -> None:
    assert not is_meant(typed, name="张三", pinyin="zhang san", others=("C-0001",))


def test_a_page_beyond_the_end_is_the_last_one() -> None:
    rows = list(range(PAGE_SIZE * 2 + 1))
    page = page_of(rows, 99)
    assert (page.number, page.pages, page.rows, page.first, page.last) == (3, 3, [100], 101, 101)
    assert page_of(rows, -1).first == 1
    empty = page_of([], 1)
    assert (empty.total, empty.pages, empty.first, empty.last) == (0, 1, 0, 0)
