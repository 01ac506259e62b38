from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.errors import ForbiddenError
from fieldapp.domain.permissions import (
    PERMISSIONS,
    Action,
    Person,
    Role,
    Row,
    RowFilter,
    Scope,
    may,
    require,
    scope_of,
    shown_phone,
    visible,
)

COUNTIES = ("230102", "230112", "230184", "230127")
PEOPLE = ("C-0001", "C-0002", "C-0003")
KINDS = sorted({action.kind for action in Action if action.endswith(".read")})

some_counties = st.frozensets(st.sampled_from(COUNTIES))
people = st.builds(
    Person,
    role=st.sampled_from(Role),
    county_codes=some_counties,
    commissioner_id=st.none() | st.sampled_from(PEOPLE),
    user_id=st.none() | st.integers(1, 3),
)
rows = st.builds(
    Row,
    county_codes=some_counties,
    commissioner_ids=st.frozensets(st.sampled_from(PEOPLE)),
    user_id=st.none() | st.integers(1, 3),
)
actions = st.sampled_from(Action)

WUCHANG = Person(Role.COUNTY_OFFICER, frozenset({"230184"}), user_id=1)
LI = Person(Role.COMMISSIONER, commissioner_id="C-0001", user_id=2)
VIEWER = Person(Role.VIEWER, user_id=3)


def test_the_table_is_complete_over_roles_and_actions() -> None:
    assert set(PERMISSIONS) == set(Action)
    assert all(set(scopes) == set(Role) for scopes in PERMISSIONS.values())


@settings(deadline=None)
@given(people, actions, rows, st.sampled_from(COUNTIES))
def test_nobody_gains_by_losing_a_county(person: Person, action: Action, row: Row, lost: str) -> None:
    less = replace(person, county_codes=person.county_codes - {lost})
    assert may(person, action, row) or not may(less, action, row)


@settings(deadline=None)
@given(people, actions, rows)
def test_a_viewer_changes_nothing_but_the_own_account(person: Person, action: Action, row: Row) -> None:
    viewer = replace(person, role=Role.VIEWER)
    if may(viewer, action, row):
        own = action is Action.ACCOUNT_MANAGE and row.user_id == viewer.user_id
        assert action.reads or own


@settings(deadline=None)
@given(people, actions, rows)
def test_a_county_officer_never_changes_what_is_another_county_s(
    person: Person, action: Action, row: Row
) -> None:
    officer = replace(person, role=Role.COUNTY_OFFICER)
    if may(officer, action, row) and not action.reads and action is not Action.ACCOUNT_MANAGE:
        assert row.county_codes
        assert row.county_codes <= officer.county_codes


@settings(deadline=None)
@given(people, actions, rows)
def test_a_county_officer_sees_of_assignments_and_visits_only_the_own_counties(
    person: Person, action: Action, row: Row
) -> None:
    officer = replace(person, role=Role.COUNTY_OFFICER)
    elsewhere = replace(row, county_codes=row.county_codes - officer.county_codes)
    shared = {
        Action.TOWNSHIP_READ,
        Action.COVERAGE_READ,
        Action.INSTITUTION_READ,
        Action.COMMISSIONER_READ,
    }
    if action not in shared and action is not Action.ACCOUNT_MANAGE:
        assert not may(officer, action, elsewhere)


@settings(deadline=None)
@given(people, actions, rows)
def test_a_commissioner_reaches_only_what_is_his_or_hers(person: Person, action: Action, row: Row) -> None:
    commissioner = replace(person, role=Role.COMMISSIONER)
    shared = {Action.TOWNSHIP_READ, Action.COVERAGE_READ, Action.INSTITUTION_READ}
    if may(commissioner, action, row) and action is not Action.ACCOUNT_MANAGE and action not in shared:
        assert commissioner.commissioner_id in row.commissioner_ids


