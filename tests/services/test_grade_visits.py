"""Grades as they are kept: by the township's own boundary, other visits' photos and the next positions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import delete, insert, select, update

from fieldapp.domain.evidence_reasons import reason_of
from fieldapp.domain.photos import laid_down
from fieldapp.persistence.photos import add
from fieldapp.persistence.schema import townships, visit_photos, visit_revisions, visits
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from tests.services.small_register import LALIN, fill

START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
ONE, OTHER = "a" * 64, "b" * 64
INSIDE = (127.0, 45.2)
HASH = "0123456789abcdef" * 5


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


def log(
    context: Context,
    *,
    days: float = 0,
    at: tuple[float, float] | None = INSIDE,
    photos: tuple[str, ...] = (),
    commissioner: str = "C-0001",
    township: str = LALIN,
    **more: Any,
) -> UUID:
    """A visit, so many days after the first, as the server keeps it; and its grade."""
    start = START + timedelta(days=days)
    visit_id = uuid4()
    fix = {} if at is None else {"fix_lon": at[0], "fix_lat": at[1], "fix_captured_at": start}
    with context.work(actor="test") as work:
        work.connection.execute(
            insert(visits).values(
                id=visit_id,
                township_code=township,
                commissioner_id=commissioner,
                started_at=start,
                ended_at=start + timedelta(hours=1),
                visited_on=start.date(),
                received_at=start + timedelta(days=1),
                mode="on_site",
                service_days=0.5,
                **fix,
                **({"fix_accuracy_m": 10.0, "fix_mocked": False} if fix else {}),
                **more,
            )
        )
        for position, sha256 in enumerate(photos):
            work.connection.execute(
                insert(visit_photos).values(visit_id=visit_id, position=position, sha256=sha256)
            )
        regrade(work, [visit_id])
        work.commit()
    return visit_id


def arrive(context: Context, sha256: str, perceptual_hash: str | None = None, **more: Any) -> None:
    with context.work(actor="test") as work:
        values = {"sha256": sha256, "size_bytes": 1, "media_type": "image/jpeg", "width": 1, "height": 1}
        add(
            work.connection,
            values | {"perceptual_hash": perceptual_hash, "received_at": context.now()} | more,
        )
        work.commit()


def again(context: Context, visit_id: UUID, **changes: Any) -> None:
    with context.work(actor="test") as work:
        if changes:
            work.connection.execute(update(visits).where(visits.c.id == visit_id).values(**changes))
        regrade(work, [visit_id])
        work.commit()


def kept(context: Context, visit_id: UUID) -> tuple[str, list[str]]:
    with context.engine.connect() as connection:
        row = connection.execute(
            select(visits.c.grade, visits.c.grade_reasons).where(visits.c.id == visit_id)
        ).one()
    return row.grade, [reason["code"] for reason in row.grade_reasons]


def changed(context: Context, visit_id: UUID) -> int:
    with context.engine.connect() as connection:
        return int(connection.scalar(select(visits.c.changed).where(visits.c.id == visit_id)) or 0)


def test_a_visit_with_its_photo_there_is_an_a_and_one_that_awaits_it_a_b(register: Context) -> None:
    arrive(register, ONE)
    assert kept(register, log(register, photos=(ONE,))) == ("A", ["fix.inside", "photo.good"])
    assert kept(register, log(register, days=9, photos=(OTHER,))) == ("B", ["photo.awaited", "fix.inside"])


def test_the_boundary_and_its_tolerance_are_the_townships_own(register: Context) -> None:
    near, far = (127.12, 45.2), (127.3, 45.2)  # the tolerance is 5 km
    assert kept(register, log(register, at=near)) == ("C", ["fix.in_tolerance", "photo.none"])
    visit_id = log(register, days=9, at=far)
    assert kept(register, visit_id) == ("D", ["fix.outside", "photo.none"])
    with register.engine.connect() as connection:
        stored = connection.scalar(select(visits.c.grade_reasons).where(visits.c.id == visit_id))
    assert str(reason_of(stored[0]).sentence) == "The position lies 16 km outside the township."


def test_a_change_of_the_boundary_counts_from_the_next_grading_on(register: Context) -> None:
    visit_id = log(register)
    with register.work(actor="test") as work:
        work.connection.execute(update(townships).where(townships.c.code == LALIN).values(boundary=None))
        work.record("township.changed", "township", LALIN)
        work.commit()
    again(register, visit_id)
    assert kept(register, visit_id) == ("C", ["fix.no_boundary", "photo.none"])


def test_the_same_photo_in_two_visits_is_held_against_the_later_one(register: Context) -> None:
    arrive(register, ONE)
    first = log(register, photos=(ONE,))
    second = log(register, days=7, photos=(ONE,), commissioner="C-0002")
    assert kept(register, first)[0] == "A"
    assert kept(register, second) == ("D", ["photo.reused", "fix.inside"])
    with register.engine.connect() as connection:
        stored = connection.scalar(select(visits.c.grade_reasons).where(visits.c.id == second))
    assert str(reason_of(stored[0]).sentence) == "A photo was already used for the visit of 2026-11-20."


def test_a_photo_that_only_looks_the_same_is_found_too(register: Context) -> None:
    arrive(register, ONE, HASH)
    arrive(register, OTHER, "0123456789abcde8" + HASH[16:])  # three bits of the frequencies differ
    log(register, photos=(ONE,))
    assert kept(register, log(register, days=7, photos=(OTHER,))) == ("D", ["photo.similar", "fix.inside"])


def test_a_photo_that_was_turned_or_mirrored_is_found_too(register: Context) -> None:
    arrive(register, ONE, HASH)
    log(register, photos=(ONE,))
    for number, looks in enumerate(laid_down(HASH)):
        arrive(register, f"{number:064x}", looks)
        later = log(register, days=7 + number, photos=(f"{number:064x}",))
        assert kept(register, later) == ("D", ["photo.similar", "fix.inside"])


def test_photos_of_one_visit_may_look_the_same(register: Context) -> None:
    arrive(register, ONE, HASH)
    arrive(register, OTHER, HASH)
    assert kept(register, log(register, photos=(ONE, OTHER)))[0] == "A"


def test_a_visit_that_is_withdrawn_or_drops_the_photo_speaks_against_the_later_one_no_more(
    register: Context,
) -> None:
    arrive(register, ONE)
    first = log(register, photos=(ONE,))
    second = log(register, days=7, photos=(ONE,))
    before = changed(register, second)
    again(register, first, deleted_at=register.now())
    assert kept(register, second)[0] == "A"
    assert changed(register, second) > before  # the feed tells of it
    again(register, first, deleted_at=None)
    assert kept(register, second)[0] == "D"
    with register.work(actor="test") as work:
        work.connection.execute(delete(visit_photos).where(visit_photos.c.visit_id == first))
        work.connection.execute(
            insert(visit_revisions).values(
                visit_id=first, revision=1, body={"photos": [ONE]}, changed_at=register.now()
            )
        )
        work.connection.execute(update(visits).where(visits.c.id == first).values(revision=2))
        regrade(work, [first])
        work.commit()
    assert kept(register, second)[0] == "A"


def test_many_that_use_a_photo_after_one_another_are_not_graded_over_and_over(register: Context) -> None:
    for number in range(6):
        arrive(register, f"{number}" * 64, HASH)
    made = [log(register, days=number, photos=(f"{number}" * 64,)) for number in range(6)]
    for visit_id in (made[0], made[3], made[5]):
        with register.work(actor="test") as work:
            assert set(regrade(work, [visit_id])) == {visit_id}
    with register.engine.connect() as connection:
        later = select(visits.c.grade_reasons).where(visits.c.id != made[0])
        told = [reason_of(reasons[0]) for reasons in connection.scalars(later)]
    assert [(reason.code, reason.visit_id) for reason in told] == [("photo.similar", made[0])] * 5


def test_positions_that_nobody_could_get_between_mark_both_visits(register: Context) -> None:
    first = log(register)
    second = log(register, days=1 / 24, at=(133.5, 45.2))  # 510 km in an hour
    assert "fix.impossible" in kept(register, first)[1]
    assert "fix.impossible" in kept(register, second)[1]
    again(register, second, fix_lon=INSIDE[0])
    assert kept(register, first) == kept(register, second) == ("B", ["photo.none", "fix.inside"])


def test_positions_of_other_people_and_made_up_ones_are_not_compared(register: Context) -> None:
    first = log(register)
    log(register, days=1 / 24, at=(133.5, 45.2), commissioner="C-0002")
    log(register, days=1 / 24, at=(133.5, 45.2), no_fix_reason=None)
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            update(visits)
            .where(visits.c.fix_lon > 130, visits.c.commissioner_id == "C-0001")
            .values(fix_mocked=True)
        )
    again(register, first)
    assert "fix.impossible" not in kept(register, first)[1]


def test_the_clock_of_the_phone_is_held_against_the_servers(register: Context) -> None:
    slow = log(register, client_clock=START + timedelta(hours=20))
    assert kept(register, slow)[0] == "D"
    assert "clock.slow" in kept(register, slow)[1]


def test_a_log_that_was_saved_after_it_came_contradicts_itself(register: Context) -> None:
    ahead = log(register, recorded_at=START + timedelta(days=3))
    assert kept(register, ahead) == ("D", ["saved.ahead", "photo.none", "fix.inside"])


def test_a_change_is_held_against_the_moment_at_which_it_came(register: Context) -> None:
    visit_id = log(register)
    with register.work(actor="test") as work:
        work.connection.execute(
            insert(visit_revisions).values(
                visit_id=visit_id, revision=1, body={}, changed_at=START + timedelta(days=3)
            )
        )
        later = {"revision": 2, "recorded_at": START + timedelta(days=2)}
        work.connection.execute(update(visits).where(visits.c.id == visit_id).values(**later))
        regrade(work, [visit_id])
        work.commit()
    assert kept(register, visit_id) == ("B", ["photo.none", "fix.inside"])


def test_grading_again_without_anything_new_tells_the_feed_nothing(register: Context) -> None:
    visit_id = log(register)
    before = changed(register, visit_id)
    again(register, visit_id)
    assert changed(register, visit_id) == before
