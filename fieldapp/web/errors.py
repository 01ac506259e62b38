"""Error pages: what happened, and what to do next. The application decides the status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Response, make_response, render_template

from fieldapp.domain.errors import Fault, FieldappError
from fieldapp.web.site import words
from geodata.errors import Message


@dataclass(frozen=True)
class _Explanation:
    title: Message
    text: Message


_EXPLANATIONS = {
    400: _Explanation(
        Message("The request cannot be understood"),
        Message("Go back, check the address or the form, and send it again."),
    ),
    403: _Explanation(
        Message("Not allowed"),
        Message("This page or action is not open to you. Ask the administrator if you need it."),
    ),
    404: _Explanation(
        Message("Page not found"),
        Message("Check the address, or begin from the status page."),
    ),
    405: _Explanation(
        Message("This address does not take that request"),
        Message("Go back to the page you came from and use its buttons."),
    ),
    409: _Explanation(
        Message("Somebody else was first"),
        Message("The stored data changed meanwhile. Nothing was written. Load the page again and repeat."),
    ),
    413: _Explanation(
        Message("The file is too large"),
        Message("Nothing was written. Split the file, or remove pictures and empty sheets, and try again."),
    ),
    422: _Explanation(
        Message("The input cannot be used"),
        Message("Nothing was written. Correct what is named below and send it again."),
    ),
    500: _Explanation(
        Message("Something went wrong here"),
        Message(
            "It was noted in the log. Nothing was half-written. Try again; if it stays, tell the administrator."
        ),
    ),
    503: _Explanation(
        Message("Not available at the moment"),
        Message("The database or another part cannot be reached. Try again in a minute; nothing is lost."),
    ),
}


def error_page(status: int, message: Message | None = None, faults: Sequence[Fault] = ()) -> Response:
    """The page of an HTTP status; ``message`` says more than the status does, ``faults`` what to correct.

    Works without the database. A status that has no page of its own is shown as the nearest that has.
    """
    explanation = _EXPLANATIONS.get(status) or _EXPLANATIONS[500 if status >= 500 else 400]
    try:
        page = render_template(
            "errors/page.html", status=status, explanation=explanation, message=message, faults=faults
        )
    except FieldappError as missing:  # the frame itself cannot be drawn: set-up was not finished
        return _plain(f"{words(message or explanation.title)}\n{words(missing.message)}\n", status)
    return make_response(page, status)


def _plain(text: str, status: int) -> Response:
    return Response(text, status=status, mimetype="text/plain")
