"""Photos go up in pieces, arrive once, and are shown to those who may see them."""

from __future__ import annotations

import base64
import errno
import hashlib
import io
import os
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, update
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import SYSTEM, Role
from fieldapp.persistence.file_store import disk_faults
from fieldapp.persistence.schema import assignments, photo_uploads, photos, users, visit_photos, visits
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.personal_data import erase_person
from fieldapp.services.upload_pieces import path_of
from tests.api.accounts import NOW, client_of, store_accounts, token_of
from tests.persistence.test_file_store import in_bucket, s3_address
from tests.pictures import GPS_BYTES, heic, jpeg, png_of_size
from tests.services.small_register import LALIN, fill

__all__ = ["in_bucket", "s3_address"]

UPLOADS = "/api/v1/photos"
TUS = {"Tus-Resumable": "1.0.0"}
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


@pytest.fixture
def app(context: Context) -> Flask:
    fill(context)
    store_accounts(context)
    return create_app(context=context)


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    return client_of(app, Role.COMMISSIONER)


def begin(client: FlaskClient, size: int, *, sha256: str | None = None, **headers: str) -> TestResponse:
    metadata = "filename " + base64.b64encode("稻田.jpg".encode()).decode()
    if sha256 is not None:
        metadata += ",sha256 " + base64.b64encode(sha256.encode()).decode()
    sent = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata}
    return client.post(UPLOADS, headers=sent | headers)


def send(client: FlaskClient, address: str, piece: bytes, offset: int, **headers: str) -> TestResponse:
    return client.patch(
        address,
        data=piece,
        content_type="application/offset+octet-stream",
        headers=TUS | {"Upload-Offset": str(offset)} | headers,
    )


def send_whole(client: FlaskClient, content: bytes, *, sha256: str | None = "") -> TestResponse:
    told = hashlib.sha256(content).hexdigest() if sha256 == "" else sha256
    begun = begin(client, len(content), sha256=told)
    assert begun.status_code == 201, begun.text
    return send(client, begun.location, content, 0)


def offset_of(client: FlaskClient, address: str) -> int:
    answer = client.head(address, headers=TUS)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    return int(answer.headers["Upload-Offset"])


def digest_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def count(context: Context, table: Any) -> int:
    with context.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def log(context: Context, *digests: str, commissioner: str = "C-0001") -> UUID:
    visit_id = uuid4()
    with context.work(actor="test") as work:
        work.connection.execute(
            insert(visits).values(
                id=visit_id,
                township_code=LALIN,
                commissioner_id=commissioner,
                started_at=START,
                ended_at=START + timedelta(hours=1),
                visited_on=START.date(),
                received_at=START + timedelta(hours=2),
                mode="on_site",
                service_days=0.5,
                fix_lon=127.0,
                fix_lat=45.2,
                fix_accuracy_m=9.0,
                fix_captured_at=START,
                fix_mocked=False,
            )
        )
        for position, sha256 in enumerate(digests):
            work.connection.execute(
                insert(visit_photos).values(visit_id=visit_id, position=position, sha256=sha256)
            )
        work.touch_visits(visit_id)
        regrade(work, [visit_id])
        work.commit()
    return visit_id


def visit(context: Context, visit_id: UUID) -> Any:
    with context.engine.connect() as connection:
        return connection.execute(select(visits).where(visits.c.id == visit_id)).one()


def test_the_server_says_what_it_can_do(app: Flask) -> None:
    answer = app.test_client().options(UPLOADS)
    assert answer.status_code == 204
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,termination,expiration,checksum"
    assert answer.headers["Tus-Max-Size"] == str(15 * 1024 * 1024)


def test_a_photo_goes_up_in_pieces_of_any_size(phone: FlaskClient, context: Context) -> None:
    content = jpeg()
    begun = begin(phone, len(content), sha256=digest_of(content))
    assert (begun.status_code, begun.headers["Tus-Resumable"]) == (201, "1.0.0")
    offset = 0
    for length in (1, 0, 7, 1000, len(content)):
        piece = content[offset : offset + length]
        answer = send(phone, begun.location, piece, offset)
        offset += len(piece)
        assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(offset)), answer.text
        assert offset_of(phone, begun.location) == offset
    assert phone.head(f"{UPLOADS}/{digest_of(content)}").status_code == 200
    known = phone.get(f"{UPLOADS}/{digest_of(content)}").get_json()
    assert (known["size_bytes"], known["media_type"], known["width"]) == (len(content), "image/jpeg", 640)
    assert list((context.settings.data_dir / "photo-uploads").iterdir()) == []


