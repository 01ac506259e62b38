"""What the database refuses by itself, in the same way on both engines."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from fieldapp.domain.errors import ConflictError
from fieldapp.persistence.schema import (
    assignments,
    audit_events,
    commissioners,
    featured_products,
    roster_memberships,
    township_lineage,
)
from fieldapp.services.context import Context
from tests.persistence.register import DUJIA, LALIN, ONION, RICE, assign, make_register, term

JULY = {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 31)}


def _write(context: Context, statement: Any, rows: list[dict[str, Any]] | None = None) -> None:
    with context.work(actor="test") as work:
        if rows is None:
            work.connection.execute(statement)
        else:
            work.connection.execute(statement, rows)
        work.commit()


def _refused(context: Context, statement: Any, rows: list[dict[str, Any]] | None = None) -> ConflictError:
    with pytest.raises(ConflictError) as refused:
        _write(context, statement, rows)
    return refused.value


def _kept(context: Context, table: Table) -> int:
    with context.engine.connect() as connection:
        return len(connection.execute(select(table)).all())


def test_a_township_has_one_commissioner_on_any_day(context: Context) -> None:
    make_register(context.engine)
    _write(context, insert(assignments).values(term(commissioner="C-2")))

    conflict = _refused(context, insert(assignments).values(term(commissioner="C-1", **JULY)))

    assert conflict.code == "assignment.overlap"
    assert str(conflict) == (
        "拉林满族镇 is led by 李夏 from 2026-01-01 to 2026-12-31. End that term first, or choose other days."
    )
    assert _kept(context, assignments) == 1


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "fits"),
    [
        (date(2025, 1, 1), date(2025, 12, 31), True),
        (date(2025, 1, 1), date(2026, 1, 1), False),
        (date(2026, 12, 31), date(2027, 12, 31), False),
        (date(2027, 1, 1), date(2027, 12, 31), True),
    ],
    ids=["up to the eve", "into the first day", "from the last day", "from the day after"],
)
def test_both_ends_of_a_term_count(context: Context, starts_on: date, ends_on: date, fits: bool) -> None:
    make_register(context.engine, capacity=9)
    _write(context, insert(assignments).values(term(commissioner="C-2")))
    another = insert(assignments).values(term(starts_on=starts_on, ends_on=ends_on))
    if fits:
        _write(context, another)
    else:
        assert _refused(context, another).code == "assignment.overlap"


def test_days_after_a_term_was_cut_short_are_free(context: Context) -> None:
    make_register(context.engine)
    cut = term(commissioner="C-2", state="ended", end_reason="resigned", ended_on=date(2026, 6, 30))
    _write(context, insert(assignments).values(cut))
    _write(context, insert(assignments).values(term(**JULY)))
    assert _kept(context, assignments) == 2


def test_a_withdrawn_proposal_is_in_nobodys_way(context: Context) -> None:
    make_register(context.engine)
    _write(context, insert(assignments).values(term(commissioner="C-2", state="withdrawn")))
    _write(context, insert(assignments).values(term()))
    again = update(assignments).where(assignments.c.state == "withdrawn").values(state="active")
    assert _refused(context, again).code == "assignment.overlap"


def test_extending_a_term_into_the_next_one_is_refused_by_name(context: Context) -> None:
    make_register(context.engine)
    with context.work(actor="test") as work:
        first = assign(work.connection, commissioner="C-2", ends_on=date(2026, 6, 30))
        assign(work.connection, **JULY)
        work.commit()
    longer = update(assignments).where(assignments.c.id == first).values(ends_on=date(2026, 7, 1))
    conflict = _refused(context, longer)
    assert conflict.code == "assignment.overlap"
    assert "王春 from 2026-07-01 to 2026-07-31" in str(conflict)


def test_of_many_rows_the_one_in_the_way_is_named(context: Context) -> None:
    make_register(context.engine)
    _write(context, insert(assignments).values(term(DUJIA, "C-2")))
    rows = [term(LALIN, "C-2"), term(DUJIA, "C-2", **JULY)]
    conflict = _refused(context, insert(assignments), rows)
    assert conflict.code == "assignment.overlap"
    assert str(conflict).startswith("杜家镇 is led by 李夏")
    assert _kept(context, assignments) == 1


def test_rows_that_stand_in_each_others_way_are_refused_together(context: Context) -> None:
    make_register(context.engine)
    conflict = _refused(context, insert(assignments), [term(), term(commissioner="C-2")])
    assert conflict.code == "assignment.overlap"
    assert "two commissioners on one day" in str(conflict)
    assert _kept(context, assignments) == 0


def test_a_commissioner_leads_no_more_townships_than_the_capacity(context: Context) -> None:
    make_register(context.engine)
    _write(context, insert(assignments).values(term(LALIN)))
    conflict = _refused(context, insert(assignments).values(term(DUJIA, **JULY)))
    assert conflict.code == "commissioner.capacity"
    assert str(conflict) == (
        "王春 already leads 拉林满族镇 on some of these days, and the capacity is 1. "
        "End one of the terms first, or raise the capacity."
    )
    _write(context, update(commissioners).where(commissioners.c.id == "C-1").values(capacity=2))
    _write(context, insert(assignments).values(term(DUJIA, **JULY)))


def test_a_commissioner_may_lead_one_township_after_another(context: Context) -> None:
    make_register(context.engine)
    _write(context, insert(assignments).values(term(LALIN, ends_on=date(2026, 6, 30))))
    _write(context, insert(assignments).values(term(DUJIA, **JULY)))
    longer = update(assignments).where(assignments.c.township_code == LALIN).values(ends_on=date(2026, 7, 1))
    assert _refused(context, longer).code == "commissioner.capacity"


def test_a_commissioner_without_capacity_leads_nothing(context: Context) -> None:
    make_register(context.engine, capacity=0)
    conflict = _refused(context, insert(assignments).values(term()))
    assert conflict.code == "commissioner.capacity"
    assert "capacity 0" in str(conflict)


def test_handing_a_proposal_to_a_busy_commissioner_is_refused(context: Context) -> None:
    make_register(context.engine)
    _write(context, insert(assignments), [term(LALIN, "C-1"), term(DUJIA, "C-2")])
    handed = update(assignments).where(assignments.c.township_code == DUJIA).values(commissioner_id="C-1")
    assert _refused(context, handed).code == "commissioner.capacity"


def test_capacity_cannot_be_lowered_below_the_townships_led_from_today(context: Context) -> None:
    make_register(context.engine, capacity=2)
    today = datetime.now(UTC).date()
    ahead = {"starts_on": today + timedelta(days=9), "ends_on": today + timedelta(days=19)}
    _write(context, insert(assignments), [term(LALIN, **ahead), term(DUJIA, **ahead)])
    lower = update(commissioners).values(capacity=1)
    conflict = _refused(context, lower.where(commissioners.c.id == "C-1"))
    assert conflict.code == "commissioner.capacity"
    assert str(conflict).startswith("王春 leads 拉林满族镇、杜家镇. The capacity cannot be lowered to 1")
    _write(context, lower.where(commissioners.c.id == "C-2"))


def test_capacity_can_be_lowered_once_the_terms_are_past_and_they_can_still_be_ended(
    context: Context,
) -> None:
    make_register(context.engine, capacity=2)
    past = {"starts_on": date(2020, 1, 1), "ends_on": date(2020, 12, 31), "state": "active"}
    _write(context, insert(assignments), [term(LALIN, **past), term(DUJIA, **past)])
    _write(context, update(commissioners).where(commissioners.c.id == "C-1").values(capacity=1))
    _write(context, update(assignments).values(state="ended", end_reason="term_over"))


def test_a_township_has_one_featured_product_on_any_day(context: Context) -> None:
    make_register(context.engine)
    rice = {"township_code": LALIN, "product_id": RICE, "starts_on": date(2026, 1, 1)}
    onion = {"township_code": LALIN, "product_id": ONION, "starts_on": date(2026, 7, 1)}
    _write(context, insert(featured_products).values(rice))
    conflict = _refused(context, insert(featured_products).values(onion))
    assert conflict.code == "featured_product.overlap"
    assert str(conflict).startswith("拉林满族镇 has the featured product 大米 from 2026-01-01 on.")
    _write(context, update(featured_products).values(ends_on=date(2026, 6, 30)))
    _write(context, insert(featured_products).values(onion))
    again = update(featured_products).where(featured_products.c.product_id == RICE).values(ends_on=None)
    assert _refused(context, again).code == "featured_product.overlap"


def test_a_township_is_on_the_roster_once_on_any_day(context: Context) -> None:
    make_register(context.engine)
    first = {"township_code": LALIN, "starts_on": date(2026, 1, 1), "ends_on": date(2026, 3, 31)}
    second = {"township_code": LALIN, "starts_on": date(2026, 4, 1)}
    _write(context, insert(roster_memberships).values(first))
    _write(context, insert(roster_memberships).values(second))
    conflict = _refused(context, insert(roster_memberships).values(second | JULY))
    assert conflict.code == "roster.overlap"
    assert str(conflict).startswith("拉林满族镇 is on the roster from 2026-04-01 on.")


@pytest.mark.parametrize(
    "change",
    [
        {"township_code": DUJIA},
        {"commissioner_id": "C-2"},
        {"starts_on": date(2026, 2, 1)},
        {"state": "proposed"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_was_shown_to_the_public_cannot_be_overwritten(context: Context, change: dict[str, Any]) -> None:
    make_register(context.engine)
    _write(context, insert(assignments).values(term(state="on_notice")))
    assert _refused(context, update(assignments).values(change)).code == "history.kept"


def test_a_proposal_is_a_draft_and_a_term_in_force_can_be_ended(context: Context) -> None:
    make_register(context.engine)
    _write(context, insert(assignments).values(term()))
    _write(context, update(assignments).values(township_code=DUJIA, starts_on=date(2026, 2, 1)))
    _write(context, update(assignments).values(state="active", note="announced"))
    _write(
        context,
        update(assignments).values(
            state="ended", end_reason="resigned", ended_on=date(2026, 5, 1), revision=2
        ),
    )


def _fill_history(context: Context) -> None:
    make_register(context.engine)
    with context.work(actor="test") as work:
        assign(work.connection)
        work.connection.execute(
            insert(featured_products).values(township_code=LALIN, product_id=RICE, starts_on=date(2026, 1, 1))
        )
        work.connection.execute(
            insert(roster_memberships).values(township_code=LALIN, starts_on=date(2026, 1, 1))
        )
        work.connection.execute(
            insert(township_lineage).values(
                kind="renamed",
                effective_on=date(2026, 1, 1),
                from_code=LALIN,
                to_code=LALIN,
                from_name="拉林镇",
                to_name="拉林满族镇",
            )
        )
        work.record("assignment.proposed", "assignment", 1)
        work.commit()


HISTORY = (assignments, featured_products, roster_memberships, township_lineage, audit_events)


@pytest.mark.parametrize("table", HISTORY, ids=lambda table: table.name)
def test_history_cannot_be_deleted(context: Context, table: Table) -> None:
    _fill_history(context)
    assert _refused(context, delete(table)).code == "history.kept"
    assert _kept(context, table) == 1


@pytest.mark.parametrize("table", HISTORY, ids=lambda table: table.name)
def test_history_cannot_be_truncated(postgresql_context: Context, table: Table) -> None:
    _fill_history(postgresql_context)
    refused = _refused(postgresql_context, text(f"TRUNCATE {table.name} CASCADE"))
    assert refused.code == "history.kept"
    assert _kept(postgresql_context, table) == 1


@pytest.mark.parametrize("table", HISTORY, ids=lambda table: table.name)
def test_history_cannot_be_replaced(sqlite_context: Context, table: Table) -> None:
    _fill_history(sqlite_context)
    columns = ", ".join(column.name for column in table.columns)
    replace = text(f"INSERT OR REPLACE INTO {table.name} ({columns}) SELECT {columns} FROM {table.name}")
    assert _refused(sqlite_context, replace).code == "history.kept"


def test_the_audit_log_cannot_be_edited(context: Context) -> None:
    _fill_history(context)
    assert _refused(context, update(audit_events).values(actor="nobody")).code == "history.kept"


def test_what_is_stored_already_and_what_is_referred_to_are_conflicts_too(context: Context) -> None:
    make_register(context.engine)
    twice = insert(commissioners).values(id="C-1", name="王春", institution_id=1)
    assert _refused(context, twice).code == "already_exists"
    stray = insert(commissioners).values(id="C-9", name="赵冬", institution_id=99)
    assert _refused(context, stray).code == "reference"


def test_a_state_that_the_domain_does_not_know_is_a_defect_not_a_conflict(context: Context) -> None:
    make_register(context.engine)
    with pytest.raises(IntegrityError, match="ck_assignments_state"):
        _write(context, insert(assignments).values(term(state="forgotten")))
