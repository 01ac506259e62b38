"""What the commands share: the installation they work on, what they say, and whole files or none."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import click

from fieldapp.domain.errors import FieldappError, InvalidInputError
from fieldapp.i18n import translate
from fieldapp.services.context import Context, open_context
from fieldapp.services.prepare_installation import prepare_installation
from fieldapp.settings import LOCALES, Settings
from fieldapp.workbooks.targets import whole_file
from geodata.errors import GeodataError, Message


class Installation:
    """The installation that ``FIELDAPP_*`` names, opened when a command first needs it."""

    @cached_property
    def settings(self) -> Settings:
        """The settings of the environment."""
        return Settings.from_environment()

    @cached_property
    def opened(self) -> Context:
        """The context, whatever state its database is in: for commands that prepare it."""
        return open_context(self.settings)

    @cached_property
    def context(self) -> Context:
        """The context, its database ready to be worked with; a new embedded one is created."""
        prepare_installation(self.opened)
        return self.opened

    @property
    def locale(self) -> str:
        """The language that this installation speaks."""
        return self.settings.locale

    def words(self, message: Message) -> str:
        """The sentence in the language of the installation."""
        return translate(message, self.locale)

    def say(self, message: Message) -> None:
        """Tell the person at the terminal; standard output is kept for results."""
        click.echo(self.words(message), err=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "opened" in self.__dict__:
            self.opened.close()


pass_installation = click.make_pass_decorator(Installation)


@contextmanager
def explained(ctx: click.Context) -> Iterator[None]:
    """End with exit code 1 and plain sentences for every error that was foreseen."""
    try:
        yield
    except (FieldappError, GeodataError) as error:
        locale = _locale()
        click.echo(translate(error.message, locale), err=True)
        for fault in getattr(error, "faults", ()):
            if fault.message == error.message:
                continue
            click.echo(f"  {fault.pointer}: {translate(fault.message, locale)}", err=True)
        ctx.exit(1)


def _locale() -> str:
    # The settings themselves may be what is wrong, so they cannot be asked for the language.
    wished = os.environ.get("FIELDAPP_LOCALE", "").strip()
    return wished if wished in LOCALES else LOCALES[0]


def write_file(path: Path, content: bytes) -> None:
    """Write a whole file; see `whole_file` for what is no file.

    Raises `InvalidInputError` where that cannot be done; what stood at ``path`` is then still there.
    """
    try:
        with whole_file(path) as stream:
            stream.write(content)
    except OSError as error:
        raise InvalidInputError(
            Message(
                "{path} cannot be written: {reason}. Choose another file or folder.",
                path=path,
                reason=error.strerror or str(error),
            ),
            code="output.unwritable",
        ) from error


def print_bytes(content: bytes) -> None:
    """Write a result to standard output, as it is, in UTF-8 whatever the terminal is set to."""
    stream = sys.stdout.buffer
    stream.write(content)
    stream.flush()
