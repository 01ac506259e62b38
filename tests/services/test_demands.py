"""What townships need: noted by those whose township it is, met with an answer, open again by a slip."""

from __future__ import annotations

import pytest

from fieldapp.domain.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.state_demand import (
    meet_demand,
    read_demand,
    read_demands,
    reopen_demand,
    state_demand,
)
from tests.services.assigning import OFFICER, PINGFANG_OFFICER, VIEWER, WUCHANG_OFFICER, add_users
from tests.services.small_register import LALIN, PINGFANG, fill, rows

NEED = "水稻育秧大棚控温，防立枯病"


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    add_users(context)
    return context


def test_a_need_is_open_until_it_is_met_and_again_after_a_slip(register: Context) -> None:
    demand = state_demand(register, LALIN, f"  {NEED} ", by=WUCHANG_OFFICER)
    later = state_demand(register, LALIN, "秸秆还田", by=OFFICER)
    meet_demand(register, demand, "已派专家现场指导", revision=1, by=WUCHANG_OFFICER)
    found = read_demands(register, LALIN, by=VIEWER)
    assert [each["id"] for each in found] == [later, demand]
    assert (found[1]["text"], found[1]["answer"], found[1]["met_on"]) == (
        NEED,
        "已派专家现场指导",
        register.today(),
    )
    reopen_demand(register, demand, revision=2, by=WUCHANG_OFFICER)
    assert read_demand(register, demand, by=VIEWER)["met_on"] is None
    told = [row["action"] for row in rows(register, schema.audit_events, schema.audit_events.c.id)]
    assert told[-4:] == ["demand.stated", "demand.stated", "demand.met", "demand.reopened"]


def test_whoever_is_second_is_told_so(register: Context) -> None:
    demand = state_demand(register, LALIN, NEED, by=OFFICER)
    with pytest.raises(ConflictError, match="noted already"):
        state_demand(register, LALIN, NEED, by=WUCHANG_OFFICER)
    meet_demand(register, demand, "已解决", revision=1, by=OFFICER)
    with pytest.raises(ConflictError, match="meanwhile"):
        meet_demand(register, demand, "已解决", revision=1, by=WUCHANG_OFFICER)
    with pytest.raises(ConflictError, match="was met on"):
        meet_demand(register, demand, "已解决", revision=2, by=WUCHANG_OFFICER)


def test_a_county_has_to_do_with_its_own_townships_only(register: Context) -> None:
    demand = state_demand(register, LALIN, NEED, by=OFFICER)
    with pytest.raises(ForbiddenError):
        state_demand(register, LALIN, "秸秆还田", by=PINGFANG_OFFICER)
    with pytest.raises(ForbiddenError):
        meet_demand(register, demand, "已解决", revision=1, by=PINGFANG_OFFICER)
    with pytest.raises(ForbiddenError):
        read_demands(register, LALIN, by=PINGFANG_OFFICER)
    with pytest.raises(NotFoundError):
        read_demand(register, demand, by=PINGFANG_OFFICER)
    with pytest.raises(ForbiddenError):
        state_demand(register, LALIN, "秸秆还田", by=VIEWER)


def test_who_serves_there_reads_what_is_needed_there(register: Context) -> None:
    state_demand(register, LALIN, NEED, by=OFFICER)
    serving = Person(Role.COMMISSIONER, commissioner_id="C-0001", user_id=11)
    assert [each["text"] for each in read_demands(register, LALIN, by=serving)] == [NEED]
    with pytest.raises(ForbiddenError):
        read_demands(register, PINGFANG, by=serving)


@pytest.mark.parametrize("words", ["", "   ", "长" * 501])
def test_a_need_has_words_and_not_too_many(register: Context, words: str) -> None:
    with pytest.raises(InvalidInputError):
        state_demand(register, LALIN, words, by=OFFICER)
    assert read_demands(register, LALIN, by=OFFICER) == []


def test_an_unknown_township_needs_nothing(register: Context) -> None:
    with pytest.raises(NotFoundError):
        read_demands(register, "999999999", by=OFFICER)
    with pytest.raises(NotFoundError):
        state_demand(register, "999999999", NEED, by=OFFICER)
