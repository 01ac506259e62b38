"""One table from error type to HTTP status, used by the API and by the pages alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from flask import Response, current_app, g
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from fieldapp.domain.errors import (
    ChecksumError,
    ConflictError,
    Fault,
    FieldappError,
    ForbiddenError,
    InvalidInputError,
    LockedError,
    NotFoundError,
    OutdatedError,
    ProtocolVersionError,
    StorageFullError,
    ThrottledError,
    TooLargeError,
    UnauthenticatedError,
    UnavailableError,
)
from fieldapp.i18n import translate
from geodata.errors import GeodataError, Message

STATUS: dict[type[Exception], int] = {
    InvalidInputError: 422,
    GeodataError: 422,
    NotFoundError: 404,
    ConflictError: 409,
    UnauthenticatedError: 401,
    ThrottledError: 429,
    ForbiddenError: 403,
    UnavailableError: 503,
    StorageFullError: 507,
    LockedError: 423,
    TooLargeError: 413,
    ProtocolVersionError: 412,
    ChecksumError: 460,  # of the tus protocol
    FieldappError: 400,
}

# What the protocol itself can be wrong about: status -> stable code and sentence.
_PROTOCOL: dict[int, tuple[str, Message]] = {
    400: ("request.malformed", Message("The request cannot be read. Check its form and send it again.")),
    404: ("not_found", Message("There is nothing at this address. Check how it is written.")),
    405: ("method.not_allowed", Message("This address does not answer this kind of request.")),
    406: ("not_acceptable", Message("This address cannot answer in the form asked for.")),
    413: ("request.too_large", Message("What was sent is too large. Send less at a time.")),
    414: ("request.too_large", Message("The address is too long. Shorten it.")),
    415: ("media_type.unsupported", Message("What was sent is of a kind that cannot be read here.")),
    431: ("request.too_large", Message("What was sent is too large. Send less at a time.")),
}
_EXPIRED = (
    "forbidden.form",
    Message("This page was open for too long or its cookie is missing. Load it again and repeat the step."),
)
_FAILED = (
    "internal",
    Message("The server failed at this request; nothing was changed. Try again, and tell the administrator."),
)
# What the driver says of the server names its address: it goes to the log, not to whoever asks.
_INTERNAL_REASONS = {
    "database.unreachable": Message(
        "The database cannot be reached. Nothing was changed; "
        "try again in a minute, or tell the administrator."
    )
}


@dataclass(frozen=True)
class Problem:
    """An error as HTTP tells it: RFC 9457 for programs, a page for people."""

    status: int
    code: str
    message: Message
    faults: tuple[Fault, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    members: Mapping[str, object] = field(default_factory=dict)  # what the type of the problem adds to it


def problem_of(error: Exception) -> Problem:
    """What to tell about any error; one that nobody foresaw says nothing of its inside."""
    for kind, status in STATUS.items():
        if isinstance(error, kind):
            return Problem(
                status,
                getattr(error, "code", "invalid"),
                _INTERNAL_REASONS.get(getattr(error, "code", ""), getattr(error, "message", _FAILED[1])),
                getattr(error, "faults", ()),
                _headers_of(error),
                error.stored if isinstance(error, OutdatedError) else {},
            )
    if isinstance(error, HTTPException) and error.code is not None and error.code < 500:
        fallback = ("request.refused", _PROTOCOL[400][1])
        if isinstance(error, CSRFError):
            return Problem(403, *_EXPIRED)
        code, message = _PROTOCOL.get(error.code, fallback)
        kept = ("Allow", "Retry-After", "WWW-Authenticate", "Content-Range")
        headers = tuple((name, value) for name, value in error.get_headers() if name in kept)
        return Problem(error.code, code, message, headers=headers)
    return Problem(500, *_FAILED)


def _headers_of(error: Exception) -> tuple[tuple[str, str], ...]:
    if isinstance(error, ThrottledError):
        return (("Retry-After", str(error.seconds)),)
    if isinstance(error, UnauthenticatedError):
        return (("WWW-Authenticate", "Bearer"),)
    return ()


def told(value: object) -> object:
    """A value for JSON, with sentences in the language of the request, and days as ISO has them."""
    if isinstance(value, Message):
        return translate(value, g.language)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {name: told(item) for name, item in value.items()}
    return [told(item) for item in value] if isinstance(value, list | tuple) else value


def problem_response(problem: Problem) -> Response:
    """The problem as ``application/problem+json`` in the language of the request."""
    document: dict[str, object] = {
        "type": "about:blank",
        "title": translate(problem.message, g.language),
        "status": problem.status,
        "code": problem.code,
    }
    if problem.faults:
        document["errors"] = [
            {"pointer": fault.pointer, "message": translate(fault.message, g.language)}
            for fault in problem.faults
        ]
    document |= {name: told(value) for name, value in problem.members.items()}
    response = current_app.response_class(
        current_app.json.dumps(document), problem.status, mimetype="application/problem+json"
    )
    response.headers.extend(problem.headers)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = g.language.replace("_", "-")
    response.vary.update(("Accept-Language", "Cookie"))
    return response
