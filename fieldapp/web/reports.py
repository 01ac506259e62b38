"""Documents to take away: the public notice and the assignment table."""

from __future__ import annotations

from datetime import date
from io import BytesIO

from flask import Blueprint, Response, current_app, render_template, request, send_file

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.services.context import Context
from fieldapp.services.draft_assignment_table import draft_assignment_table
from fieldapp.services.draft_notice import DOCUMENT_FORMATS, DocumentFormat, NoticeWish, draft_notice
from fieldapp.services.page_register import Place, page_counties
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Message

blueprint = Blueprint("reports", __name__)
_MEDIA_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
# The documents are Chinese, and so are their names.
_NOTICE, _TABLE = "科技特派员拟选派名单公示", "科技特派员选派一览表"
_FORMAT = f"<any({', '.join(DOCUMENT_FORMATS)}):file_format>"
_LONGEST = 100


@blueprint.get("/reports")
@needs(Action.EXPORT_READ, Action.ASSIGNMENT_READ)
def show() -> str:
    """What can be taken away, and what it is to say."""
    person = acting_person()
    counties = page_counties(_context(), Place(500), by=person).items
    return render_template(
        "reports/show.html",
        counties=[
            each for each in counties if not person.county_codes or each["code"] in person.county_codes
        ],
        settings=_context().settings,
        today=_context().today(),
    )


@blueprint.get(f"/reports/notice.{_FORMAT}")
@needs(Action.EXPORT_READ, Action.ASSIGNMENT_READ)
def notice(file_format: DocumentFormat) -> Response:
    """The public notice."""
    wish = NoticeWish(
        starts_on=_day("from"),
        ends_on=_day("to"),
        county_code=_text("county") or None,
        proposals=request.args.get("proposals") == "1",
        office=_text("office"),
        contact=_text("contact"),
        phone=_text("phone"),
        address=_text("address"),
    )
    content = BytesIO()
    drafted = draft_notice(_context(), content, file_format, wish, by=acting_person())
    return _sent(content, f"{_NOTICE}-{drafted.starts_on}", file_format)


@blueprint.get(f"/reports/assignments.{_FORMAT}")
@needs(Action.EXPORT_READ, Action.ASSIGNMENT_READ)
def assignments(file_format: DocumentFormat) -> Response:
    """The assignment table of a day."""
    as_of, content = _day("as_of"), BytesIO()
    draft_assignment_table(
        _context(),
        content,
        file_format,
        as_of=as_of,
        county_code=_text("county") or None,
        office=_text("office"),
        by=acting_person(),
    )
    return _sent(content, f"{_TABLE}-{as_of or _context().today()}", file_format)


def _context() -> Context:
    context: Context = current_app.extensions["fieldapp"]
    return context


def _text(name: str) -> str:
    return " ".join(request.args.get(name, "").split())[:_LONGEST]


def _day(name: str) -> date | None:
    text = _text(name)
    try:
        if text and len(text) != len("2026-11-22"):
            raise ValueError
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = Message("{value} is not a day. Write it as 2026-11-22.", value=text[:20])
        raise InvalidInputError(message, [Fault(f"/{name}", message)], code="query.invalid") from None


def _sent(content: BytesIO, name: str, file_format: DocumentFormat) -> Response:
    content.seek(0)
    answer = send_file(
        content,
        mimetype=_MEDIA_TYPES[file_format],
        as_attachment=True,
        download_name=f"{name}.{file_format}",
        max_age=0,
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
