"""What was done, by whom, when and from where: the audit log."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, Response, g

from fieldapp.api.answers import context, send_page, send_table
from fieldapp.api.errors import told
from fieldapp.api.operations import CURSOR, Answer, Operation, Parameter, describe
from fieldapp.api.requests import read_place, read_query
from fieldapp.api.schemas import Named, day, moment, nullable, page_of, record, text, whole
from fieldapp.domain.permissions import Action
from fieldapp.services.audit_words import action_words, subject_words
from fieldapp.services.page_register import Page
from fieldapp.services.read_audit import AuditWish, export_audit, read_audit
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("audit_of_the_api", __name__)
_VALUES = {"type": ["object", "null"], "description": "Only what was changed; null where there is none."}
_EVENT = Named(
    "AuditEvent",
    record(
        id=whole(),
        at=moment(),
        actor=text("As the log keeps it: user:NUMBER, or a part of the program."),
        who=text("The present name of the account; what did it otherwise, in the language of the request."),
        address=nullable(text("From where.")),
        action=text("Stable, for programs."),
        did=text("The action, in the language of the request."),
        subject_type=text(),
        subject_id=text(),
        subject=text("Of what, in the language of the request."),
        before=_VALUES,
        after=_VALUES,
        reason=text(),
    ),
)
_WISH = (
    Parameter("who", text(maxLength=60), "Only by this person: user name, name or user:NUMBER."),
    Parameter("action", text(maxLength=60), "Only this action, as the log keeps it."),
    Parameter("subject", text(maxLength=100), "Only of this: a kind, an id, or both with a space."),
    Parameter("since", day(), "From this day on."),
    Parameter("until", day(), "Until this day, with it."),
)


@blueprint.get("/audit")
@needs(Action.AUDIT_READ)
@describe(
    Operation(
        "The audit log as far as you may see it, the latest first.",
        {200: Answer("A page of the list.", page_of(_EVENT))},
        (*_WISH, CURSOR),
    )
)
def audit() -> Response:
    """One page of the log."""
    query = read_query()
    before = read_place(query, numbered=True).after
    wish = AuditWish(**query)
    page = read_audit(context(), wish, by=acting_person(), before=before if isinstance(before, int) else None)
    items = [
        event
        | {
            "who": told(event["who"]),
            "did": action_words(event["action"], g.language),
            "subject": subject_words(event["subject_type"], event["subject_id"], g.language),
        }
        for event in page.events
    ]
    return send_page(Page(items, page.older), _EVENT)


@blueprint.get("/audit.csv")
@needs(Action.AUDIT_READ, Action.EXPORT_READ)
@describe(
    Operation(
        "The audit log as a table, as far as you may see it; that you took it is kept in it.",
        {200: Answer("All that fits, in UTF-8, in the language of the request.", text(), "text/csv")},
        _WISH,
    )
)
def audit_csv() -> Response:
    """The log as CSV."""
    content = BytesIO()
    export_audit(context(), AuditWish(**read_query()), content, by=acting_person(), locale=g.language)
    return send_table(content.getvalue(), "audit.csv", "text/csv")
