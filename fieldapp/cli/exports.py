"""``fieldapp export``: write a table of the register to a file or to standard output."""

from __future__ import annotations

from pathlib import Path

import click

from fieldapp.cli.output import Installation, pass_installation
from fieldapp.cli.targets import target_of
from fieldapp.services.columns import EXPORT_KINDS, ExportKind
from fieldapp.services.export_table import EXPORT_FORMATS, ExportFormat, export_table


@click.command()
@click.argument("kind", type=click.Choice(EXPORT_KINDS))
@click.option(
    "--format",
    "file_format",
    type=click.Choice(EXPORT_FORMATS),
    help="By default what the name of the file ends in, else csv.",
)
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, help='The file, or "-" for standard output.'
)
@click.option(
    "--headers",
    type=click.Choice(["en", "zh"]),
    default="en",
    help="Stable names, or Chinese headers and words.",
)
@click.option("--with-phones", is_flag=True, help="Write phones in full; by default they are masked.")
@pass_installation
def export(
    installation: Installation,
    *,
    kind: ExportKind,
    file_format: ExportFormat | None,
    output: Path,
    headers: str,
    with_phones: bool,
) -> None:
    """Write townships, commissioners, products, assignments, visits or imported distances (travel).

    What is written can be imported again and then changes nothing; a masked phone is left as it is.
    """
    chosen = file_format or _by_ending(output)
    locale = "zh_CN" if headers == "zh" else None
    with target_of(output) as target:
        export_table(installation.context, kind, chosen, target, locale=locale, with_phones=with_phones)


def _by_ending(output: Path) -> ExportFormat:
    ending = output.suffix.casefold().removeprefix(".")
    return next((known for known in EXPORT_FORMATS if known == ending), "csv")