@settings(deadline=None)
@given(people, rows)
def test_everybody_manages_the_own_account_and_no_other(person: Person, row: Row) -> None:
    own = person.user_id is not None and person.user_id == row.user_id
    assert may(person, Action.ACCOUNT_MANAGE, row) == own


@settings(deadline=None)
@given(people, rows)
def test_a_commissioner_without_a_record_owns_no_row_that_has_none(person: Person, row: Row) -> None:
    nobody = Person(Role.COMMISSIONER)
    assert not may(nobody, Action.VISIT_READ, row)
    assert not may(nobody, Action.ACCOUNT_MANAGE, Row())


@settings(deadline=None)
@given(people, rows, st.sampled_from(KINDS))
def test_the_filter_of_a_query_lets_through_exactly_what_may_be_read(
    person: Person, row: Row, kind: str
) -> None:
    allowed = visible(person, kind)
    assert allowed.admits(row) == may(person, Action(f"{kind}.read"), row)
    assert not (allowed.nothing and allowed.admits(row))


@settings(deadline=None)
@given(people, actions, rows)
def test_what_may_not_be_done_is_refused_in_a_sentence_that_says_what(
    person: Person, action: Action, row: Row
) -> None:
    if may(person, action, row):
        require(person, action, row)
        return
    with pytest.raises(ForbiddenError) as caught:
        require(person, action, row)
    assert caught.value.code.startswith("forbidden.")
    assert str(caught.value).endswith(".")


def test_the_filters_of_the_roles() -> None:
    assert visible(Person(Role.BUREAU_OFFICER), "visit") == RowFilter(everything=True)
    assert visible(WUCHANG, "visit") == RowFilter(county_codes=frozenset({"230184"}))
    assert visible(LI, "visit").commissioner_id == "C-0001"
    assert visible(VIEWER, "audit").nothing
    assert visible(replace(WUCHANG, county_codes=frozenset()), "visit").nothing


def test_a_commissioner_who_serves_two_counties_is_read_by_both_and_changed_by_neither() -> None:
    both = Row(frozenset({"230184", "230112"}), frozenset({"C-0001"}))
    assert may(WUCHANG, Action.PHONE_READ, both)
    assert not may(WUCHANG, Action.COMMISSIONER_WRITE, both)
    assert may(WUCHANG, Action.COMMISSIONER_WRITE, replace(both, county_codes=frozenset({"230184"})))


def test_phones_are_masked_except_to_those_who_must_call() -> None:
    row = Row(frozenset({"230184"}), frozenset({"C-0001"}))
    for caller in (WUCHANG, LI, Person(Role.BUREAU_OFFICER), Person(Role.ADMINISTRATOR)):
        assert shown_phone(caller, "13800000001", row) == "13800000001"
    for other in (
        VIEWER,
        Person(Role.COUNTY_OFFICER, frozenset({"230102"})),
        Person(Role.COMMISSIONER, commissioner_id="C-0002"),
    ):
        assert shown_phone(other, "13800000001", row) == "138****0001"
    assert shown_phone(VIEWER, None, row) is None


def test_the_refusal_says_what_to_do_about_it() -> None:
    with pytest.raises(ForbiddenError, match="only in your own counties: put assignments on public notice"):
        require(WUCHANG, Action.ASSIGNMENT_PUBLISH, Row(frozenset({"230112"})))
    with pytest.raises(ForbiddenError, match="only with what is yours: see visits"):
        require(LI, Action.VISIT_READ, Row(frozenset({"230184"}), frozenset({"C-0002"})))
    with pytest.raises(ForbiddenError, match="As viewer you may not do this: activate assignments"):
        require(VIEWER, Action.ASSIGNMENT_ACTIVATE, Row(frozenset({"230184"})))


def test_only_an_administrator_manages_users_and_erases_a_person() -> None:
    for action in (Action.USER_MANAGE, Action.PERSON_ERASE):
        allowed = {role for role in Role if scope_of(Person(role), action) is not Scope.NONE}
        assert allowed == {Role.ADMINISTRATOR}
