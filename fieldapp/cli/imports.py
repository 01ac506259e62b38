"""``fieldapp import``: bring a file into the register, or see what it would do."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from fieldapp.cli.output import Installation, pass_installation, print_bytes
from fieldapp.cli.tables import aligned
from fieldapp.cli.targets import target_of
from fieldapp.domain.importing import Action, ImportOutcome
from fieldapp.domain.permissions import SYSTEM
from fieldapp.services.clear_travel import clear_travel, count_travel
from fieldapp.services.columns import IMPORT_KINDS, ImportKind
from fieldapp.services.import_file import Progress, import_file
from fieldapp.services.import_plan import ImportOptions
from fieldapp.services.make_template import make_template
from fieldapp.services.preview_import import ShownChange, shown_changes
from geodata.errors import Counted, Message

_SHOWN_CHANGES = 20
_SHOWN_FAULTS = 50


@click.group(name="import")
def import_() -> None:
    """Bring townships, commissioners, products, assignments or visits in from a file."""


def _day(_ctx: click.Context, _parameter: click.Parameter, value: datetime | None) -> Any:
    return None if value is None else value.date()


def _importing(command: Callable[..., None], *, needs_file: bool = True) -> Callable[..., None]:
    """The options of every import."""
    for decorate in reversed(
        (
            click.argument("file", type=click.Path(exists=True, path_type=Path), required=needs_file),
            click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing."),
            click.option("--crs", metavar="C", help="Coordinate system of a file that does not state it."),
            click.option("--encoding", metavar="E", help="Encoding of a text file, such as gb18030."),
            click.option("--sheet", metavar="NAME", help="The sheet or layer to read, of several."),
            click.option(
                "--effective-on",
                type=click.DateTime(["%Y-%m-%d"]),
                callback=_day,
                metavar="DATE",
                help="The day from which changes hold that give none of their own; today by default.",
            ),
            click.option(
                "--format",
                "output_format",
                type=click.Choice(["text", "json"]),
                default="text",
                help="What is printed; text by default.",
            ),
            pass_installation,
        )
    ):
        command = decorate(command)
    return command


@import_.command()
@click.option("--complete", is_flag=True, help="The file is the whole roster: end those it does not name.")
@click.option("--target", type=click.IntRange(0, 100_000), metavar="N", help="The figure beside the roster.")
@_importing
def townships(
    installation: Installation, file: Path, complete: bool, target: int | None, **given: Any
) -> None:
    """Import townships, their boundaries and the roster, from a sheet or a layer.

    A boundary within 2 m of the stored one is unchanged. One that changed becomes official, unless the file
    gives its quality in a column boundary_quality; a dry run says which do. Boundaries of townships that
    exist at the same time may overlap by at most 5 % of the smaller one, and by 90 % where one of them is
    an approximate boundary that the file leaves as it is.
    """
    _run(installation, "townships", file, complete=complete, target=target, **given)


@import_.command()
@_importing
def commissioners(installation: Installation, file: Path, **given: Any) -> None:
    """Import commissioners and their institutions."""
    _run(installation, "commissioners", file, **given)


@import_.command()
@_importing
def products(installation: Installation, file: Path, **given: Any) -> None:
    """Import products, and which of them are featured."""
    _run(installation, "products", file, **given)


@import_.command()
@_importing
def assignments(installation: Installation, file: Path, **given: Any) -> None:
    """Import assignments."""
    _run(installation, "assignments", file, **given)


@import_.command()
@_importing
def visits(installation: Installation, file: Path, **given: Any) -> None:
    """Import logs of visits that were kept on paper.

    They go through the same rules as those from phones, and are graded by what evidence they carry.
    """
    _run(installation, "visits", file, **given)


@import_.command()
@click.option("--clear", is_flag=True, help="Remove all imported distances; takes no file.")
@partial(_importing, needs_file=False)
def travel(installation: Installation, file: Path | None, clear: bool, **given: Any) -> None:
    """Import distances by road for planning: commissioner, township and km.

    They take the place of those imported before. Pairs without one are measured by the routing server, or
    without one as the crow flies, times the detour factor of the planning policy.

    With --clear all are removed, and plans are measured so for every pair. Import the table again to have
    them back.
    """
    if clear == (file is not None):
        raise click.UsageError(installation.words(Message("Give either a file or --clear.")))
    if file is None:
        _clear(installation, dry_run=given["dry_run"])
        return
    _run(installation, "travel", file, **given)


@import_.command()
@click.argument("kind", type=click.Choice(IMPORT_KINDS))
@click.option("--output", type=click.Path(path_type=Path), required=True, help='A file .xlsx, or "-".')
@pass_installation
def template(installation: Installation, kind: ImportKind, output: Path) -> None:
    """Write a workbook to fill in, with drop-downs and an example."""
    with target_of(output) as target:
        make_template(installation.context, kind, target, locale=installation.locale)


def _clear(installation: Installation, *, dry_run: bool) -> None:
    if dry_run:
        count = count_travel(installation.context)
        installation.say(
            Counted(
                "{count} imported distance would be removed.",
                "{count} imported distances would be removed.",
                count=count,
            )
        )
        return
    installation.say(
        Counted(
            "{count} imported distance is removed.",
            "{count} imported distances are removed.",
            count=clear_travel(installation.context, by=SYSTEM),
        )
    )


def _run(
    installation: Installation,
    kind: ImportKind,
    file: Path,
    *,
    dry_run: bool,
    output_format: str,
    **options: Any,
) -> None:
    with _progress(installation) as progress:
        result = import_file(
            installation.context,
            kind,
            file,
            options=ImportOptions(**options),
            dry_run=dry_run,
            actor="cli",
            progress=progress,
        )
    for notice in result.notices[:_SHOWN_CHANGES] if output_format != "json" else ():
        installation.say(notice)
    shown = tuple(shown_changes(result, installation.locale)) if dry_run else ()
    _report(installation, result.outcome, shown, dry_run=dry_run, output_format=output_format)


def _report(
    installation: Installation,
    outcome: ImportOutcome,
    shown: Sequence[ShownChange] = (),
    *,
    dry_run: bool,
    output_format: str,
) -> None:
    """Print what an import did or would do, and end with exit code 1 where it has faults."""
    if output_format == "json":
        document = outcome.document(installation.words)
        print_bytes((json.dumps(document, ensure_ascii=False) + "\n").encode())
    else:
        _tell(installation, outcome, shown, dry_run=dry_run)
    if not outcome.is_sound:
        click.get_current_context().exit(1)


@contextmanager
def _progress(installation: Installation) -> Iterator[Progress | None]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    label = installation.words(Message("Rows checked"))
    with click.progressbar(length=1, label=label, file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            if done % 50 == 0 or done == total:
                bar.update(done - bar.pos)

        yield show


def _tell(
    installation: Installation, outcome: ImportOutcome, shown: Sequence[ShownChange], *, dry_run: bool
) -> None:
    words = installation.words
    if not outcome.is_sound:
        for fault in outcome.errors[:_SHOWN_FAULTS]:
            click.echo(_fault_line(installation, fault.document(words)), err=True)
        if len(outcome.errors) > _SHOWN_FAULTS:
            installation.say(
                Message(
                    "and {count} more; --format json lists all.", count=len(outcome.errors) - _SHOWN_FAULTS
                )
            )
        installation.say(Message("Nothing was imported. Correct the file and import it again."))
        return
    if dry_run and shown:
        headings = [words(Message("row")), words(Message("change")), words(Message("subject")), ""]
        rows = [
            [change.row, words(change.action.words), change.title, _difference(change)]
            for change in shown[:_SHOWN_CHANGES]
        ]
        for line in aligned(headings, rows):
            click.echo(line)
        if len(shown) > _SHOWN_CHANGES:
            click.echo(words(Message("and {count} more", count=len(shown) - _SHOWN_CHANGES)))
    counted = {
        "added": outcome.added,
        "changed": outcome.changed,
        "ended": outcome.ended,
        "unchanged": outcome.unchanged,
    }
    if dry_run:
        message = Message(
            "Would be added: {added}, changed: {changed}, ended: {ended}; unchanged: {unchanged}.", **counted
        )
    else:
        message = Message(
            "Added: {added}, changed: {changed}, ended: {ended}; unchanged: {unchanged}.", **counted
        )
    click.echo(words(message))


def _fault_line(installation: Installation, fault: dict[str, object]) -> str:
    where = [
        str(fault["sheet"] or ""),
        installation.words(Message("row {row}", row=fault["row"])) if fault["row"] is not None else "",
        str(fault["column"] or ""),
    ]
    place = ", ".join(part for part in where if part)
    return f"{place}: {fault['message']}" if place else str(fault["message"])


def _difference(change: ShownChange) -> str:
    """The values of a change; those of an addition fill no line and are left to the page and its CSV."""
    if change.action is Action.ADD:
        return ""
    return "; ".join(
        f"{each.label}: {_short(each.before)} > {_short(each.after)}" for each in change.differences
    )


def _short(value: str) -> str:
    return value[:60] or "–"
