"""The status page: full coverage, yes or no, and what to do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Literal
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, render_template, send_file

from fieldapp.domain.coverage import CoverageStatus
from fieldapp.domain.permissions import Action
from fieldapp.services.context import Context
from fieldapp.services.describe_register import describe_register
from fieldapp.services.export_coverage import export_sheet
from fieldapp.services.measure_coverage import EARLIEST, LATEST, measure_coverage
from fieldapp.services.summarise_status import LATER_DAYS, SOON_DAYS, StatusSummary, summarise_status
from fieldapp.web.asked_day import asked_day
from fieldapp.web.rights import can, public
from fieldapp.web.site import words
from geodata.errors import Message

blueprint = Blueprint("status", __name__)

_LAPSES_SHOWN = 6  # the others are folded in
# What is done about the townships that lack a rung, by the status that they show.
_WORK = {
    CoverageStatus.UNCOVERED: Message("Townships that need a commissioner: {count}"),
    CoverageStatus.NO_PRODUCT: Message("Townships that need a featured product: {count}"),
    CoverageStatus.UNSIGNED: Message("Agreements to bring to approval: {count}"),
    CoverageStatus.DORMANT: Message("Townships to be visited: {count}"),
    CoverageStatus.UNVERIFIED: Message("Visits to be verified: {count}"),
}

# Where whoever may do the work does it; others are shown it on the map.
_DONE_AT = {
    CoverageStatus.UNCOVERED: ("/assign", Action.ASSIGNMENT_PROPOSE),
    CoverageStatus.NO_PRODUCT: ("/products", Action.PRODUCT_WRITE),
    CoverageStatus.UNSIGNED: ("/assign", Action.AGREEMENT_APPROVE),
    CoverageStatus.UNVERIFIED: ("/visits/review", Action.VISIT_REVIEW),
}

_FILE_NAME = Message("coverage")
_MIME_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class _Step:
    words: Message
    href: str


@blueprint.get("/")
@public
def show() -> str:
    """The status of today, or of the day in ``as_of``."""
    context: Context = current_app.extensions["fieldapp"]
    today = context.today()
    as_of = asked_day()
    summary = summarise_status(context, as_of=as_of)
    if not summary.roster:
        return render_template(
            "status/empty.html", facts=describe_register(context), as_of=summary.as_of, today=today
        )
    asked = {} if summary.as_of == today else {"as_of": summary.as_of.isoformat()}

    def on_map(**query: str) -> str:
        return "/map?" + urlencode(query | asked) if query | asked else "/map"

    return render_template(
        "status/show.html",
        summary=summary,
        today=today,
        first_day=EARLIEST.isoformat(),
        last_day=LATEST.isoformat(),
        query="?" + urlencode(asked) if asked else "",
        steps=list(_next_steps(summary, on_map, today=today)),
        on_map=on_map,
        soon_days=SOON_DAYS,
        later_days=LATER_DAYS,
        lapses_shown=_LAPSES_SHOWN,
    )


@blueprint.get("/coverage.<any(csv, xlsx):file_format>")
@public
def download(file_format: Literal["csv", "xlsx"]) -> Response:
    """The townships of the day shown, one row each, as a file in the language of the page."""
    context: Context = current_app.extensions["fieldapp"]
    coverage = measure_coverage(context, as_of=asked_day())
    content = BytesIO()
    export_sheet(coverage, content, file_format=file_format, headers="words", locale=g.language)
    content.seek(0)
    name = f"{words(_FILE_NAME)}-{coverage.as_of.isoformat()}.{file_format}"
    return send_file(content, mimetype=_MIME_TYPES[file_format], as_attachment=True, download_name=name)


def _next_steps(summary: StatusSummary, on_map: Callable[..., str], *, today: date) -> Iterator[_Step]:
    """What to do, most pressing first; each is a link to where it is done."""
    for status, work in _WORK.items():
        if count := summary.status[status]:
            target = on_map(status=status.value)
            if status in _DONE_AT and summary.as_of == today:
                place, action = _DONE_AT[status]
                target = place if can(action) else target
            yield _Step(Message(work.template, count=count), target)
    if count := len(summary.soon):
        yield _Step(
            Message("To renew within {days} days: {count}", days=SOON_DAYS, count=count),
            "#lapses",
        )
    if summary.target is not None and summary.target != summary.roster:
        yield _Step(Message("Bring the roster into line with the target: import the list"), "/import")
