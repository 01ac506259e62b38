"""Where a command writes a whole file: the file that ``--output`` names, or standard output for ``-``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from fieldapp.domain.errors import InvalidInputError
from geodata.errors import Message


@contextmanager
def target_of(output: Path) -> Iterator[Path | BinaryIO]:
    """The target to write to; `InvalidInputError` where the file cannot be written."""
    if str(output) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        yield output
    except OSError as error:
        raise InvalidInputError(
            Message(
                "{path} cannot be written: {reason}. Choose another file or folder.",
                path=output,
                reason=error.strerror or str(error),
            ),
            code="output.unwritable",
        ) from error
