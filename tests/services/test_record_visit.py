"""A visit is recorded exactly once, never over somebody's change, and by whom it belongs to."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, func, insert, select, update

from fieldapp.domain.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    OutdatedError,
)
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import schema
from fieldapp.persistence.audit_chain import check_chain
from fieldapp.persistence.unit_of_work import VISITS, UnitOfWork, change_versions
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.merge_commissioners import merge_commissioners
from fieldapp.services.personal_data import erase_person
from fieldapp.services.read_visits import read_feed, read_visit
from fieldapp.services.record_visit import record_visit
from fieldapp.services.withdraw_visit import withdraw_visit
from tests.accounts import make_account
from tests.services.small_register import LALIN, PINGFANG, SHANHE, fill, rows
from tests.services.visits import ONE, OTHER_PHOTO, PHOTO, apart, commissioner, record, sent

ENDED = {"state": "ended", "end_reason": "resigned", "ended_on": date(2026, 11, 21)}


@pytest.fixture
def me(context: Context) -> Person:
    """The commissioner of 拉林满族镇."""
    fill(context)
    return commissioner(context)


def _revisions(context: Context) -> list[tuple[int, Any]]:
    kept = rows(context, schema.visit_revisions, schema.visit_revisions.c.revision)
    return [(row["revision"], row["body"]["content"]) for row in kept]


def _events(context: Context) -> list[str]:
    return [row["action"] for row in rows(context, schema.audit_events, schema.audit_events.c.id)]


def test_a_new_visit_is_stored_with_all_that_it_says(context: Context, me: Person) -> None:
    recorded = record(context, me)
    assert (recorded.created, recorded.document["revision"]) == (True, 1)
    document = read_visit(context, ONE, by=me)
    assert document == recorded.document
    assert document["started_at"] == "2026-11-20T09:10:00+08:00"
    assert (document["visited_on"], document["commissioner_id"]) == ("2026-11-20", "C-0001")
    assert (document["results"]["farmers_trained"], document["service_days"]) == (12, 0.5)
    assert document["photos"] == [PHOTO]
    assert _events(context) == ["visit.recorded"]


def test_the_identical_log_again_changes_nothing(context: Context, me: Person) -> None:
    first = record(context, me)
    with context.reading() as connection:
        before = change_versions(connection)
    # In another offset, with counts left out that are 0, and whatever revision its phone believes in.
    again = record(
        context,
        me,
        base_revision=7,
        started_at="2026-11-20T01:10:00+00:00",
        results={"farmers_trained": 12.0},
    )
    assert (again.created, again.document) == (False, first.document)
    with context.reading() as connection:
        assert change_versions(connection) == before
    assert _events(context) == ["visit.recorded"]


def test_a_change_on_the_current_revision_is_the_next_one_and_the_old_one_is_kept(
    context: Context, me: Person
) -> None:
    record(context, me)
    changed = record(context, me, base_revision=1, content="查看苗情二", photos=[OTHER_PHOTO, PHOTO])
    assert (changed.created, changed.document["revision"]) == (False, 2)
    assert changed.document["photos"] == [OTHER_PHOTO, PHOTO]
    assert _revisions(context) == [(1, "查看苗情，指导水肥管理。")]
    record(context, me, base_revision=2, content="查看苗情三", photos=[])
    assert [revision for revision, _ in _revisions(context)] == [1, 2]
    assert rows(context, schema.visit_photos) == []


def test_other_content_on_a_stale_base_is_refused_with_what_is_stored(context: Context, me: Person) -> None:
    record(context, me)
    record(context, me, base_revision=1, content="在另一部手机上改的")
    for base in (None, 1, 9):
        with pytest.raises(OutdatedError) as refused:
            record(context, me, base_revision=base, content="在这部手机上改的")
        assert refused.value.code == "visit.changed"
        assert refused.value.stored["visit"]["content"] == "在另一部手机上改的"  # type: ignore[index]


def test_a_withdrawn_visit_leaves_a_tombstone_and_comes_back_only_by_its_last_revision(
    context: Context, me: Person
) -> None:
    record(context, me)
    withdraw_visit(context, ONE, base_revision=1, by=me)
    withdraw_visit(context, ONE, base_revision=1, by=me)
    assert read_visit(context, ONE, by=me)["deleted"]
    with pytest.raises(OutdatedError) as refused:
        record(context, me)  # the first log again, late
    assert refused.value.code == "visit.deleted"
    assert refused.value.stored["visit"]["revision"] == 2  # type: ignore[index]
    back = record(context, me, base_revision=2)
    assert (back.document["revision"], back.document["deleted"]) == (3, False)
    assert _events(context) == ["visit.recorded", "visit.withdrawn", "visit.changed"]


def test_withdrawing_what_was_changed_meanwhile_is_refused(context: Context, me: Person) -> None:
    record(context, me)
    record(context, me, base_revision=1, content="改过")
    with pytest.raises(OutdatedError) as refused:
        withdraw_visit(context, ONE, base_revision=1, by=me)
    assert refused.value.code == "visit.changed"
    with pytest.raises(NotFoundError):
        withdraw_visit(context, uuid4(), base_revision=1, by=me)


def test_what_a_phone_knows_and_the_server_has_lost_is_taken_as_new(context: Context, me: Person) -> None:
    recorded = record(context, me, base_revision=3)
    assert (recorded.created, recorded.document["revision"]) == (True, 1)


STEPS: dict[str, Callable[[Context, Person], object]] = {
    "create": record,
    "edit": lambda context, me: record(context, me, base_revision=1, content="改过"),
    "delete": lambda context, me: withdraw_visit(context, ONE, base_revision=2, by=me),
}


@pytest.mark.parametrize("late", list(itertools.permutations(STEPS)), ids=" ".join)
def test_create_edit_and_delete_converge_however_late_they_come_again(
    context: Context, me: Person, late: tuple[str, ...]
) -> None:
    done: list[str] = []
    for name, step in STEPS.items():
        step(context, me)
        done.append(name)
        for again in late:  # what a phone that heard no answer, or the network, sends once more
            if again in done:
                with suppress(OutdatedError):
                    STEPS[again](context, me)
    (document,) = read_feed(context, since=None, limit=10, by=me).documents
    assert (document["revision"], document["deleted"], document["content"]) == (3, True, "改过")
    assert _events(context) == ["visit.recorded", "visit.changed", "visit.withdrawn"]


def test_somebody_elses_visit_is_neither_changed_nor_withdrawn_nor_seen(context: Context, me: Person) -> None:
    record(context, me)
    other = commissioner(context, "C-0002")
    for attempt in (
        lambda: record(context, other, base_revision=1, content="别人的"),
        lambda: record(context, other),
        lambda: withdraw_visit(context, ONE, base_revision=1, by=other),
    ):
        with pytest.raises(ForbiddenError) as refused:
            attempt()
        assert refused.value.code == "forbidden.own"
    with pytest.raises(NotFoundError):
        read_visit(context, ONE, by=other)
    assert read_feed(context, since=None, limit=10, by=other).documents == []


def test_a_visit_is_its_commissioners_word_and_no_officers(context: Context, me: Person) -> None:
    record(context, me)
    officer = make_account(context, Role.BUREAU_OFFICER)
    with pytest.raises(ForbiddenError):
        record(context, officer, base_revision=1, content="更正")
    assert read_visit(context, ONE, by=officer)["content"] == "查看苗情，指导水肥管理。"
    elsewhere = make_account(context, Role.COUNTY_OFFICER, county_codes=["230108"])
    with pytest.raises(NotFoundError):
        read_visit(context, ONE, by=elsewhere)
    here = make_account(context, Role.COUNTY_OFFICER, username="wuchang", county_codes=["230184"])
    assert read_feed(context, since=None, limit=10, by=here).documents != []


@pytest.mark.parametrize("township", [SHANHE, PINGFANG, "999999999"])
def test_another_township_is_refused_by_name(context: Context, me: Person, township: str) -> None:
    with pytest.raises(ForbiddenError) as refused:
        record(context, me, township_code=township)
    assert refused.value.code == "visit.township"
    assert rows(context, schema.visits) == []


def test_a_late_visit_counts_in_the_year_of_its_term_and_none_outside_it(
    context: Context, me: Person
) -> None:
    with context.work(actor="test") as work:
        work.connection.execute(
            insert(schema.assignments).values(
                township_code=SHANHE,
                commissioner_id="C-0001",
                state="ended",
                end_reason="term_over",
                starts_on=date(2025, 1, 1),
                ends_on=date(2025, 12, 31),
            )
        )
        work.commit()
    last = {"started_at": "2025-12-31T23:30:00+08:00", "ended_at": "2025-12-31T23:50:00+08:00"}
    late = record(context, me, township_code=SHANHE, **last)
    assert late.document["visited_on"] == "2025-12-31"
    first = {"started_at": "2026-01-01T00:30:00+08:00", "ended_at": "2026-01-01T01:00:00+08:00"}
    with pytest.raises(InvalidInputError) as refused:
        record(context, me, uuid4(), township_code=SHANHE, **first)
    assert refused.value.code == "visit.term"
    assert "2025-12-31" in str(refused.value.message)


def test_a_wrong_clock_is_an_error_in_plain_words(context: Context, me: Person) -> None:
    ahead = {"started_at": "2026-11-23T09:00:00+08:00", "ended_at": "2026-11-23T10:00:00+08:00"}
    with pytest.raises(InvalidInputError) as refused:
        record(context, me, **ahead)
    assert refused.value.code == "visit.future"


def test_a_change_opens_the_review_again(context: Context, me: Person) -> None:
    record(context, me)
    with context.work(actor="test") as work:
        work.connection.execute(update(schema.visits).values(review="approved"))
        work.touch_visits(ONE)
        work.commit()
    assert record(context, me).document["review"] == "approved"
    assert record(context, me, base_revision=1, content="改过").document["review"] == "submitted"


def test_the_feed_tells_each_change_once_to_who_goes_on_after_it(context: Context, me: Person) -> None:
    ids = [UUID(int=number) for number in range(1, 6)]
    for number, each in enumerate(ids):  # neither a photo nor a time that two share makes them hang together
        record(context, me, each, photos=[], **apart(number))
    first = read_feed(context, since=None, limit=3, by=me)
    rest = read_feed(context, since=first.next, limit=3, by=me)
    assert [each["id"] for each in (*first.documents, *rest.documents)] == [str(each) for each in ids]
    assert (first.more, rest.more) == (True, False)
    assert read_feed(context, since=rest.next, limit=3, by=me).documents == []
    with context.work(actor="test") as work:  # such as a photo that has arrived for two of them
        work.touch_visits(ids[3], ids[1])
        work.commit()
    withdraw_visit(context, ids[0], base_revision=1, by=me)
    last = read_feed(context, since=rest.next, limit=1, by=me)
    seen = [last.documents[0]["id"]]
    while last.more:
        last = read_feed(context, since=last.next, limit=1, by=me)
        seen += [each["id"] for each in last.documents]
    assert seen == [str(each) for each in (ids[1], ids[3], ids[0])]


def test_a_place_in_the_feed_of_a_database_that_was_restored_begins_again(
    context: Context, me: Person
) -> None:
    record(context, me)
    ahead = f"{2**40}.{ONE.hex}"
    assert [each["id"] for each in read_feed(context, since=ahead, limit=3, by=me).documents] == [str(ONE)]
    for nonsense in ("", "1", "x.y", f"-1.{ONE.hex}", f"{2**70}.{ONE.hex}"):
        with pytest.raises(InvalidInputError):
            read_feed(context, since=nonsense, limit=3, by=me)


def test_identical_logs_at_the_same_moment_make_one_visit(context: Context, me: Person) -> None:
    barrier = threading.Barrier(8)
    made: list[bool] = []

    def send() -> None:
        barrier.wait()
        made.append(record(context, me, photos=[PHOTO, OTHER_PHOTO]).created)

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(made) == [False] * 7 + [True]
    assert (len(rows(context, schema.visits)), len(rows(context, schema.visit_photos))) == (1, 2)
    assert _events(context) == ["visit.recorded"]


def test_of_changes_at_the_same_moment_one_is_stored_and_the_others_are_told(
    context: Context, me: Person
) -> None:
    record(context, me)
    barrier = threading.Barrier(6)
    verdicts: list[str] = []

    def send(number: int) -> None:
        barrier.wait()
        try:
            record(context, me, base_revision=1, content=f"第{number}部手机")
            verdicts.append("stored")
        except OutdatedError as refused:
            verdicts.append(refused.code)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(verdicts) == ["stored"] + ["visit.changed"] * 5
    assert read_visit(context, ONE, by=me)["revision"] == 2


def test_many_who_write_at_once_leave_a_chain_that_holds_and_a_feed_without_gaps(
    context: Context, me: Person
) -> None:
    seen: list[str] = []
    writing = threading.Event()

    def follow() -> None:
        since: str | None = None
        while True:
            last_round = writing.is_set()
            feed = read_feed(context, since=since, limit=7, by=me)
            seen.extend(each["id"] for each in feed.documents)
            since = feed.next
            if last_round and not feed.more:
                return

    ids = [[UUID(int=writer * 100 + step + 1) for step in range(10)] for writer in range(4)]

    def write(number: int) -> None:
        for step, each in enumerate(ids[number]):
            record(context, me, each, photos=[], **apart(number * 10 + step))

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    follower = threading.Thread(target=follow)
    for thread in (*writers, follower):
        thread.start()
    for thread in writers:
        thread.join()
    writing.set()
    follower.join()
    assert sorted(seen) == sorted(
        str(UUID(int=number * 100 + step + 1)) for number in range(4) for step in range(10)
    )
    with context.reading() as connection:
        state = check_chain(connection)
        assert (state.whole, state.events) == (True, 40)
        assert change_versions(connection)[VISITS] >= 1


def test_a_visit_that_is_withdrawn_or_comes_back_moves_the_coverage(context: Context, me: Person) -> None:
    def last_visit() -> object:
        townships = measure_coverage(context).document()["townships"]
        return next(each["last_visit_on"] for each in townships if each["code"] == LALIN)

    assert last_visit() is None
    record(context, me)
    assert last_visit() == "2026-11-20"
    withdraw_visit(context, ONE, base_revision=1, by=me)
    assert last_visit() is None
    record(context, me, base_revision=2)
    assert last_visit() == "2026-11-20"


def test_visits_of_a_merged_duplicate_are_the_persons_own(context: Context, me: Person) -> None:
    record(context, me)
    officer = make_account(context, Role.BUREAU_OFFICER)
    with context.work(actor="test") as work:
        work.connection.execute(update(schema.assignments).values(**ENDED))
        work.commit()
    merge_commissioners(context, "C-0001", "C-0003", by=officer, actor=officer.actor)
    remaining = Person(Role.COMMISSIONER, commissioner_id="C-0003", user_id=me.user_id)
    assert [each["id"] for each in read_feed(context, since=None, limit=9, by=remaining).documents] == [
        str(ONE)
    ]
    changed = record(context, remaining, base_revision=1, content="改过")
    assert (changed.document["revision"], changed.document["commissioner_id"]) == (2, "C-0001")


def test_erasing_a_person_drops_what_earlier_revisions_said_too(context: Context, me: Person) -> None:
    record(context, me)
    record(context, me, base_revision=1, content="改过", fix=None, no_fix_reason="没有信号")
    with context.work(actor="test") as work:
        work.connection.execute(update(schema.assignments).values(**ENDED))
        work.commit()
    admin = make_account(context, Role.ADMINISTRATOR)
    erase_person(context, "C-0001", by=admin, reason="本人要求")
    (kept,) = rows(context, schema.visits)
    assert (kept["content"], kept["no_fix_reason"], kept["farmers_trained"]) == ("", None, 12)
    assert [row["body"] for row in rows(context, schema.visit_revisions)] == [None]


def test_no_visit_and_no_revision_is_ever_deleted_or_skipped(context: Context, me: Person) -> None:
    record(context, me)
    record(context, me, base_revision=1, content="改过")
    attempts = [
        delete(schema.visit_photos).where(False),  # a statement that the database allows
        delete(schema.visits),
        delete(schema.visit_revisions),
        update(schema.visits).values(revision=schema.visits.c.revision + 1),
        update(schema.visits).values(revision=1),
        update(schema.visit_revisions).values(body={"content": "从来没有"}),
    ]

    def attempt(statement: Any) -> str:
        try:
            with UnitOfWork(context.engine, actor="test") as work:
                work.connection.execute(statement)
                work.commit()
        except ConflictError as refused:
            return refused.code
        return "done"

    assert [attempt(statement) for statement in attempts] == ["done"] + ["history.kept"] * 5
    with context.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(schema.visits)) == 1


def test_a_phones_clock_is_noted(context: Context, me: Person) -> None:
    clock = context.now()
    record_visit(context, replace(sent(me), client_clock=clock))
    (kept,) = rows(context, schema.visits)
    assert (kept["client_clock"], kept["recorded_by"]) == (clock, me.user_id)
