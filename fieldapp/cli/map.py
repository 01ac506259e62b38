"""``fieldapp map``: the coverage map of a day as one file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from fieldapp.cli.output import Installation, pass_installation, write_file
from fieldapp.services.draw_map import draw_map
from geodata.errors import Message

_ENDINGS = (".html", ".htm")


@click.command("map")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day; default: today.")
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE.html",
    help="Write to this file.",
)
@pass_installation
def map_(installation: Installation, *, as_of: datetime | None, output: Path) -> None:
    """Draw the map as one file that opens without any network."""
    if output.suffix.lower() not in _ENDINGS:
        raise click.BadParameter(
            installation.words(
                Message("{path} does not end in .html or .htm, which the map is written as.", path=output)
            ),
            param_hint="--output",
        )
    document = draw_map(
        installation.context, as_of=as_of.date() if as_of else None, locale=installation.locale
    )
    content = document.encode()
    write_file(output, content)
    installation.say(
        Message("The map is in {path} ({size} KB).", path=output, size=round(len(content) / 1024))
    )
