"""Accounts on both engines: logging in, being slowed down, codes, sessions that end, erasure, the chain."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pyotp
import pytest
from argon2 import PasswordHasher, Type
from sqlalchemy import select, text

from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    ThrottledError,
    UnauthenticatedError,
)
from fieldapp.domain.permissions import SYSTEM, Person, Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.export_scope import own_rows
from fieldapp.services.identify_person import account_of_session, account_of_token
from fieldapp.services.import_file import import_file
from fieldapp.services.keep_tokens import create_token, revoke_token
from fieldapp.services.keep_users import (
    UserValues,
    add_commissioner_accounts,
    add_user,
    change_user,
    find_user,
    give_link,
    set_disabled,
)
from fieldapp.services.log_in import log_in, log_out
from fieldapp.services.personal_data import ERASED_NAME, erase_person, export_person
from fieldapp.services.second_factor import begin_enrolment, confirm_enrolment, finish_login
from fieldapp.services.set_password import set_password_by_link, typed_secret
from fieldapp.services.verify_installation import verify_audit
from tests.accounts import make_account
from tests.services.small_register import LALIN, fill, rows, write_csv

GOOD = "seven green tractors"


def later(context: Context, passed: timedelta) -> Context:
    moment = context.now() + passed
    return replace(context, now=lambda: moment)


def enter(
    context: Context, name: str = "officer", password: str = GOOD, address: str = "10.0.0.1"
) -> str | None:
    return log_in(context, name=name, password=password, address=address, user_agent="test").token


def officer(context: Context) -> int:
    values = UserValues("Officer", "王经办", Role.BUREAU_OFFICER, phone="13900000001")
    return add_user(context, values, by=SYSTEM, password=GOOD)


def test_a_name_in_any_case_or_the_phone_lets_in(context: Context) -> None:
    user_id = officer(context)
    for name in ("officer", " OFFICER ", "13900000001"):
        token = enter(context, name)
        assert token is not None
        account = account_of_session(context, token)
        assert account is not None
        assert account.person == Person(Role.BUREAU_OFFICER, user_id=user_id)


@pytest.mark.parametrize("password", ["short", "password12", "1234567890", "officer2026", "x" * 201])
def test_a_password_that_is_guessed_first_is_refused(context: Context, password: str) -> None:
    with pytest.raises(InvalidInputError):
        add_user(context, UserValues("officer", "o", Role.VIEWER), by=SYSTEM, password=password)
    assert rows(context, schema.users) == []


def test_what_was_wrong_is_not_told(context: Context) -> None:
    user_id = officer(context)
    told = set()
    for name, password in (("officer", "wrong password"), ("nobody", GOOD), ("", "")):
        with pytest.raises(UnauthenticatedError) as refused:
            enter(context, name, password)
        told.add(str(refused.value.message))
    set_disabled(
        context,
        add_user(context, UserValues("a2", "a", Role.ADMINISTRATOR), by=SYSTEM),
        by=SYSTEM,
        disabled=False,
    )
    set_disabled(context, user_id, by=SYSTEM, disabled=True)
    with pytest.raises(UnauthenticatedError) as refused:
        enter(context)
    assert told == {str(refused.value.message)}


@pytest.mark.parametrize("name", ["officer", "nobody"])
def test_whoever_guesses_has_to_wait_and_a_right_password_does_not_help(context: Context, name: str) -> None:
    officer(context)
    for attempt in range(4):
        with pytest.raises(UnauthenticatedError):
            enter(context, name, "wrong", f"10.0.1.{attempt}")
    with pytest.raises(ThrottledError) as held:
        enter(context, name, GOOD, "10.0.2.1")
    assert 0 < held.value.seconds <= 3
    if name == "officer":
        assert enter(later(context, timedelta(seconds=5)), name) is not None


def test_a_whole_office_logs_in_from_one_address_without_waiting(context: Context) -> None:
    officer(context)
    for _ in range(25):
        assert enter(context)


def test_one_address_that_tries_many_names_has_to_wait(context: Context) -> None:
    for number in range(21):
        with pytest.raises(UnauthenticatedError):
            enter(context, f"name{number}", "wrong")
    with pytest.raises(ThrottledError):
        enter(context, "another", "wrong")
    with pytest.raises(UnauthenticatedError):
        enter(context, "another", "wrong", "10.0.0.2")


def test_guesses_at_the_same_moment_are_counted_as_many(context: Context) -> None:
    officer(context)
    ends: list[type[Exception]] = []

    def guess(number: int) -> None:
        try:
            enter(context, "officer", "wrong", f"10.1.0.{number}")
        except (UnauthenticatedError, ThrottledError, ConflictError) as error:
            ends.append(type(error))

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == 10
    assert ends.count(UnauthenticatedError) <= 5


def test_a_session_ends_by_resting_by_age_by_logging_out_and_with_the_account(context: Context) -> None:
    user_id = officer(context)
    token = enter(context)
    assert token is not None
    assert account_of_session(later(context, timedelta(minutes=29)), token) is not None
    assert account_of_session(later(context, timedelta(minutes=58)), token) is not None
    assert account_of_session(later(context, timedelta(minutes=89)), token) is None
    aged = context
    for _ in range(25):
        aged = later(aged, timedelta(minutes=29))
        alive = account_of_session(aged, token)
    assert alive is None
    second = enter(context)
    assert second is not None
    found = account_of_session(context, second)
    assert found is not None
    assert found.session_id is not None
    log_out(context, user_id, found.session_id)
    assert account_of_session(context, second) is None
    third = enter(context)
    assert third is not None
    add_user(context, UserValues("admin", "a", Role.ADMINISTRATOR), by=SYSTEM)
    set_disabled(context, user_id, by=SYSTEM, disabled=True)
    assert account_of_session(context, third) is None


def test_no_secret_is_stored_as_it_is(context: Context) -> None:
    user_id = officer(context)
    token = enter(context)
    api = create_token(context, user_id, name="t", scope=TokenScope.READ, days=1, by=SYSTEM)
    link = give_link(context, user_id, by=SYSTEM)
    for table in (
        schema.users,
        schema.sessions,
        schema.api_tokens,
        schema.one_time_links,
        schema.audit_events,
    ):
        stored = str(rows(context, table))
        assert not any(secret in stored for secret in (str(token), api, link, GOOD))


def test_a_token_expires_and_is_revoked(context: Context) -> None:
    user_id = officer(context)
    me = Person(Role.BUREAU_OFFICER, user_id=user_id)
    token = create_token(context, user_id, name="t", scope=TokenScope.READ, days=1, by=me)
    found = account_of_token(context, token)
    assert found is not None
    assert found.token_scope is TokenScope.READ
    assert account_of_token(later(context, timedelta(days=1)), token) is None
    revoke_token(context, rows(context, schema.api_tokens)[0]["id"], by=me)
    assert account_of_token(context, token) is None
    with pytest.raises(ForbiddenError):
        create_token(context, user_id + 1, name="t", scope=TokenScope.READ, days=1, by=me)


def test_a_link_works_once_and_an_older_one_not_at_all(context: Context) -> None:
    user_id = add_user(context, UserValues("officer", "o", Role.VIEWER), by=SYSTEM)
    old, link = (give_link(context, user_id, by=SYSTEM) for _ in range(2))
    for secret in (old, "made up"):
        with pytest.raises(NotFoundError):
            set_password_by_link(context, secret, GOOD, address="")
    assert set_password_by_link(context, link, GOOD, address="") == user_id
    with pytest.raises(NotFoundError):
        set_password_by_link(context, link, GOOD, address="")
    assert enter(context) is not None
    late = give_link(context, user_id, by=SYSTEM)
    with pytest.raises(NotFoundError):
        set_password_by_link(later(context, timedelta(days=8)), late, GOOD, address="")


def test_a_second_factor_is_asked_for_and_no_code_is_taken_twice(context: Context) -> None:
    user_id = officer(context)
    me = Person(Role.BUREAU_OFFICER, user_id=user_id)
    totp = pyotp.TOTP(begin_enrolment(context, by=me).secret)
    with pytest.raises(InvalidInputError):
        confirm_enrolment(context, "000000" if totp.at(context.now()) != "000000" else "111111", by=me)
    code = totp.at(context.now())
    recovery = confirm_enrolment(context, code, by=me)
    assert enter(context) is None

    def finish(typed: str, when: Context = context) -> str:
        return finish_login(when, user_id, typed, address="", user_agent="")

    with pytest.raises(UnauthenticatedError):
        finish(code)
    soon = later(context, timedelta(minutes=1))
    assert finish(totp.at(soon.now()), soon)
    assert finish(recovery[0].lower(), soon)
    with pytest.raises(UnauthenticatedError):
        finish(recovery[0], soon)


def test_commissioners_get_accounts_with_codes_that_can_be_typed_anyhow(context: Context) -> None:
    fill(context)
    codes = add_commissioner_accounts(context, by=SYSTEM)
    assert {each.username for each in codes} == {
        row["id"].lower() for row in rows(context, schema.commissioners)
    }
    assert add_commissioner_accounts(context, by=SYSTEM) == []
    again = add_commissioner_accounts(context, by=SYSTEM, renew=True)
    assert len(again) == len(codes)
    with pytest.raises(NotFoundError):
        set_password_by_link(context, typed_secret(codes[0].code), GOOD, address="")
    spelled = again[0].code.lower().replace("-", " ")
    assert set_password_by_link(context, typed_secret(spelled), GOOD, address="") == again[0].user_id


def test_the_last_administrator_stays_and_the_second_of_two_changes_is_refused(context: Context) -> None:
    admin = add_user(context, UserValues("admin", "a", Role.ADMINISTRATOR), by=SYSTEM)
    with pytest.raises(ConflictError):
        set_disabled(context, admin, by=SYSTEM, disabled=True)
    with pytest.raises(ConflictError):
        change_user(context, admin, UserValues("admin", "a", Role.VIEWER), by=SYSTEM, revision=1)
    change_user(context, admin, UserValues("admin", "b", Role.ADMINISTRATOR), by=SYSTEM, revision=1)
    with pytest.raises(ConflictError):
        change_user(context, admin, UserValues("admin", "c", Role.ADMINISTRATOR), by=SYSTEM, revision=1)
    assert find_user(context, admin, by=SYSTEM)["display_name"] == "b"


def test_only_an_administrator_keeps_accounts(context: Context) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        with pytest.raises(ForbiddenError):
            add_user(context, UserValues("x1", "x", Role.ADMINISTRATOR), by=Person(role, user_id=1))
    assert rows(context, schema.users) == []


def test_an_erased_person_is_nowhere_and_the_statistics_stay(context: Context) -> None:
    fill(context)
    with context.work(actor="test") as work:
        work.connection.execute(text("UPDATE commissioners SET phone = '13800000001' WHERE id = 'C-0001'"))
        name = work.connection.scalar(
            select(schema.commissioners.c.name).where(schema.commissioners.c.id == "C-0001")
        )
        work.record(
            "commissioner.changed", "commissioner", "C-0001", after={"name": name, "phone": "13800000001"}
        )
        work.commit()
    add_commissioner_accounts(context, by=SYSTEM)
    assert name in export_person(context, "C-0001", by=SYSTEM).decode()
    terms = len(rows(context, schema.assignments))
    ahead = later(context, timedelta(days=20_000))
    with pytest.raises(ForbiddenError):
        erase_person(ahead, "C-0001", by=Person(Role.BUREAU_OFFICER, user_id=1), reason="")
    erase_person(ahead, "C-0001", by=SYSTEM, reason="asked for")
    for table in (schema.commissioners, schema.users, schema.audit_events, schema.visits):
        assert "13800000001" not in str(rows(context, table))
    stored = {row["id"]: row for row in rows(context, schema.commissioners)}["C-0001"]
    assert (stored["name"], stored["phone"], stored["home"]) == (ERASED_NAME, None, None)
    assert name not in str(rows(context, schema.audit_events))
    assert len(rows(context, schema.assignments)) == terms
    assert verify_audit(context).whole


def test_a_county_imports_and_exports_its_own_only(context: Context, tmp_path) -> None:  # type: ignore[no-untyped-def]
    fill(context)
    with context.reading() as connection:
        county = connection.scalar(
            select(schema.townships.c.county_code).where(schema.townships.c.code == LALIN)
        )
    own = make_account(context, Role.COUNTY_OFFICER, username="own", county_codes=[str(county)])
    other = Person(Role.COUNTY_OFFICER, frozenset({"999999"}), user_id=own.user_id)
    file = write_csv(tmp_path, f"township_code,name,category\n{LALIN},香瓜,fruit\n")
    refused = import_file(context, "products", file, actor=other.actor, by=other)
    assert not refused.written
    assert "香瓜" in str(refused.outcome.errors[0].message)
    assert import_file(context, "products", file, actor=own.actor, by=own).written
    with pytest.raises(ForbiddenError):
        import_file(context, "townships", file, actor=own.actor, by=own)
    with context.reading() as connection:
        some = [{"township_code": LALIN, "commissioner_id": "C-0001"}]
        assert list(own_rows(connection, "assignments", [dict(some[0])], own)) == some
        assert list(own_rows(connection, "assignments", [dict(some[0])], other)) == []


def _allow_edits(context: Context) -> None:
    with context.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_events DISABLE TRIGGER ALL"))
        else:
            for name in ("update", "delete", "replace"):
                connection.execute(text(f"DROP TRIGGER audit_events_kept_{name}"))


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE audit_events SET reason = 'another' WHERE id = 2",
        "UPDATE audit_events SET actor = 'user:9' WHERE id = 1",
        "DELETE FROM audit_events WHERE id = 2",
        "DELETE FROM audit_events WHERE id = 1",
        "DELETE FROM audit_events WHERE id = 3",
        "DELETE FROM audit_events",
    ],
)
def test_an_edited_or_removed_event_shows(context: Context, edit: str) -> None:
    for number in range(3):
        with context.work(actor="test") as work:
            work.record("thing.done", "thing", number, after={"days": 0.5, "名": "值"}, reason="why")
            work.commit()
    before = verify_audit(context)
    assert (before.whole, before.events, len(before.digest)) == (True, 3, 64)
    _allow_edits(context)
    with context.engine.begin() as connection:
        connection.execute(text(edit))
    assert not verify_audit(context).whole


def test_events_in_another_order_show(context: Context) -> None:
    for number in range(2):
        with context.work(actor="test") as work:
            work.record("thing.done", "thing", number)
            work.commit()
    _allow_edits(context)
    with context.engine.begin() as connection:
        for here, there in ((1, 9), (2, 1), (9, 2)):
            connection.execute(text(f"UPDATE audit_events SET id = {there} WHERE id = {here}"))
    assert not verify_audit(context).whole


def test_writers_at_the_same_moment_make_one_chain(context: Context) -> None:
    def write(writer: int) -> None:
        for number in range(10):
            with context.work(actor=f"writer {writer}") as work:
                work.record("thing.done", "thing", number, topic=None)
                work.commit()

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = verify_audit(context)
    assert (state.whole, state.events) == (True, 50)


def test_a_password_costs_those_who_guess_what_is_recommended(strong_hasher: PasswordHasher) -> None:
    # The second of OWASP's choices for argon2id, or more.
    assert strong_hasher.type is Type.ID
    assert (strong_hasher.time_cost, strong_hasher.parallelism) == (2, 1)
    assert strong_hasher.memory_cost >= 19 * 1024
    assert strong_hasher.verify(strong_hasher.hash(GOOD), GOOD)


def test_no_account_bears_a_name_that_reads_otherwise_than_it_is_written(context: Context) -> None:
    by = make_account(context)
    told = UserValues("zhao", "赵\u202e六\u200b", Role.VIEWER)
    user_id = add_user(context, told, by=by)
    assert find_user(context, user_id, by=by)["display_name"] == "赵六"
    with pytest.raises(InvalidInputError):
        add_user(context, replace(told, username="zhao\u202e1"), by=by)
    with pytest.raises(InvalidInputError, match="cannot be kept"):
        add_user(context, replace(told, username="qian", display_name="\u202e"), by=by)
