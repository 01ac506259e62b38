"""What those see who were served: no account, one visit, one answer, for or against. Open to all."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.confirmations import LONGEST_COMMENT, MOST_STARS, Denial, read_answer, read_denial
from fieldapp.domain.errors import InvalidInputError, NotFoundError, ThrottledError
from fieldapp.services.answer_confirmation import (
    answer_confirmation,
    deny_visit,
    open_confirmation,
    secret_of_code,
)
from fieldapp.services.keep_stamp import keep_stamp
from fieldapp.web.registers.asking import the_context
from fieldapp.web.rights import open_to_all
from geodata.errors import Message

blueprint = Blueprint("recipient", __name__, url_prefix="/confirm")


@blueprint.get("")
@open_to_all
def show_entry() -> str:
    """Where the code of a printed slip is typed."""
    return _entry()


@blueprint.post("")
@open_to_all
def enter() -> AnyResponse | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """From a code to the visit that it is for."""
    typed = request.form.get("code", "")[:40]
    try:
        secret = secret_of_code(the_context(), typed, address=request.remote_addr or "")
    except NotFoundError as error:
        return _entry(refusal=error.message, typed=typed), 404
    except ThrottledError as error:
        return _entry(refusal=error.message, typed=typed), 429, {"Retry-After": str(error.seconds)}
    return redirect(url_for("recipient.show", secret=secret), 303)


@blueprint.get("/done")
@open_to_all
def done() -> str:
    """Thanks; says nothing of the visit any more."""
    return render_template("visits/recipient_done.html")


@blueprint.get("/<secret>")
@open_to_all
def show(secret: str) -> str | tuple[str, int]:
    """The visit, and what to say of it."""
    return _page(secret)


@blueprint.post("/<secret>")
@open_to_all
def answer(secret: str) -> AnyResponse | str | tuple[str, int]:
    """Keep what the recipient gave."""
    try:
        open_confirmation(the_context(), secret)  # nothing is read of a file that nobody may send
        file = request.files.get("photo")
        has_photo = file is not None and bool(file.filename)
        given = read_answer(
            request.form.get("stars", ""), request.form.get("comment", ""), has_photo=has_photo
        )
        stamp = keep_stamp(the_context(), file.stream) if file is not None and has_photo else None
        answer_confirmation(the_context(), secret, given, stamp_sha256=stamp)
    except InvalidInputError as error:
        return _page(secret, refusal=error.message, status=422)
    except NotFoundError as error:
        return _entry(refusal=error.message), 404
    return redirect(url_for("recipient.done"), 303)


@blueprint.post("/<secret>/deny")
@open_to_all
def deny(secret: str) -> AnyResponse | str | tuple[str, int]:
    """Keep that the recipient denies the visit."""
    try:
        denied = read_denial(request.form.get("denial", ""), request.form.get("comment", ""))
        deny_visit(the_context(), secret, denied)
    except InvalidInputError as error:
        return _page(secret, refusal=error.message, status=422, denied=True)
    except NotFoundError as error:
        return _entry(refusal=error.message), 404
    return redirect(url_for("recipient.done"), 303)


def _page(
    secret: str, *, refusal: Message | None = None, status: int = 200, denied: bool = False
) -> str | tuple[str, int]:
    """The page of one visit; ``denied`` where what the recipient denies could not be taken."""
    try:
        visit = open_confirmation(the_context(), secret)
    except NotFoundError as error:
        return _entry(refusal=error.message), 404
    page = render_template(
        "visits/recipient.html",
        visit=visit,
        secret=secret,
        most_stars=MOST_STARS,
        longest_comment=LONGEST_COMMENT,
        chosen=request.form.get("stars", ""),
        typed="" if denied else request.form.get("comment", ""),
        denials=Denial,
        denied=denied,
        chosen_denial=request.form.get("denial", ""),
        typed_denial=request.form.get("comment", "") if denied else "",
        refusal=refusal,
    )
    return page, status


def _entry(**more: Any) -> str:
    return render_template("visits/recipient_entry.html", **more)
