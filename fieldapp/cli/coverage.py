"""``fieldapp coverage``: who is covered on a day, for people and for programs."""

from __future__ import annotations

import json
from datetime import datetime
from io import BytesIO
from pathlib import Path

import click

from fieldapp.cli.output import Installation, pass_installation, print_bytes, write_file
from fieldapp.cli.tables import aligned
from fieldapp.domain.coverage import CoverageStatus
from fieldapp.services.export_coverage import coverage_rows, export_layer, export_sheet
from fieldapp.services.measure_coverage import Coverage, measure_coverage
from geodata.errors import Message

_FORMATS = ("table", "json", "csv", "xlsx", "geojson", "gpkg")
_BINARY = ("xlsx", "gpkg")
_LAYERS = ("geojson", "gpkg")

_RUNGS = {
    "assigned": Message("commissioner"),
    "product": Message("featured product"),
    "full": Message("both"),
    "signed": Message("signed"),
    "visited": Message("visited"),
    "verified": Message("verified"),
}
_COLUMNS = {
    "status": Message("status"),
    "code": Message("code"),
    "name": Message("township"),
    "county": Message("county"),
    "commissioner": Message("commissioner"),
    "featured_product": Message("featured product"),
    "last_visit_on": Message("last visit on"),
    "lapses_on": Message("coverage lapses on"),
}


@click.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day; default: today.")
@click.option("--county", metavar="CODE", help="Only this county.")
@click.option(
    "--format", "file_format", type=click.Choice(_FORMATS), help="Default: as --output ends, else table."
)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write to this file."
)
@click.option("--headers", type=click.Choice(("en", "zh")), default="en", help="Headers of csv and xlsx.")
@pass_installation
def coverage(
    installation: Installation,
    *,
    as_of: datetime | None,
    county: str | None,
    file_format: str | None,
    output: Path | None,
    headers: str,
) -> None:
    """Tell who is covered on a day, and until when."""
    file_format = file_format or _format_of(output)
    if output is None and file_format in _BINARY:
        needs = Message(
            "{format} needs a file. Name it with {option}.", format=file_format, option="--output"
        )
        raise click.UsageError(installation.words(needs))
    measured = measure_coverage(
        installation.context,
        as_of=as_of.date() if as_of else None,
        county=county,
        geometry=file_format in _LAYERS,
    )
    content = _content(measured, file_format, headers, installation)
    if output is None:
        print_bytes(content)
        return
    write_file(output, content)
    installation.say(Message("Townships written to {path}: {count}.", count=len(measured.table), path=output))


def _format_of(output: Path | None) -> str:
    ending = output.suffix.lower().lstrip(".") if output else ""
    return ending if ending in _FORMATS else "table"


def _content(measured: Coverage, file_format: str, headers: str, installation: Installation) -> bytes:
    if file_format == "table":
        return _table(measured, installation).encode()
    if file_format == "json":
        return json.dumps(measured.document(), ensure_ascii=False, indent=1).encode() + b"\n"
    target = BytesIO()
    if file_format in _LAYERS:
        export_layer(measured, target, file_format="gpkg" if file_format == "gpkg" else "geojson")
    else:
        export_sheet(
            measured,
            target,
            file_format="xlsx" if file_format == "xlsx" else "csv",
            headers="words" if headers == "zh" else "key",
        )
    return target.getvalue()


def _table(measured: Coverage, installation: Installation) -> str:
    """The figures in words, the counties, and the townships, those that lack most first."""
    words = installation.words
    counts = measured.counts
    figures = [
        Message(
            "Coverage on {day}: {roster} agricultural townships on the roster; the target is {target}.",
            day=measured.as_of.isoformat(),
            roster=counts.roster,
            target="–" if measured.target is None else measured.target,
        ),
        Message(
            "{assigned} have a commissioner, {product} a featured product, {full} both; {gap} still to go.",
            assigned=counts.counts["assigned"],
            product=counts.counts["product"],
            full=counts.counts["full"],
            gap=counts.roster - counts.counts["full"],
        ),
    ]
    statuses = "  ".join(f"{words(status.words)} {counts.status[status.value]}" for status in CoverageStatus)
    counties = aligned(
        [words(Message("county")), words(Message("townships")), *map(words, _RUNGS.values())],
        [
            [county["name"], county["roster"], *(county["counts"][rung] for rung in _RUNGS)]
            for county in measured.document()["counties"]
        ],
    )
    order = [status.value for status in CoverageStatus]
    rows = sorted(
        coverage_rows(measured), key=lambda row: (order.index(str(row["status"])), str(row["code"]))
    )
    townships = aligned(
        list(map(words, _COLUMNS.values())),
        [
            [words(CoverageStatus(str(row["status"])).words), *(row[key] for key in list(_COLUMNS)[1:])]
            for row in rows
        ],
    )
    return "\n".join([*map(words, figures), statuses, "", *counties, "", *townships, ""])
