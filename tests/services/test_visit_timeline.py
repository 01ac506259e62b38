"""The history of a visit: what each revision changed, in words, and what became of its photos."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import insert

from fieldapp.domain.permissions import Person
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.show_visit import show_visit
from fieldapp.services.tidy_photos import tidy_photos
from tests.services.visits import ONE, PHOTO, TWO, record


def test_the_history_tells_modes_and_times_as_people_read_them(
    context: Context, me: Person, officer: Person
) -> None:
    moved = {"started_at": "2026-11-20T08:00:00+08:00", "mode": "remote"}
    record(context, me, photos=[], base_revision=1, **moved)
    (changed,) = (each for each in show_visit(context, ONE, by=officer).timeline if each.differences)
    told = {str(words): (before, after) for words, before, after in changed.differences}
    assert [str(word) for word in told["mode"]] == ["on site", "remote"]
    assert told["started at"] == (
        datetime.fromisoformat("2026-11-20T09:10:00+08:00"),
        datetime.fromisoformat("2026-11-20T08:00:00+08:00"),
    )


def test_a_photo_that_was_taken_out_and_removed_after_a_year_is_told_as_that(
    context: Context, me: Person, officer: Person
) -> None:
    keep_photo(context, PHOTO, me)
    record(context, me, TWO, photos=[PHOTO])
    record(context, me, TWO, photos=[], base_revision=1)

    def told() -> str:
        timeline = show_visit(context, TWO, by=officer).timeline
        (changed,) = (each for each in timeline if each.differences)
        ((_photos, before, after),) = changed.differences
        return f"{before} → {after}"

    assert told() == "1 → 0"
    assert tidy_photos(replace(context, now=lambda: context.now() + timedelta(days=400))).photos == 1
    assert told() == "1 (1 removed after a year without a visit) → 0"
    record(context, me, TWO, photos=[PHOTO], base_revision=2)
    (picture,) = show_visit(context, TWO, by=officer).pictures
    assert (picture.arrived, picture.removed) == (False, True)


def keep_photo(context: Context, digest: str, by: Person) -> None:
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(schema.photos).values(
                sha256=digest,
                media_type="image/jpeg",
                width=8,
                height=8,
                size_bytes=9,
                received_at=context.now(),
                uploaded_by=by.user_id,
            )
        )
