"""Error pages: what happened, and where to go on. The application decides status and sentence."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Response, make_response, render_template

from fieldapp.domain.errors import Fault, FieldappError
from fieldapp.web.site import words
from geodata.errors import Message

_TITLES = {
    400: Message("The request cannot be understood"),
    401: Message("Log in first"),
    403: Message("Not allowed"),
    404: Message("Not found"),
    405: Message("Not the way to use this address"),
    409: Message("The data changed meanwhile"),
    413: Message("Too large"),
    422: Message("The input cannot be used"),
    429: Message("Too many attempts"),
    500: Message("A fault of the server"),
    503: Message("Not available at the moment"),
}


def error_page(status: int, message: Message, code: str, faults: Sequence[Fault] = ()) -> Response:
    """The page of an HTTP status: ``message`` says what happened and what to do, ``faults`` what to correct.

    Works without the database. A status that has no title of its own goes under the nearest.
    """
    title = _TITLES.get(status) or _TITLES[500 if status >= 500 else 400]
    try:
        page = render_template(
            "errors/page.html", status=status, title=title, message=message, code=code, faults=faults
        )
    except FieldappError as missing:  # the frame itself cannot be drawn: set-up was not finished
        text = f"{words(title)}\n{words(message)}\n{words(missing.message)}\n"
        return Response(text, status=status, mimetype="text/plain")
    return make_response(page, status)
