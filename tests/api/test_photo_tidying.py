"""Photos and uploads that nobody will ask for again go, and what must stay stays."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from threading import Thread
from uuid import UUID, uuid4

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, insert, select, text, update

from fieldapp.app import create_app
from fieldapp.domain.permissions import SYSTEM, Role
from fieldapp.domain.photos import look_alike
from fieldapp.persistence.photos import lock
from fieldapp.persistence.schema import (
    assignments,
    audit_events,
    confirmations,
    photo_bands,
    photo_uploads,
    photos,
    product_photos,
    products,
    visit_photos,
    visits,
)
from fieldapp.services.context import Context
from fieldapp.services.personal_data import erase_person
from fieldapp.services.tidy_photos import UNUSED_FOR, tidy_photos
from fieldapp.services.upload_pieces import path_of
from tests.api.accounts import NOW, client_of, store_accounts
from tests.api.phones import app, phone
from tests.api.sending_photos import TUS, UPLOADS, begin, count, digest_of, log, send, send_whole
from tests.pictures import jpeg
from tests.services.small_register import fill

__all__ = ["app", "phone"]


def end_terms(context: Context) -> None:
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(assignments).values(ends_on=date(2026, 11, 1)))


def keep(context: Context, content: bytes) -> None:
    context.photo_store.put(f"{digest_of(content)[:2]}/{digest_of(content)}", content)


def confirm(context: Context, visit_id: UUID, stamp: str) -> None:
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(confirmations).values(
                visit_id=visit_id,
                nonce="n",
                link_hash=digest_of(visit_id.bytes),
                code_hash=digest_of(visit_id.bytes + b"code"),
                made_at=NOW,
                expires_at=NOW + timedelta(days=30),
                answered_at=NOW,
                stamp_sha256=stamp,
            )
        )


def show_on_a_product(context: Context, sha256: str) -> None:
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        product = connection.scalar(select(products.c.id).limit(1))
        connection.execute(
            insert(product_photos).values(
                product_id=product,
                sha256=sha256,
                media_type="image/jpeg",
                width=8,
                height=8,
                size_bytes=9,
                added_at=NOW,
            )
        )


def test_an_upload_expires(app: Flask, phone: FlaskClient, context: Context) -> None:
    begun = begin(phone, 100)
    assert begun.headers["Upload-Expires"] == "Sun, 29 Nov 2026 01:00:00 GMT"
    send(phone, begun.location, b"abc", 0)
    later = create_app(context=replace(context, now=lambda: NOW + timedelta(days=7)))
    client = client_of(later, Role.COMMISSIONER)
    assert client.head(begun.location, headers=TUS).status_code == 404
    begin(client, 100)
    assert not path_of(context, UUID(begun.location[-36:])).exists()
    assert count(context, photo_uploads) == 1


def at(context: Context, *, days: int) -> Context:
    """The same installation so many days later."""
    return replace(context, now=lambda: NOW + timedelta(days=days))


def files(context: Context) -> set[str]:
    folder = context.settings.data_dir / "photos"
    return {path.name.partition(".")[0] for path in folder.rglob("*") if path.is_file()}


def removals(context: Context) -> list[str]:
    with context.reading() as connection:
        chosen = select(audit_events.c.before).where(audit_events.c.action == "photo.removed")
        return [seen["sha256"] for seen in connection.scalars(chosen.order_by(audit_events.c.id))]


def test_expired_uploads_and_what_lies_beside_them_are_removed(phone: FlaskClient, context: Context) -> None:
    for number in range(25):
        address = begin(phone, 100, sha256=digest_of(bytes(number + 1))).location
        send(phone, address, b"abc", 0)
    stray, young = (path_of(context, uuid4()) for _ in range(2))
    for path, age in ((stray, 8), (young, 6)):
        path.write_bytes(b"left by a server that ended")
        then = (NOW + timedelta(days=7 - age)).timestamp()
        os.utime(path, (then, then))
    assert tidy_photos(at(context, days=6)).uploads == 0
    assert count(context, photo_uploads) == 25
    assert tidy_photos(at(context, days=7)).uploads == 25
    assert count(context, photo_uploads) == 0
    assert list(young.parent.iterdir()) == [young]


def test_a_photo_that_no_visit_used_for_a_year_is_removed_and_that_is_kept(
    phone: FlaskClient, context: Context
) -> None:
    used, withdrawn, unused = (jpeg(size=(64, 48 + number)) for number in range(3))
    for content in (used, withdrawn, unused):
        assert send_whole(phone, content).status_code == 204
    log(context, digest_of(used))
    gone = log(context, digest_of(withdrawn))
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(visits).where(visits.c.id == gone).values(deleted_at=NOW))

    assert tidy_photos(at(context, days=UNUSED_FOR.days)).photos == 0
    assert tidy_photos(at(context, days=UNUSED_FOR.days + 1)).photos == 1
    assert removals(context) == [digest_of(unused)]
    assert files(context) == {digest_of(used), digest_of(withdrawn)}
    assert phone.head(f"{UPLOADS}/{digest_of(unused)}").status_code == 404
    # It may be sent again, should a visit come that names it after all.
    assert send_whole(phone, unused).status_code == 204
    assert files(context) >= {digest_of(unused)}


def test_the_file_of_a_photo_that_a_product_or_a_confirmation_shows_stays(
    phone: FlaskClient, context: Context
) -> None:
    stamped, shown = jpeg(size=(64, 60)), jpeg(size=(64, 61))
    for content in (stamped, shown):
        send_whole(phone, content)
    confirm(context, log(context), digest_of(stamped))
    show_on_a_product(context, digest_of(shown))
    assert tidy_photos(at(context, days=400)).photos == 2
    assert files(context) == {digest_of(stamped), digest_of(shown)}


def test_a_photo_that_a_visit_comes_to_use_while_it_is_removed_stays(postgresql_context: Context) -> None:
    fill(postgresql_context)
    store_accounts(postgresql_context)
    phone = client_of(create_app(context=postgresql_context), Role.COMMISSIONER)
    content = jpeg()
    send_whole(phone, content)
    visit_id = log(postgresql_context)
    removed: list[int] = []
    tidying = Thread(target=lambda: removed.append(tidy_photos(at(postgresql_context, days=400)).photos))
    with postgresql_context.work(actor="test") as work:
        lock(work.connection, digest_of(content))
        tidying.start()
        waits = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        while not work.connection.scalar(waits):
            assert tidying.is_alive()
        work.connection.execute(
            insert(visit_photos).values(visit_id=visit_id, position=0, sha256=digest_of(content))
        )
        work.commit()
    tidying.join()
    assert removed == [0]
    assert files(postgresql_context) == {digest_of(content)}


def test_with_the_person_the_stamped_paper_of_the_visits_is_erased(
    phone: FlaskClient, context: Context
) -> None:
    own, others, shared = (b"stamp %d" % number for number in range(3))
    visit_id, other = log(context), log(context, commissioner="C-0002")
    second = log(context)
    for visited, content in ((visit_id, own), (other, others), (second, shared)):
        keep(context, content)
        confirm(context, visited, digest_of(content))
    confirm(context, log(context, commissioner="C-0002"), digest_of(shared))
    end_terms(context)
    erase_person(context, "C-0001", by=SYSTEM, reason="asked for it")
    assert files(context) == {digest_of(others), digest_of(shared)}
    with context.reading() as connection:
        assert connection.scalar(select(func.count()).where(confirmations.c.answered_at.is_not(None))) == 4


def test_a_picture_of_a_product_outlives_the_person_who_photographed_it(
    phone: FlaskClient, context: Context
) -> None:
    content = jpeg()
    send_whole(phone, content)
    log(context, digest_of(content))
    show_on_a_product(context, digest_of(content))
    end_terms(context)
    erase_person(context, "C-0001", by=SYSTEM, reason="asked for it")
    assert files(context) == {digest_of(content)}


def test_with_the_person_the_photos_and_their_places_are_erased(phone: FlaskClient, context: Context) -> None:
    content = jpeg(taken="2026:11:20 09:30:00", place=(127.01, 45.21))
    send_whole(phone, content)
    log(context, digest_of(content))
    end_terms(context)
    erase_person(context, "C-0001", by=SYSTEM, reason="asked for it")
    with context.engine.connect() as connection:
        row = connection.execute(select(photos)).one()
    assert (row.lon, row.lat, row.taken_at) == (None, None, None)
    assert [path for path in (context.settings.data_dir / "photos").rglob("*") if path.is_file()] == []


def test_a_photo_whose_hash_an_update_dropped_is_looked_at_anew(phone: FlaskClient, context: Context) -> None:
    content, lost = jpeg(5), jpeg(6)
    for each in (content, lost):
        send_whole(phone, each)

    def known() -> tuple[dict[str, str | None], set[tuple[int, int, str]]]:
        with context.reading() as connection:
            looks = {row.sha256: row.perceptual_hash for row in connection.execute(select(photos))}
            pieces = {(row.band, row.bits, row.sha256) for row in connection.execute(select(photo_bands))}
        return looks, pieces

    looks, pieces = known()
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(delete(photo_bands))
        connection.execute(update(photos).values(perceptual_hash=""))
    context.photo_store.remove(f"{digest_of(lost)[:2]}/{digest_of(lost)}.thumbnail.jpg")
    tidy_photos(context)
    anew, found = known()
    digest = digest_of(content)
    assert anew[digest_of(lost)] is None
    assert look_alike(anew[digest] or "", [looks[digest] or ""]) == [True]
    assert {piece[2] for piece in found} == {digest}
    assert found & pieces
