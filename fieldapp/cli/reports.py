"""``fieldapp report``: documents in the form that an office sends out."""

from __future__ import annotations

from datetime import date, datetime
from io import BytesIO
from pathlib import Path

import click

from fieldapp.cli.output import Installation, pass_installation, write_file
from fieldapp.domain.permissions import SYSTEM
from fieldapp.services.draft_assignment_table import draft_assignment_table
from fieldapp.services.draft_notice import DOCUMENT_FORMATS, DocumentFormat, NoticeWish, draft_notice
from geodata.errors import Message

_DAY = click.DateTime(["%Y-%m-%d"])
_output = click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    required=True,
    metavar="FILE.docx|FILE.xlsx",
    help="Write to this file; its ending says which kind.",
)
_county = click.option("--county", metavar="CODE", help="Only this county.")
_office = click.option(
    "--office", default="", metavar="NAME", help="The office that issues it; default: FIELDAPP_OFFICE."
)


@click.group()
def report() -> None:
    """Write documents: the public notice, the assignment table."""


@report.command()
@_output
@click.option("--from", "starts_on", type=_DAY, metavar="DATE", help="The first day of the notice.")
@click.option("--to", "ends_on", type=_DAY, metavar="DATE", help="The last day of the notice.")
@click.option("--proposals", is_flag=True, help="Draft the notice of what is proposed and not shown yet.")
@_county
@click.option("--title", default="", metavar="TEXT", help="Another title.")
@_office
@click.option(
    "--contact",
    default="",
    metavar="NAME",
    help="Who takes objections; default: FIELDAPP_CONTACT, else a line to fill in.",
)
@click.option("--phone", default="", metavar="PHONE", help="Likewise, FIELDAPP_CONTACT_PHONE.")
@click.option("--address", default="", metavar="TEXT", help="Likewise, FIELDAPP_CONTACT_ADDRESS.")
@click.option("--issued-on", type=_DAY, metavar="DATE", help="By default the first day of the notice.")
@pass_installation
def notice(
    installation: Installation,
    *,
    output: Path,
    starts_on: datetime | None,
    ends_on: datetime | None,
    proposals: bool,
    county: str | None,
    title: str,
    office: str,
    contact: str,
    phone: str,
    address: str,
    issued_on: datetime | None,
) -> None:
    """Write the public notice (公示) of assignments, its list attached.

    By default the notice that runs or is to come; --from and --to choose one, also a past one.
    """
    wish = NoticeWish(
        starts_on=_day(starts_on),
        ends_on=_day(ends_on),
        county_code=county,
        proposals=proposals,
        title=title,
        office=office,
        contact=contact,
        phone=phone,
        address=address,
        issued_on=_day(issued_on),
    )
    content = BytesIO()
    drafted = draft_notice(installation.context, content, _format_of(output), wish, by=SYSTEM)
    write_file(output, content.getvalue())
    if drafted.caveat is not None:
        installation.say(drafted.caveat)
    installation.say(
        Message(
            "The notice from {starts_on} to {ends_on} is in {path}; assignments listed: {count}.",
            starts_on=drafted.starts_on,
            ends_on=drafted.ends_on,
            path=output,
            count=drafted.rows,
        )
    )


@report.command()
@_output
@click.option("--as-of", type=_DAY, metavar="DATE", help="The day; default: today.")
@_county
@_office
@pass_installation
def assignments(
    installation: Installation, *, output: Path, as_of: datetime | None, county: str | None, office: str
) -> None:
    """Write the assignment table (选派一览表): who serves which township on a day."""
    content = BytesIO()
    count = draft_assignment_table(
        installation.context,
        content,
        _format_of(output),
        as_of=_day(as_of),
        county_code=county,
        office=office,
        by=SYSTEM,
    )
    write_file(output, content.getvalue())
    installation.say(
        Message("The assignment table is in {path}; assignments listed: {count}.", path=output, count=count)
    )


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment else None


def _format_of(output: Path) -> DocumentFormat:
    ending = output.suffix.casefold().removeprefix(".")
    for known in DOCUMENT_FORMATS:
        if ending == known:
            return known
    raise click.BadParameter(f"{output.name}: .docx, .xlsx", param_hint="--output")
