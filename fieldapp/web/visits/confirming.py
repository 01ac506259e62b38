"""Confirmations for recipients, as officers and commissioners work with them: made, printed, judged."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import segno
from flask import Blueprint, Response, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action
from fieldapp.services.keep_stamp import show_stamp
from fieldapp.services.make_confirmation import (
    approve_confirmation,
    make_confirmation,
    revoke_confirmation,
    show_slip,
)
from fieldapp.services.read_picture import Size
from fieldapp.web.registers.asking import the_context
from fieldapp.web.rights import acting_person, needs
from fieldapp.web.visits.pages import visit_page

blueprint = Blueprint("confirming", __name__)


@blueprint.post("/visits/<uuid:visit_id>/confirmation")
@needs(Action.VISIT_CONFIRM)
def make(visit_id: UUID) -> AnyResponse | tuple[str, int]:
    """Make a link and a code for the recipient."""
    return _done_or_refused(
        visit_id,
        lambda: make_confirmation(the_context(), visit_id, by=acting_person()),
        url_for("confirming.slip", visit_id=visit_id),
    )


@blueprint.get("/visits/<uuid:visit_id>/confirmation")
@needs(Action.VISIT_CONFIRM)
def slip(visit_id: UUID) -> AnyResponse | tuple[str, int] | str:
    """The slip to print, with a code to scan or to type; the link to send."""
    try:
        found = show_slip(the_context(), visit_id, by=acting_person())
    except ConflictError as error:
        return visit_page(visit_id, refusal=error.message), 409
    address = url_for("recipient.show", secret=found.secret, _external=True)
    return render_template(
        "visits/slip.html",
        slip=found,
        row=found.visit,
        address=address,
        entry=url_for("recipient.show_entry", _external=True),
        picture=_picture_of(address),
    )


@blueprint.get("/visits/<uuid:visit_id>/confirmation/<int:confirmation_id>/<any(thumbnail, view):size>.jpg")
@needs(Action.VISIT_CONFIRM)
def stamp(visit_id: UUID, confirmation_id: int, size: Size) -> Response:
    """The photo of the stamped paper."""
    content = show_stamp(the_context(), visit_id, confirmation_id, size, by=acting_person())
    return Response(content, mimetype="image/jpeg")


@blueprint.post("/visits/<uuid:visit_id>/confirmation/<int:confirmation_id>/approve")
@needs(Action.VISIT_REVIEW)
def approve(visit_id: UUID, confirmation_id: int) -> AnyResponse | tuple[str, int]:
    """Approve what the recipient gave."""
    return _done_or_refused(
        visit_id,
        lambda: approve_confirmation(the_context(), visit_id, confirmation_id, by=acting_person()),
        url_for("visits.show", visit_id=visit_id, done="confirmed"),
    )


@blueprint.post("/visits/<uuid:visit_id>/confirmation/<int:confirmation_id>/revoke")
@needs(Action.VISIT_CONFIRM)
def revoke(visit_id: UUID, confirmation_id: int) -> AnyResponse | tuple[str, int]:
    """Take a confirmation back."""
    return _done_or_refused(
        visit_id,
        lambda: revoke_confirmation(the_context(), visit_id, confirmation_id, by=acting_person()),
        url_for("visits.show", visit_id=visit_id, done="revoked"),
    )


def _done_or_refused(visit_id: UUID, act: Callable[[], object], onward: str) -> AnyResponse | tuple[str, int]:
    try:
        act()
    except ConflictError as error:
        return visit_page(visit_id, refusal=error.message), 409
    return redirect(onward, 303)


def _picture_of(address: str) -> Markup:
    """The address as a picture that a phone reads, black on white on any screen."""
    picture = segno.make(address, error="m", micro=False)
    return Markup(  # noqa: S704 - drawn by the library, with no text in it
        picture.svg_inline(scale=4, border=2, dark="#000", light="#fff", omitsize=True)
    )
