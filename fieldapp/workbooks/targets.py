"""Where written files go: whole, or not at all."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fieldapp.domain.errors import InvalidInputError
from geodata.errors import Message


@contextmanager
def whole_file(target: Path | BinaryIO) -> Iterator[BinaryIO]:
    """A stream that becomes the file ``target`` only if nothing fails.

    A link is followed, and what it points to is replaced. A pipe, a device and standard output under its
    name as a file are written to as they are: nothing can take their place. `InvalidInputError` for
    anything else that is no file; `OSError` as the system raises it.
    """
    if not isinstance(target, Path):
        yield target
        return
    if (direct := _opened(target)) is not None:
        with os.fdopen(direct, "wb") as stream:
            yield stream
        return
    place = Path(os.path.realpath(target))
    partial = place.with_name(f".{place.name}.{secrets.token_hex(4)}.part")
    try:
        with partial.open("xb") as stream:
            yield stream
        os.replace(partial, place)
    finally:
        partial.unlink(missing_ok=True)


def _opened(target: Path) -> int | None:
    """What stands at ``target``, opened to be written to; None where a file is, or is to be made."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return None
    if _is_standard_output(found):
        return os.dup(1)
    if stat.S_ISREG(found.st_mode):
        return None
    if stat.S_ISFIFO(found.st_mode) or stat.S_ISCHR(found.st_mode):
        return os.open(target, os.O_WRONLY)
    raise InvalidInputError(
        Message("{path} is no file that can be written. Choose the name of a file.", path=target),
        code="output.unwritable",
    )


def _is_standard_output(found: os.stat_result) -> bool:
    try:
        return os.path.samestat(found, os.fstat(1))
    except OSError:
        return False  # it is closed
