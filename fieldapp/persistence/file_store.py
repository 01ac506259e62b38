"""Files kept by a name that says their content: in a folder, or in a bucket that speaks S3."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from fieldapp.domain.errors import StorageFullError, UnavailableError
from geodata.errors import Message

S3_SCHEME = "s3://"
_MISSING = {"404", "NoSuchKey", "NotFound"}


class FileStore(Protocol):
    """Files that never change: a name is given to one content only."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a file; when this returns a power cut cannot take it any more.

        Raises `StorageFullError` or `UnavailableError`; then nothing is there under the name.
        """

    def find(self, name: str) -> bytes | None:
        """The content of a file; None where there is none."""

    def has(self, name: str) -> bool:
        """Whether there is a file of the name."""

    def remove(self, name: str) -> None:
        """Drop a file, where there is one."""


def open_store(address: str) -> FileStore:
    """The store at ``s3://bucket/prefix`` or in a folder; nothing is asked of it yet."""
    if address.startswith(S3_SCHEME):
        bucket, _, prefix = address.removeprefix(S3_SCHEME).partition("/")
        return BucketStore(bucket, prefix.strip("/"))
    return FolderStore(Path(address))


class FolderStore:
    """A folder; files appear in it whole or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        path = self._folder / name
        with disk_faults(self._folder):
            if not path.exists():
                _make_folders(path.parent)
                draft = path.with_name(f".{secrets.token_hex(8)}.part")
                try:
                    with draft.open("xb") as file:
                        file.write(content)
                        file.flush()
                        os.fsync(file.fileno())
                    draft.replace(path)
                finally:
                    draft.unlink(missing_ok=True)
            # Also where another one has just put it there: what is answered for must be on the disk.
            _sync_folder(path.parent)

    def find(self, name: str) -> bytes | None:
        try:
            return (self._folder / name).read_bytes()
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        return (self._folder / name).is_file()

    def remove(self, name: str) -> None:
        with disk_faults(self._folder):
            (self._folder / name).unlink(missing_ok=True)


class BucketStore:
    """A bucket of an S3-compatible service; keys and address come from the usual ``AWS_*`` variables."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._client: Any = boto3.client(
            "s3", config=Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3})
        )

    def put(self, name: str, content: bytes) -> None:
        with self._faults():
            self._client.put_object(Body=content, **self._at(name))

    def find(self, name: str) -> bytes | None:
        with self._faults():
            try:
                content: bytes = self._client.get_object(**self._at(name))["Body"].read()
            except ClientError as error:
                if _code(error) in _MISSING:
                    return None
                raise
            return content

    def has(self, name: str) -> bool:
        with self._faults():
            try:
                self._client.head_object(**self._at(name))
            except ClientError as error:
                if _code(error) in _MISSING:
                    return False
                raise
            return True

    def remove(self, name: str) -> None:
        with self._faults():
            self._client.delete_object(**self._at(name))

    def _at(self, name: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": self._prefix + name}

    @contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except (ClientError, BotoCoreError) as error:
            raise UnavailableError(
                Message(
                    "The store of the photos ({store}) cannot be used: {reason}. Nothing was lost; try again "
                    "later, or tell the administrator to check {setting} and the keys to it.",
                    store=S3_SCHEME + self._bucket,
                    reason=_code(error) if isinstance(error, ClientError) else type(error).__name__,
                    setting="FIELDAPP_PHOTO_STORE",
                ),
                code="photo.store",
            ) from error


@contextmanager
def disk_faults(folder: Path) -> Iterator[None]:
    """Say what a disk refuses in words that help: it is full, or the folder cannot be written."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFullError(
                Message(
                    "The disk for photos on the server is full. Nothing was lost: the photo stays on your "
                    "phone and is sent again later. Tell the administrator to make room."
                ),
                code="photo.disk_full",
            ) from error
        raise UnavailableError(
            Message(
                "The folder for photos on the server cannot be used: {reason}. Nothing was lost; try again "
                "later, or tell the administrator to check {folder}.",
                reason=error.strerror or str(error),
                folder=folder.name,
            ),
            code="photo.store",
        ) from error


def _make_folders(folder: Path) -> None:
    """Make a folder and those above it, so that they outlive a power cut."""
    if not folder.is_dir():
        _make_folders(folder.parent)
        folder.mkdir(exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", "?"))
