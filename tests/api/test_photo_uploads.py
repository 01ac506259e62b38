"""Photos go up in resumable pieces, whatever breaks on the way."""

from __future__ import annotations

import base64
import hashlib
import io
from threading import Event, Thread
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from fieldapp.domain.permissions import Role
from fieldapp.persistence.schema import photo_uploads, photos, users
from fieldapp.services.begin_upload import MOST_OPEN
from fieldapp.services.context import Context
from fieldapp.services.upload_pieces import path_of
from tests.api.accounts import client_of, token_of
from tests.api.phones import app, phone
from tests.api.sending_photos import TUS, UPLOADS, begin, count, digest_of, offset_of, send
from tests.pictures import heic, jpeg, png_of_size

__all__ = ["app", "phone"]


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


def test_a_photo_whose_beginning_was_never_answered_is_found_again(
    phone: FlaskClient, context: Context
) -> None:
    content = jpeg()
    for _ in range(MOST_OPEN + 1):
        begun = begin(phone, len(content), sha256=digest_of(content))
        assert (begun.status_code, begun.headers["Upload-Offset"]) == (201, "0")
    assert count(context, photo_uploads) == 1
    send(phone, begun.location, content[:100], 0)
    again = begin(phone, len(content), sha256=digest_of(content))
    assert (again.location, again.headers["Upload-Offset"]) == (begun.location, "100")
    assert send(phone, again.location, content[100:], 100).status_code == 204
    # It is whole: who begins it once more is no longer in the middle of that one.
    assert begin(phone, len(content), sha256=digest_of(content)).location != begun.location


def test_what_is_found_again_is_the_same_photo_of_the_same_person(
    app: Flask, phone: FlaskClient, context: Context
) -> None:
    digest = digest_of(b"a photo")
    begun = {begin(phone, 100, sha256=digest).location}
    begun.add(begin(phone, 101, sha256=digest).location)
    begun.add(begin(phone, 100, sha256=digest_of(b"another")).location)
    begun.update(begin(phone, 100).location for _ in range(2))
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            update(users)
            .where(users.c.username == Role.VIEWER.value)
            .values(role="commissioner", commissioner_id="C-0002")
        )
    other = app.test_client()
    headers = {"Authorization": f"Bearer {token_of(Role.VIEWER)}"}
    begun.add(begin(other, 100, sha256=digest, **headers).location)
    assert len(begun) == 6


def test_there_is_an_end_to_what_one_person_begins(phone: FlaskClient) -> None:
    for number in range(MOST_OPEN):
        assert begin(phone, 100, sha256=digest_of(bytes(number + 1))).status_code == 201
    refused = begin(phone, 100, sha256=digest_of(b"one more"))
    assert (refused.status_code, refused.get_json()["code"]) == (409, "upload.too_many")
    assert begin(phone, 100, sha256=digest_of(bytes(1))).status_code == 201
