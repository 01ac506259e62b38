"""Both stores keep the same promises: a folder, and a bucket of a service that speaks S3."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import boto3
import pytest
from moto.server import ThreadedMotoServer

from fieldapp.domain.errors import StorageFullError, UnavailableError
from fieldapp.persistence.file_store import FileStore, open_store

NAME = "ab/" + "ab" * 32


@pytest.fixture(scope="module")
def s3_address() -> Iterator[str]:
    """A service on this machine that speaks S3."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def in_bucket(s3_address: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An address of a bucket that is there."""
    for name, value in {
        "AWS_ENDPOINT_URL": s3_address,
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }.items():
        monkeypatch.setenv(name, value)
    boto3.client("s3").create_bucket(Bucket="photos")
    return "s3://photos/of/fieldapp/"


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return open_store(str(tmp_path / "new" / "photos"))
    return open_store(request.getfixturevalue("in_bucket"))


def test_what_is_kept_is_found_again_and_nothing_else(store: FileStore) -> None:
    content = os.urandom(300_000)
    store.put(NAME, content)
    store.put(NAME, content)
    assert store.has(NAME)
    assert store.find(NAME) == content
    assert not store.has(NAME + ".view.jpg")
    assert store.find(NAME + ".view.jpg") is None


def test_what_is_removed_is_gone(store: FileStore) -> None:
    store.put(NAME, b"content")
    store.remove(NAME)
    store.remove(NAME)
    assert store.find(NAME) is None


def test_many_who_keep_the_same_at_once_keep_it_once(store: FileStore) -> None:
    content, start, faults = os.urandom(200_000), Barrier(8), []

    def keep() -> None:
        start.wait()
        try:
            store.put(NAME, content)
        except Exception as error:  # noqa: BLE001  # any would be one too many
            faults.append(error)

    threads = [Thread(target=keep) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert store.find(NAME) == content


def test_a_folder_holds_whole_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = open_store(str(tmp_path))

    def no_room(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", no_room)
        with pytest.raises(StorageFullError, match="full"):
            store.put(NAME, b"content")
    assert not store.has(NAME)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    store.put(NAME, b"content")
    assert store.find(NAME) == b"content"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "photos").write_text("a file where the folder should be")
    with pytest.raises(UnavailableError, match="photos"):
        open_store(str(tmp_path / "photos")).put(NAME, b"content")


@pytest.mark.usefixtures("in_bucket")
def test_a_bucket_that_is_not_there_or_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnavailableError, match="NoSuchBucket"):
        open_store("s3://elsewhere").put(NAME, b"content")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    with pytest.raises(UnavailableError, match="EndpointConnectionError"):
        open_store("s3://photos").find(NAME)
