"""Unpacking archives that strangers made: bounded, and never outside the folder given."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from geodata.errors import Message
from geodata.formats.faults import Limits, TooLargeError, UnreadableFileError, UnsafeFileError

_PIECE_BYTES: Final = 1 << 16
_UTF8_NAME: Final = 0x800
_ENCRYPTED: Final = 0x1


class Archive:
    """An open zip file whose directory has been found harmless."""

    def __init__(self, file: zipfile.ZipFile, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        entries = file.infolist()
        if len(entries) > limits.entries:
            raise TooLargeError(
                Message(
                    "The archive has more than the {limit} entries that are accepted.", limit=limits.entries
                )
            )
        self._entries = {_name(entry): entry for entry in entries if not entry.is_dir()}
        for name, entry in self._entries.items():
            _refuse_unsafe(name, entry)
        limits.check_size(sum(entry.file_size for entry in entries))

    @property
    def names(self) -> tuple[str, ...]:
        """Paths of the files in it, with forward slashes."""
        return tuple(name for name in self._entries if not name.startswith("__MACOSX/"))

    def extract(self, members: Iterable[tuple[str, Path]]) -> None:
        """Unpack each named file to its path, counting what really comes out."""
        left = self._limits.size_bytes
        for name, target in members:
            try:
                with self._file.open(self._entries[name]) as packed, target.open("wb") as unpacked:
                    while piece := packed.read(_PIECE_BYTES):
                        left -= len(piece)
                        self._limits.check_size(self._limits.size_bytes - min(left, 0))
                        unpacked.write(piece)
            except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
                raise UnreadableFileError(
                    Message("{name} in the archive is damaged. Pack it again.", name=name)
                ) from error


def open_archive(path: Path, limits: Limits) -> Archive:
    """Open a zip file; the caller need not close what cannot be written to.

    Raises
    ------
    UnreadableFileError
        It is no zip file, or is damaged or encrypted.
    UnsafeFileError
        An entry would leave the folder or is a link.
    TooLargeError
        It has too many entries, or says that it would unpack to too much.
    """
    try:
        return Archive(zipfile.ZipFile(path), limits)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise UnreadableFileError(
            Message("{name} is not a zip archive, or is damaged. Pack it again.", name=path.name)
        ) from error


def _name(entry: zipfile.ZipInfo) -> str:
    """The path of an entry; packers on Chinese Windows write it in GBK and do not say so."""
    name = entry.orig_filename
    if not entry.flag_bits & _UTF8_NAME:
        raw = name.encode("cp437")
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")


def _refuse_unsafe(name: str, entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or "\0" in name:
        raise UnsafeFileError(
            Message(
                "The archive would write outside its folder ({name}). It is refused.", name=repr(name[:80])
            )
        )
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise UnsafeFileError(Message("The archive holds a link ({name}). Pack the file itself.", name=name))
    if entry.flag_bits & _ENCRYPTED:
        raise UnreadableFileError(Message("The archive is protected by a password. Pack it without one."))
