"""Plans measured by a routing server: asked over real HTTP, kept with the draft, refused when it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from shapely import Point
from sqlalchemy import select, update

from fieldapp.domain.errors import ConflictError, ForbiddenError
from fieldapp.domain.permissions import SYSTEM
from fieldapp.domain.planning import Pair, RoutingError
from fieldapp.domain.planning.drafts import DraftState
from fieldapp.domain.suitability import great_circle_km
from fieldapp.i18n import translate
from fieldapp.persistence import schema
from fieldapp.services import draft_plan as drafting
from fieldapp.services import solve_draft
from fieldapp.services.ask_what_if import ask_what_if
from fieldapp.services.clear_travel import clear_travel
from fieldapp.services.context import Context
from fieldapp.services.export_plan import export_plan
from fieldapp.services.import_file import import_file
from fieldapp.services.plan_at_once import plan_at_once
from fieldapp.services.planning_input import Wish
from fieldapp.services.publish_plan import publish_plan
from fieldapp.services.read_plans import list_drafts, read_draft
from fieldapp.services.solve_draft import solve_stored
from tests.routing.server import DETOUR, RoutingServer, routing_server
from tests.services.assigning import DECEMBER, NEXT_NOVEMBER, OFFICER, WUCHANG_OFFICER, add_users
from tests.services.planning import drafted, edited
from tests.services.small_register import LALIN, PINGFANG, fill, rows

# Where the small register has its seats, and everybody's home.
LALIN_SEAT, PINGFANG_SEAT = (127.0, 45.2), (126.7, 45.6)
HOME = (126.6, 45.75)


@pytest.fixture
def server() -> Iterator[RoutingServer]:
    with routing_server() as server:
        yield server


@pytest.fixture
def register(context: Context, server: RoutingServer) -> Context:
    """The small register in an installation that knows a routing server."""
    fill(context)
    add_users(context)
    return by_road(context, server, "osrm")


def move(context: Context, commissioner: str, lon: float, lat: float) -> None:
    people = schema.commissioners
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(people).where(people.c.id == commissioner).values(home=Point(lon, lat)))


def by_road(context: Context, server: RoutingServer, kind: str) -> Context:
    return replace(context, settings=replace(context.settings, routing_url=server.address(kind)))


def road_km(seat: tuple[float, float]) -> float:
    return round(DETOUR * float(great_circle_km(*HOME, *seat)), 1)


def distance(plan: object, code: str) -> float | None:
    (row,) = (row for row in plan.difference if row["township"] == code)  # type: ignore[attr-defined]
    km: float | None = row["distance_km"]
    return km


@pytest.mark.parametrize("kind", ["osrm", "valhalla"])
def test_a_plan_is_measured_by_road_and_says_so(register: Context, server: RoutingServer, kind: str) -> None:
    plan = drafted(by_road(register, server, kind))
    assert distance(plan, LALIN) == road_km(LALIN_SEAT)
    name = "OSRM" if kind == "osrm" else "Valhalla"
    assert str(plan.distances) == (
        f"Distances: by road, as {name} 127.0.0.1:{server.server_port} said on 2026-11-22."
    )


def test_without_a_routing_server_a_plan_says_that_it_is_measured_along_straight_lines(
    context: Context,
) -> None:
    fill(context)
    add_users(context)
    assert str(drafted(context).distances) == "Distances: straight lines times 1.3."


def test_the_draft_keeps_what_was_answered_and_reads_the_same_when_the_server_is_gone(
    register: Context, server: RoutingServer
) -> None:
    plan = drafted(register)
    server.answer = lambda: (500, b"gone")
    asked = len(server.questions)
    again = read_draft(
        replace(register, settings=replace(register.settings, routing_url=None)), plan.id, by=OFFICER
    )
    assert (again.difference, again.distances) == (plan.difference, plan.distances)
    with register.reading() as connection:
        kept = connection.execute(select(schema.plan_drafts.c.input)).scalar_one()
    assert kept["roads"]["people"] == ["C-0001", "C-0002", "C-0003"]
    assert len(server.questions) == asked
    assert publish_plan(register, plan.id, revision=plan.revision, by=OFFICER)


def test_an_edit_asks_only_for_what_is_not_known_yet(register: Context, server: RoutingServer) -> None:
    plan = drafted(register)
    server.answer = lambda: (500, b"gone")
    pinned = edited(register, plan, pins=(Pair(PINGFANG, "C-0003"),))
    assert distance(pinned, PINGFANG) == road_km(PINGFANG_SEAT)
    assert pinned.distances == plan.distances
    move(register, "C-0003", 126.7, 45.75)
    with pytest.raises(RoutingError):
        edited(register, pinned)
    unchanged = read_draft(register, plan.id, by=OFFICER)
    assert (unchanged.revision, unchanged.difference) == (pinned.revision, pinned.difference)
    server.answer = None
    server.questions.clear()
    moved = edited(register, unchanged, pins=(Pair(PINGFANG, "C-0003"),))
    assert len(server.questions) == 1
    assert distance(moved, PINGFANG) != road_km(PINGFANG_SEAT)


def test_no_plan_is_made_while_the_routing_server_does_not_answer(
    register: Context, server: RoutingServer
) -> None:
    server.answer = lambda: (503, b"{}")
    with pytest.raises(RoutingError, match="Try again in a few minutes"):
        drafted(register)
    with pytest.raises(RoutingError):
        plan_at_once(register, Wish(DECEMBER, NEXT_NOVEMBER), by=SYSTEM, publish_as="夜间")
    assert list_drafts(register, by=OFFICER) == ()


def test_an_imported_distance_goes_before_the_road(
    register: Context, server: RoutingServer, tmp_path: Path
) -> None:
    file = tmp_path / "里程表.csv"
    file.write_text(f"commissioner_id,township_code,km\nC-0001,{LALIN},77.5\n")
    import_file(register, "travel", file, actor="test")
    plan = drafted(register)
    assert distance(plan, LALIN) == 77.5
    assert distance(plan, PINGFANG) == road_km(PINGFANG_SEAT)
    assert str(plan.distances).startswith("Distances: imported from 里程表.csv; for other pairs by road")


def test_other_imported_distances_make_a_plan_outdated(register: Context, tmp_path: Path) -> None:
    file = tmp_path / "里程表.csv"
    file.write_text(f"commissioner_id,township_code,km\nC-0001,{LALIN},77.5\n")
    plan = drafted(register)
    import_file(register, "travel", file, actor="test")
    outdated = read_draft(register, plan.id, by=OFFICER)
    assert [str(change) for change in outdated.outdated] == ["The imported distances are others now."]
    assert edited(register, outdated).outdated == ()


def test_removed_distances_rule_no_plan_and_make_those_outdated_that_used_them(
    register: Context, tmp_path: Path
) -> None:
    file = tmp_path / "里程表.csv"
    file.write_text(f"commissioner_id,township_code,km\nC-0001,{LALIN},77.5\n")
    straight = distance(drafted(register), LALIN)
    import_file(register, "travel", file, actor="test")
    plan = drafted(register)
    with pytest.raises(ForbiddenError):
        clear_travel(register, by=WUCHANG_OFFICER)
    assert clear_travel(register, by=OFFICER) == 1
    outdated = read_draft(register, plan.id, by=OFFICER)
    assert [str(change) for change in outdated.outdated] == ["The imported distances are others now."]
    assert distance(drafted(register), LALIN) == straight
    assert "travel.cleared" in {row["action"] for row in rows(register, schema.audit_events)}
    with pytest.raises(ConflictError):
        clear_travel(register, by=OFFICER)
    import_file(register, "travel", file, actor="test")
    assert read_draft(register, plan.id, by=OFFICER).outdated == ()


def test_one_more_is_measured_along_straight_lines_and_that_is_said(
    register: Context, server: RoutingServer
) -> None:
    plan = drafted(register, forbids=tuple(Pair(PINGFANG, f"C-000{number}") for number in (1, 2, 3)))
    server.answer = lambda: (503, b"{}")
    answer = ask_what_if(register, plan.id, specialty=None, lon=126.7, lat=45.6, by=OFFICER)
    assert (answer.gained, answer.straight_lines) == (1, True)


def test_who_has_no_way_is_farther_than_who_has(register: Context, server: RoutingServer) -> None:
    move(register, "C-0003", 128.0, 45.2)
    plan = drafted(register, pins=(Pair(PINGFANG, "C-0003"),))
    assert distance(plan, PINGFANG) is None


def test_a_large_plan_is_measured_where_it_is_solved(
    register: Context, server: RoutingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(solve_draft, "AT_ONCE", 0)
    monkeypatch.setattr(drafting, "start_solver", lambda *_: None)
    waiting = drafted(register)
    assert (waiting.state, server.questions) == (DraftState.WAITING, [])
    server.answer = lambda: (503, b"{}")
    solve_stored(register, waiting.id, waiting.revision)
    failed = read_draft(register, waiting.id, by=OFFICER)
    assert failed.state is DraftState.FAILED
    assert "refuses the question (503)" in str(failed.error)
    server.answer = None
    again = edited(register, failed)
    solve_stored(register, again.id, again.revision)
    solved = read_draft(register, again.id, by=OFFICER)
    assert distance(solved, LALIN) == road_km(LALIN_SEAT)
    server.answer = lambda: (503, b"{}")
    once_more = edited(register, solved)
    solve_stored(register, once_more.id, once_more.revision)
    assert read_draft(register, once_more.id, by=OFFICER).state is DraftState.READY


def test_the_workbook_says_on_a_sheet_of_its_own_where_the_distances_come_from(
    register: Context, tmp_path: Path
) -> None:
    plan = drafted(register)
    with (tmp_path / "plan.xlsx").open("wb") as file:
        export_plan(register, plan.id, file, "xlsx", locale="en", by=OFFICER)
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    lines = [row[0] for row in book["about this plan"].iter_rows(values_only=True)]
    assert lines[0] == "Plan: 全市方案 (ready)."
    assert translate(plan.distances, "en") in lines
    book.close()
