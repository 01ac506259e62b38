"""Photos that have arrived: once each, counted as evidence, shown to those who may see them."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.pool import QueuePool

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence.file_store import disk_faults
from fieldapp.persistence.schema import photos
from fieldapp.services import receive_photo
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.api.phones import app, phone
from tests.api.sending_photos import UPLOADS, begin, count, digest_of, log, offset_of, send, send_whole, visit
from tests.persistence.test_file_store import in_bucket, s3_address
from tests.pictures import GPS_BYTES, jpeg
from tests.services.small_register import fill

__all__ = ["app", "in_bucket", "phone", "s3_address"]


def test_one_photo_from_several_uploads_and_visits_is_one(
    app: Flask, phone: FlaskClient, context: Context
) -> None:
    content = jpeg()
    first = log(context, digest_of(content))
    assert send_whole(phone, content).status_code == 204
    assert send_whole(phone, content, sha256=None).status_code == 204
    second = log(context, digest_of(content), hours=1)
    assert count(context, photos) == 1
    assert (visit(context, first).grade, visit(context, second).grade) == ("A", "D")


def test_many_uploads_of_one_photo_at_once_end_in_one(app: Flask, context: Context) -> None:
    content, start, ends = jpeg(), Barrier(6), []

    def upload() -> None:
        client = client_of(app, Role.COMMISSIONER)
        start.wait()
        ends.append(send_whole(client, content, sha256=None).status_code)  # else it is one upload

    threads = [Thread(target=upload) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [204] * 6
    assert count(context, photos) == 1


def test_a_visit_that_awaits_its_photo_is_graded_again_and_told_of(
    phone: FlaskClient, context: Context
) -> None:
    content = jpeg(taken="2026:11:20 09:30:00", place=(127.01, 45.21))
    visit_id = log(context, digest_of(content))
    before = visit(context, visit_id)
    assert before.grade == "B"
    send_whole(phone, content)
    after = visit(context, visit_id)
    assert after.grade == "A"
    assert after.changed > before.changed
    assert after.revision == before.revision


def test_a_photo_of_another_place_makes_no_a(phone: FlaskClient, context: Context) -> None:
    content = jpeg(taken="2026:11:20 09:30:00", place=(126.0, 46.5))
    visit_id = log(context, digest_of(content))
    send_whole(phone, content)
    found = visit(context, visit_id)
    assert (found.grade, found.grade_reasons[0]["code"]) == ("B", "photo.elsewhere")


def test_a_full_disk_is_told_and_loses_nothing(
    phone: FlaskClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = jpeg()
    begun = begin(phone, len(content), sha256=digest_of(content))
    send(phone, begun.location, content[:500], 0)
    write = os.write

    def little_room(descriptor: int, piece: bytes) -> int:
        if os.fstat(descriptor).st_size >= 700:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(descriptor, piece[: 700 - os.fstat(descriptor).st_size])

    with monkeypatch.context() as patched:
        patched.setattr(os, "write", little_room)
        full = send(phone, begun.location, content[500:], 500)
    assert (full.status_code, full.get_json()["code"]) == (507, "photo.disk_full")
    assert offset_of(phone, begun.location) == 700
    with monkeypatch.context() as patched:
        patched.setattr("fieldapp.persistence.file_store.FolderStore.put", _no_room)
        full = send(phone, begun.location, content[700:], 700)
    assert full.status_code == 507
    assert count(context, photos) == 0
    assert offset_of(phone, begun.location) == len(content)  # finishes what is whole
    assert count(context, photos) == 1


def _no_room(_store: object, _name: str, _content: bytes) -> None:
    with disk_faults(Path("photos")):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_pictures_go_to_those_who_see_the_visit_and_the_original_to_its_visitor(
    app: Flask, phone: FlaskClient, context: Context
) -> None:
    content = jpeg(taken="2026:11:20 09:30:00", place=(127.01, 45.21))
    digest = digest_of(content)
    send_whole(phone, content)
    log(context, digest)
    for role in Role:
        client = client_of(app, role)
        for kind in ("thumbnail", "picture"):
            answer = client.get(f"{UPLOADS}/{digest}/{kind}")
            assert (answer.status_code, answer.mimetype) == (200, "image/jpeg"), (role, kind)
            assert GPS_BYTES not in answer.data
            assert b"Exif" not in answer.data
        original = client.get(f"{UPLOADS}/{digest}/original")
        if role is Role.COMMISSIONER:
            assert original.data == content
            assert original.headers["Content-Disposition"].startswith("attachment")
        else:
            assert original.status_code == 403
    told = phone.get(f"{UPLOADS}/{digest}").get_json()
    assert "taken_at" not in told
    assert "lon" not in told


def test_a_county_officer_sees_no_photo_of_another_county(
    app: Flask, phone: FlaskClient, context: Context
) -> None:
    content = jpeg()
    send_whole(phone, content)
    county = client_of(app, Role.COUNTY_OFFICER)
    assert county.get(f"{UPLOADS}/{digest_of(content)}/thumbnail").status_code == 403  # named by no visit
    log(context, digest_of(content))
    assert county.get(f"{UPLOADS}/{digest_of(content)}/thumbnail").status_code == 200


def test_a_picture_is_sent_once(phone: FlaskClient) -> None:
    content = jpeg()
    send_whole(phone, content)
    address = f"{UPLOADS}/{digest_of(content)}/thumbnail"
    first = phone.get(address)
    assert "private" in first.headers["Cache-Control"]
    assert "immutable" in first.headers["Cache-Control"]
    again = phone.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert phone.get(f"{UPLOADS}/{'0' * 64}/thumbnail").status_code == 404


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.COMMISSIONER])
def test_only_commissioners_send_photos(app: Flask, role: Role) -> None:
    assert begin(client_of(app, role), 100).status_code == 403


def test_photos_may_lie_in_a_bucket(sqlite_context: Context, request: pytest.FixtureRequest) -> None:
    address = request.getfixturevalue("in_bucket")
    context = replace(sqlite_context, settings=replace(sqlite_context.settings, photo_store=address))
    fill(context)
    store_accounts(context)
    phone = client_of(create_app(context=context), Role.COMMISSIONER)
    content = jpeg()
    assert send_whole(phone, content).status_code == 204
    assert phone.get(f"{UPLOADS}/{digest_of(content)}/original").data == content
    assert phone.get(f"{UPLOADS}/{digest_of(content)}/thumbnail").status_code == 200
    assert not (context.settings.data_dir / "photos").exists()


def test_no_transaction_is_open_while_a_picture_is_decoded_and_kept(
    phone: FlaskClient, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = jpeg()
    digest = digest_of(content)
    first, meanwhile = log(context, digest), []

    def with_others(done: Callable[..., Any]) -> Callable[..., Any]:
        def others_write_first(*given: Any, **named: Any) -> Any:
            assert isinstance(context.engine.pool, QueuePool)
            assert context.engine.pool.checkedout() == 0
            meanwhile.append(log(context, digest, hours=1 + len(meanwhile)))
            return done(*given, **named)

        return others_write_first

    for name in ("read_picture", "keep_picture"):
        monkeypatch.setattr(receive_photo, name, with_others(getattr(receive_photo, name)))
    assert send_whole(phone, content).status_code == 204
    # Those that came meanwhile are graded with the photo, too.
    assert len(meanwhile) == 2
    grades = [visit(context, each).grade for each in (first, *meanwhile)]
    assert sorted(grades) == ["A", "D", "D"]
