"""Erasing a person takes the person out of kept plans, too, on both engines; what was planned stays told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import SYSTEM
from fieldapp.domain.planning import Pair
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.persistence import schema
from fieldapp.services import draft_plan as drafting
from fieldapp.services import solve_draft
from fieldapp.services.context import Context
from fieldapp.services.draft_plan import discard_draft, rename_draft
from fieldapp.services.import_file import import_file
from fieldapp.services.personal_data import ERASED_NAME, erase_person, export_person
from fieldapp.services.publish_plan import publish_plan, undo_plan
from fieldapp.services.read_fragility import read_fragility
from fieldapp.services.read_plans import read_draft
from tests.services.assigning import OFFICER, add_users
from tests.services.planning import drafted, leaders
from tests.services.small_register import LALIN, PINGFANG, fill, rows

ZHANG, HOME = "张三", ("126.6", "45.75")


@pytest.fixture
def register(context: Context) -> Context:
    """The small register; only the first commissioner lives where the test can tell it from the others."""
    fill(context)
    add_users(context)
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        people = schema.commissioners
        connection.execute(update(people).where(people.c.id != "C-0001").values(home=None))
    return context


def erase(context: Context) -> Context:
    """Erase the first commissioner, long after everything that is planned here."""
    moment = context.now() + timedelta(days=20_000)
    ahead = replace(context, now=lambda: moment)
    erase_person(ahead, "C-0001", by=SYSTEM, reason="本人要求")
    return ahead


def test_no_kept_plan_knows_the_name_or_the_home_any_more(register: Context, tmp_path: Path) -> None:
    file = tmp_path / "travel.csv"
    file.write_text(f"commissioner_id,township_code,km\nC-0001,{LALIN},77.5\n")
    import_file(register, "travel", file, actor="test")
    plan = drafted(register, forbids=(Pair(PINGFANG, "C-0002"), Pair(PINGFANG, "C-0003")))
    read_fragility(register, plan.id, by=OFFICER)
    publish_plan(register, plan.id, revision=None, by=OFFICER)
    undo_plan(register, plan.id, revision=None, by=OFFICER)
    before = str(rows(register, schema.plan_drafts))
    assert all(each in before for each in (ZHANG, *HOME, "77.5"))
    erase(register)
    (stored,) = rows(register, schema.plan_drafts)
    assert not any(each in str(stored) for each in (ZHANG, *HOME))
    assert stored["input"]["travel"]["km"] == []
    again = read_draft(register, plan.id, by=OFFICER)
    assert (again.state, leaders(again)) == (DraftState.UNDONE, leaders(plan))
    for row, was in zip(again.difference, plan.difference, strict=True):
        assert (row["change"], row["distance_km"], row["fit"]) == (
            was["change"],
            was["distance_km"],
            was["fit"],
        )
        assert str(row["reason"]) == str(was["reason"]).replace(ZHANG, ERASED_NAME)


def test_the_name_is_in_no_column_of_a_plan_where_the_person_would_take_over_from_another(
    register: Context,
) -> None:
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        people = schema.commissioners
        connection.execute(update(people).where(people.c.id == "C-0001").values(capacity=2))
    plan = drafted(
        register,
        name=f"{ZHANG}以外的方案",
        county_codes=(PINGFANG[:6],),
        pins=(Pair(PINGFANG, "C-0002"),),
        forbids=(Pair(PINGFANG, "C-0003"),),
    )
    (fragile,) = read_fragility(register, plan.id, by=OFFICER)
    assert (fragile["name"], ZHANG in str(fragile["repair"])) == ("李四", True)
    erase(register)
    (stored,) = rows(register, schema.plan_drafts)
    assert [name for name, value in stored.items() if ZHANG in str(value)] == []
    (kept,) = read_fragility(register, plan.id, by=OFFICER)
    assert (kept["name"], ERASED_NAME in str(kept["repair"])) == ("李四", True)


def test_the_name_of_a_plan_that_names_the_person_is_in_no_note_and_not_in_the_log(register: Context) -> None:
    plan = drafted(register, name=f"{ZHANG}的方案")
    rename_draft(register, plan.id, f"{ZHANG}退出后的方案", by=OFFICER)
    publish_plan(register, plan.id, revision=None, by=OFFICER)
    undo_plan(register, plan.id, revision=None, by=OFFICER)
    other = drafted(register, name=f"{ZHANG}的另一方案")
    discard_draft(register, other.id, by=OFFICER)
    erase(register)
    for table in (schema.plan_drafts, schema.assignments, schema.audit_events):
        assert ZHANG not in str(rows(register, table)), table.name


def test_the_imported_distances_of_the_person_go_and_the_others_stay(
    register: Context, tmp_path: Path
) -> None:
    file = tmp_path / "travel.csv"
    file.write_text(f"commissioner_id,township_code,km\nC-0001,{LALIN},77.5\nC-0002,{LALIN},5\n")
    import_file(register, "travel", file, actor="test")
    plan = drafted(register)
    assert "77.5" in export_person(register, "C-0001", by=SYSTEM).decode()
    ahead = erase(register)
    assert [row["commissioner_id"] for row in rows(register, schema.travel_distances)] == ["C-0002"]
    told = [str(each) for each in read_draft(ahead, plan.id, by=OFFICER).outdated]
    assert not any("distances" in each for each in told)


def test_the_name_is_in_no_reason_of_a_pair_that_displaces_the_person(register: Context) -> None:
    plan = drafted(register, forbids=(Pair(LALIN, "C-0001"),))
    (reason,) = (str(row["reason"]) for row in plan.difference if row["township"] == LALIN)
    assert f"{ZHANG}, who leads it today" in reason
    erase(register)
    assert ZHANG not in str(rows(register, schema.plan_drafts))


def test_a_plan_that_is_being_solved_is_cancelled(register: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solve_draft, "AT_ONCE", 0)
    monkeypatch.setattr(drafting, "start_solver", lambda *_: None)
    plan = drafted(register)
    erase(register)
    cancelled = read_draft(register, plan.id, by=OFFICER)
    assert cancelled.state is DraftState.CANCELLED
    assert ZHANG not in str(rows(register, schema.plan_drafts))


def test_who_was_erased_while_a_plan_was_solved_does_not_come_back_with_it(
    register: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved_at_once = drafting.solved_at_once

    def meanwhile(*given: object) -> object:
        erase(register)
        return solved_at_once(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(drafting, "solved_at_once", meanwhile)
    with pytest.raises(ConflictError, match="once more"):
        drafted(register)
    assert rows(register, schema.plan_drafts) == []