def test_an_upload_goes_on_where_the_file_ends_whatever_was_answered(
    phone: FlaskClient, context: Context
) -> None:
    content = jpeg()
    begun = begin(phone, len(content), sha256=digest_of(content))
    send(phone, begun.location, content[:100], 0)
    # The server was killed after it had written more, and before it answered.
    with path_of(context, UUID(begun.location[-36:])).open("ab") as file:
        file.write(content[100:250])
    stale = send(phone, begun.location, content[100:200], 100)
    assert (stale.status_code, stale.get_json()["code"]) == (409, "upload.offset")
    assert offset_of(phone, begun.location) == 250
    assert send(phone, begun.location, content[250:], 250).status_code == 204
    assert count(context, photos) == 1


def test_a_whole_file_whose_end_was_never_answered_is_finished_on_asking(
    phone: FlaskClient, context: Context
) -> None:
    content = jpeg()
    begun = begin(phone, len(content), sha256=digest_of(content))
    path = path_of(context, UUID(begun.location[-36:]))
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    assert count(context, photos) == 0
    assert offset_of(phone, begun.location) == len(content)
    assert count(context, photos) == 1
    assert send(phone, begun.location, b"", len(content)).status_code == 204


def test_what_came_before_the_connection_broke_stays(phone: FlaskClient) -> None:
    class Breaking(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            if self.tell() >= 300:
                raise ConnectionResetError
            return super().readinto(memoryview(buffer)[: 300 - self.tell()])

    content = jpeg()
    begun = begin(phone, len(content), sha256=digest_of(content))
    broken = phone.patch(
        begun.location,
        input_stream=Breaking(content),
        content_length=len(content),
        content_type="application/offset+octet-stream",
        headers=TUS | {"Upload-Offset": "0"},
    )
    assert (broken.status_code, broken.headers["Upload-Offset"]) == (204, "300")
    assert send(phone, begun.location, content[300:], 300).status_code == 204


def test_one_photo_from_several_uploads_and_visits_is_one(
    app: Flask, phone: FlaskClient, context: Context
) -> None:
    content = jpeg()
    first = log(context, digest_of(content))
    assert send_whole(phone, content).status_code == 204
    assert send_whole(phone, content, sha256=None).status_code == 204
    second = log(context, digest_of(content))
    assert count(context, photos) == 1
    assert (visit(context, first).grade, visit(context, second).grade) in {("A", "D"), ("D", "A")}


def test_many_uploads_of_one_photo_at_once_end_in_one(app: Flask, context: Context) -> None:
    content, start, ends = jpeg(), Barrier(6), []

    def upload() -> None:
        client = client_of(app, Role.COMMISSIONER)
        start.wait()
        ends.append(send_whole(client, content).status_code)

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


def test_two_requests_for_one_upload_do_not_mix(app: Flask, phone: FlaskClient) -> None:
    content, reading, go_on = jpeg(), Event(), Event()

    class Slow(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            reading.set()
            go_on.wait(30)
            return super().readinto(buffer)

    begun = begin(phone, len(content), sha256=digest_of(content))
    ends: list[int] = []

    def slowly() -> None:
        answer = client_of(app, Role.COMMISSIONER).patch(
            begun.location,
            input_stream=Slow(content),
            content_length=len(content),
            content_type="application/offset+octet-stream",
            headers=TUS | {"Upload-Offset": "0"},
        )
        ends.append(answer.status_code)

    thread = Thread(target=slowly)
    thread.start()
    assert reading.wait(30)
    locked = send(phone, begun.location, content, 0)
    assert (locked.status_code, locked.get_json()["code"]) == (423, "upload.locked")
    go_on.set()
    thread.join()
    assert ends == [204]
    assert send(phone, begun.location, content, 0).status_code == 409


@pytest.mark.parametrize(
    ("content", "sha256", "code"),
    [
        (jpeg(), "0" * 64, "photo.digest"),
        (b"<html>", "", "photo.type"),
        (heic(), "", "photo.heic"),
        (jpeg()[:-900], "", "photo.damaged"),
        (png_of_size(60_000, 60_000), "", "photo.pixels"),
    ],
)
def test_what_is_not_the_photo_it_should_be_is_refused_and_forgotten(
    phone: FlaskClient, context: Context, content: bytes, sha256: str, code: str
) -> None:
    begun = begin(phone, len(content), sha256=sha256 or digest_of(content))
    refused = send(phone, begun.location, content, 0)
    assert (refused.status_code, refused.get_json()["code"]) == (422, code)
    assert refused.mimetype == "application/problem+json"
    assert phone.head(begun.location, headers=TUS).status_code == 404
    assert count(context, photos) == 0
    assert list((context.settings.data_dir / "photo-uploads").iterdir()) == []


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Upload-Length": "-1"}, 400, "upload.header"),
        ({"Upload-Length": "many"}, 400, "upload.header"),
        ({"Upload-Length": "٣"}, 400, "upload.header"),
        ({"Upload-Length": "9" * 15}, 413, "photo.too_large"),
        ({"Upload-Length": "9" * 16}, 400, "upload.header"),
        ({"Upload-Length": "0"}, 422, "photo.empty"),
        ({"Upload-Metadata": "sha256 ***"}, 422, "upload.metadata"),
        ({"Upload-Metadata": "sha256 YWJj"}, 422, "photo.digest"),
        ({"Upload-Metadata": "filename " + "QUFB" * 2000}, 422, "upload.metadata"),
        ({"Tus-Resumable": "0.2.2"}, 412, "upload.version"),
    ],
)
def test_a_beginning_that_cannot_be_is_refused(
    phone: FlaskClient, headers: dict[str, str], status: int, code: str
) -> None:
    answer = begin(phone, 100, **headers)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    if status == 412:
        assert answer.headers["Tus-Version"] == "1.0.0"


