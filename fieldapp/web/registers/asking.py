"""What the pages of the registers share: who acts, what the address asks for, how a list is downloaded."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import BinaryIO, Literal, cast
from urllib.parse import urlencode

from flask import Response, current_app, g, request, send_file

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.permissions import Action, Row, require
from fieldapp.services.context import Context
from fieldapp.services.export_list import export_list
from fieldapp.services.export_table import MEDIA_TYPES
from fieldapp.services.read_timeline import Timeline
from fieldapp.web.accounts import current_account
from fieldapp.web.rights import acting_person
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

SheetFormat = Literal["csv", "xlsx"]
SHEET_FORMATS: tuple[SheetFormat, ...] = ("xlsx", "csv")
_LONGEST_QUERY = 100


def the_context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])


def actor() -> str:
    """The name under which the log keeps what is done in this request."""
    account = current_account()
    assert account is not None  # of views that `needs` guards
    return account.username


def asked_text(name: str) -> str:
    """A text of the address, cut to a length that no honest one reaches."""
    return request.args.get(name, "").strip()[:_LONGEST_QUERY]


def asked_page() -> int:
    """The page of a list that the address asks for; the first where it asks for none."""
    page = request.args.get("page", 1, type=int)
    return min(max(page, 1), 1_000_000)


def asked_sort(sorts: Sequence[str], default: str) -> tuple[str, bool]:
    """The order that the address asks for, and whether it is turned round."""
    sort = request.args.get("sort", default)
    return (sort if sort in sorts else default), request.args.get("order") == "desc"


def with_query(path: str, **changes: object) -> str:
    """An address with the query of this request, changed; None takes an entry out."""
    query = {name: value for name, value in request.args.items() if value and name != "lang"}
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"{path}?{urlencode(query)}" if query else path


def sort_links(path: str, sorts: Sequence[str], sort: str, descending: bool) -> dict[str, dict[str, str]]:
    """For each order the address that asks for it, or turns it round, and what `aria-sort` says."""
    return {
        each: {
            "href": with_query(
                path, sort=each, order="desc" if each == sort and not descending else None, page=None
            ),
            "aria": ("descending" if descending else "ascending") if each == sort else "none",
        }
        for each in sorts
    }


def form_revision() -> int:
    """The revision that a form was made from."""
    revision = request.form.get("revision", type=int)
    if revision is None:
        raise InvalidInputError(
            Message("The form is incomplete. Open the page again, and repeat what you did."),
            [Fault("/revision", Message("This must be filled in."))],
        )
    return revision


def form_day(name: str) -> date:
    """A day of a form that must be there."""
    text = request.form.get(name, "").strip()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if not 1949 <= day.year <= 2200:
        message = Message("{value} is not a day. Write it as 2026-11-22.", value=text[:20] or "–")
        raise InvalidInputError(message, [Fault(f"/{name}", message)])
    return day


def download_list(
    name: str, columns: Sequence[Column], rows: Iterable[Mapping[str, object]], file_format: SheetFormat
) -> Response:
    """The rows of a list, all pages of it, as a sheet in the language of the page."""
    stream = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the answer closes it
    try:
        export_list(
            the_context(),
            name,
            columns,
            rows,
            stream,
            file_format=file_format,
            locale=g.language,
            asked={key: value[:_LONGEST_QUERY] for key, value in request.args.items() if key != "lang"},
            actor=actor(),
        )
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    answer = send_file(
        stream,
        mimetype=MEDIA_TYPES[file_format],
        as_attachment=True,
        download_name=f"{name}-{the_context().today()}.{file_format}",
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def require_form(may_change: bool, action: Action) -> None:
    """Give out no form whose result would be refused; says why as the service would."""
    if not may_change:
        require(acting_person(), action, Row())


def for_reading(timeline: Timeline) -> Timeline:
    """The timeline without its steps back: those are taken where terms are worked on."""
    return replace(timeline, events=tuple(replace(event, undo_revision=None) for event in timeline.events))
