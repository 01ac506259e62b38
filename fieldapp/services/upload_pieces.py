"""The piece of an upload that has arrived: a file whose real length is how far the upload is."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from fieldapp.domain.errors import LockedError
from fieldapp.persistence.file_store import disk_faults
from fieldapp.services.context import Context
from geodata.errors import Message

# A server may wait for so much before it hands it on: where a connection breaks, no more than that is lost.
_PIECE = 4096
_BLOCK = 64 * 1024


class Pieces:
    """The file of one upload, held by one request at a time whichever process it runs in."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @property
    def length(self) -> int:
        return os.fstat(self._descriptor).st_size

    def append(self, stream: BinaryIO, most: int) -> None:
        """Write what comes, up to ``most`` bytes; what arrived before the stream ended stays.

        Raises `StorageFullError` or `UnavailableError` where the disk refuses, keeping what it took.
        """
        os.lseek(self._descriptor, 0, os.SEEK_END)
        with disk_faults(self._path.parent):
            try:
                while most > 0 and (piece := stream.read(min(_PIECE, most))):
                    view = memoryview(piece)
                    while view:  # a disk that is nearly full takes less than it is given
                        view = view[os.write(self._descriptor, view) :]
                    most -= len(piece)
            finally:
                os.fsync(self._descriptor)

    def digest(self, name: str, start: int = 0) -> bytes:
        """The digest of what has arrived from ``start`` on."""
        digest = hashlib.new(name, usedforsecurity=False)
        os.lseek(self._descriptor, start, os.SEEK_SET)
        while piece := os.read(self._descriptor, _BLOCK):
            digest.update(piece)
        return digest.digest()

    def cut(self, length: int) -> None:
        """Forget what arrived after ``length``."""
        os.ftruncate(self._descriptor, length)

    def read(self) -> bytes:
        """All that has arrived."""
        return self._path.read_bytes()


@contextmanager
def held(context: Context, upload_id: UUID) -> Iterator[Pieces]:
    """Hold the file of an upload; `LockedError` while another request holds it.

    The lock ends with the process that has it, however that ends.
    """
    path = path_of(context, upload_id)
    with disk_faults(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(
                Message("This photo is being sent by another request at this moment. Try again."),
                code="upload.locked",
            ) from None
        yield Pieces(path, descriptor)
    finally:
        os.close(descriptor)


def length_of(context: Context, upload_id: UUID) -> int:
    """How far an upload is, without holding it."""
    try:
        return path_of(context, upload_id).stat().st_size
    except FileNotFoundError:
        return 0


def forget(context: Context, upload_id: UUID) -> None:
    """Remove the file of an upload."""
    path_of(context, upload_id).unlink(missing_ok=True)


def left_behind(context: Context, before: datetime) -> list[UUID]:
    """The uploads whose files nothing has been written to since ``before``."""
    try:
        files = list(_folder(context).iterdir())
    except FileNotFoundError:
        return []
    found = []
    for file in files:
        with suppress(ValueError, FileNotFoundError):  # no file of ours, or gone meanwhile
            if file.stat().st_mtime < before.timestamp():
                found.append(UUID(file.name))
    return found


def path_of(context: Context, upload_id: UUID) -> Path:
    """Where what has arrived of an upload lies; beside the database, whatever the store of the photos is."""
    return _folder(context) / upload_id.hex


def _folder(context: Context) -> Path:
    return context.settings.data_dir / "photo-uploads"
