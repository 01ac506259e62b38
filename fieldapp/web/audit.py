"""The page of the audit trail."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, g, render_template, request, send_file

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.permissions import Action
from fieldapp.services.audit_fields import changes
from fieldapp.services.audit_words import action_words, subject_words
from fieldapp.services.context import Context
from fieldapp.services.read_audit import AuditWish, export_audit, read_audit
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.site import told
from geodata.errors import Message

blueprint = Blueprint("audit", __name__, url_prefix="/audit")


@blueprint.get("")
@needs(Action.AUDIT_READ)
def show() -> str:
    """Events, newest first, with filters."""
    wish = _wish()
    page = read_audit(_context(), wish, by=acting_person(), before=request.args.get("before", type=int))
    query = {name: value for name, value in request.args.items() if name not in {"before", "lang"} and value}
    return render_template(
        "audit/show.html",
        events=[_told(event) for event in page.events],
        actions={action: action_words(action, g.language) for action in page.actions},
        wish=wish,
        older=None if page.older is None else "?" + urlencode(query | {"before": page.older}),
        export="/audit/export.csv?" + urlencode(query),
    )


@blueprint.get("/export.csv")
@needs(Action.AUDIT_READ, Action.EXPORT_READ)
def export() -> Response:
    """Every event that the filters let through."""
    content = BytesIO()
    export_audit(_context(), _wish(), content, by=acting_person(), locale=g.language)
    content.seek(0)
    answer = send_file(content, mimetype="text/csv", as_attachment=True, download_name="audit.csv")
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _told(event: dict[str, Any]) -> dict[str, Any]:
    """An event in the words of the page."""
    language = g.language
    return event | {
        "who": told(event["who"]),
        "did": action_words(event["action"], language),
        "subject": subject_words(event["subject_type"], event["subject_id"], language),
        "changes": changes(event["subject_type"], event["before"], event["after"], language),
    }


def _wish() -> AuditWish:
    asked = request.args
    return AuditWish(
        who=asked.get("who", "")[:60],
        action=asked.get("action", "")[:60],
        subject=asked.get("subject", "")[:100],
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text) if text else None
    except ValueError:
        found = date.max
    if found is not None and not date(2000, 1, 1) <= found < date(2100, 1, 1):
        raise InvalidInputError(
            Message("{value} is not a day. Write it as 2026-11-22.", value=text[:20]), code="query.invalid"
        )
    return found


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])