def test_a_piece_must_be_one(phone: FlaskClient) -> None:
    begun = begin(phone, 100)
    assert phone.patch(begun.location, data=b"x", headers=TUS | {"Upload-Offset": "0"}).status_code == 415
    assert send(phone, begun.location, b"x", 0, **{"Upload-Offset": "-1"}).status_code == 400
    more = send(phone, begun.location, bytes(101), 0)
    assert (more.status_code, more.get_json()["code"]) == (413, "upload.too_large")
    assert offset_of(phone, begun.location) == 0


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5"])
def test_a_piece_with_a_checksum_counts_only_where_it_is_right(phone: FlaskClient, algorithm: str) -> None:
    content = jpeg()
    begun = begin(phone, len(content), sha256=digest_of(content))
    send(phone, begun.location, content[:50], 0)
    right = base64.b64encode(hashlib.new(algorithm, content[50:]).digest()).decode()
    hurt = content[50:-1] + b"?"
    wrong = send(phone, begun.location, hurt, 50, **{"Upload-Checksum": f"{algorithm} {right}"})
    assert (wrong.status_code, wrong.get_json()["code"]) == (460, "upload.checksum")
    assert offset_of(phone, begun.location) == 50
    assert send(phone, begun.location, b"", 50, **{"Upload-Checksum": "crc32 AA=="}).status_code == 400
    done = send(phone, begun.location, content[50:], 50, **{"Upload-Checksum": f"{algorithm} {right}"})
    assert done.status_code == 204


def test_an_upload_can_be_given_up_also_by_clients_that_only_post(phone: FlaskClient) -> None:
    for end in (phone.delete, lambda address, headers: phone.post(address, headers=headers)):
        begun = begin(phone, 100)
        send(phone, begun.location, b"abc", 0)
        override = {"X-HTTP-Method-Override": "DELETE"}
        assert end(begun.location, headers=TUS | override).status_code == 204
        assert phone.head(begun.location, headers=TUS).status_code == 404
    assert phone.post(begun.location, headers=TUS).status_code == 405


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


def test_nobody_else_goes_on_with_an_upload(app: Flask, phone: FlaskClient, context: Context) -> None:
    begun = begin(phone, 100)
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(users).where(users.c.role == Role.VIEWER.value).values(role="commissioner"))
        connection.execute(
            update(users).where(users.c.username == Role.VIEWER.value).values(commissioner_id="C-0002")
        )
    other = app.test_client()
    headers = {"Authorization": f"Bearer {token_of(Role.VIEWER)}"}
    for answer in (
        other.head(begun.location, headers=TUS | headers),
        send(other, begun.location, b"x", 0, **headers),
        other.delete(begun.location, headers=TUS | headers),
    ):
        assert answer.status_code == 404


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


def test_pictures_go_to_those_who_see_the_visit_and_the_original_to_few(
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
        if role is Role.VIEWER:
            assert original.status_code == 403
        else:
            assert original.data == content
            assert original.headers["Content-Disposition"].startswith("attachment")
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


def test_with_the_person_the_photos_and_their_places_are_erased(phone: FlaskClient, context: Context) -> None:
    content = jpeg(taken="2026:11:20 09:30:00", place=(127.01, 45.21))
    send_whole(phone, content)
    log(context, digest_of(content))
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(assignments).values(ends_on=date(2026, 11, 1)))
    erase_person(context, "C-0001", by=SYSTEM, reason="asked for it")
    with context.engine.connect() as connection:
        row = connection.execute(select(photos)).one()
    assert (row.lon, row.lat, row.taken_at) == (None, None, None)
    assert [path for path in (context.settings.data_dir / "photos").rglob("*") if path.is_file()] == []
