"""Coverage in named cases, each with its reason."""

from __future__ import annotations

from datetime import date

from tests.domain.worlds import DAY, TODAY, measured, one_township, only, row_of, term


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
            row_of("lineage", from_code="230184101", to_code="230184101", from_name=name, effective_on=day)
            for name, day in renamings
        ]
    )
    assert only(measured(world, date(2026, 2, 28)))["name"] == "拉林公社"
    assert only(measured(world, date(2026, 3, 1)))["name"] == "拉林镇"
    assert only(measured(world, date(2026, 6, 1)))["name"] == "拉林满族镇"


def test_the_window_counts_the_day_of_the_visit_itself() -> None:
    visit = row_of(
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
