"""Who has not synced for how long, and asking somebody to."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.listing import page_of
from fieldapp.domain.permissions import Action
from fieldapp.services.list_phones import list_phones, remind_of_syncing
from fieldapp.web.registers.asking import asked_page, the_context, with_query
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.visits.asked import asked_code
from geodata.errors import Message

blueprint = Blueprint("phones", __name__)


@blueprint.get("/visits/phones")
@needs(Action.VISIT_REVIEW)
def show_list() -> str:
    """Commissioners in office and when their phones last synced."""
    return _page()


@blueprint.post("/visits/phones/<commissioner_id>/remind")
@needs(Action.VISIT_REVIEW)
def remind(commissioner_id: str) -> AnyResponse | tuple[str, int]:
    """Ask a commissioner to send what is on the phone."""
    try:
        remind_of_syncing(the_context(), commissioner_id, by=acting_person())
    except ConflictError as error:
        return _page(refusal=error.message), 409
    county = request.form.get("county", "")[:6]
    return redirect(url_for("phones.show_list", county=county or None, done="reminded"), 303)


def _page(refusal: Message | None = None) -> str:
    county = asked_code("county", 6) or request.form.get("county", "")[:6]
    pending = request.args.get("pending") == "1"
    found = list_phones(the_context(), by=acting_person(), county=county, pending_only=pending)
    return render_template(
        "visits/phones.html",
        found=found,
        page=page_of(found.lines, asked_page()),
        county=county,
        pending=pending,
        with_query=with_query,
        done=request.args.get("done"),
        refusal=refusal,
    )
