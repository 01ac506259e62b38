"""What each view says of itself: requests are read by it, and the API's description is made of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from flask import current_app, request

from fieldapp.api.schemas import Schema, day, text, whole

View = TypeVar("View", bound=Callable[..., Any])
_OPERATION = "fieldapp_operation"
MOST_AT_ONCE = 500
USUALLY_AT_ONCE = 100


@dataclass(frozen=True)
class Parameter:
    """A parameter of the query, or a header."""

    name: str
    schema: Schema
    description: str
    required: bool = False


@dataclass(frozen=True)
class Answer:
    """An answer that is no error; without a schema it has no body."""

    description: str
    schema: Schema | None = None
    media_type: str | tuple[str, ...] = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """What a view takes and gives; ``problems`` are the statuses of the errors it foresees."""

    summary: str
    answers: Mapping[int, Answer]
    query: tuple[Parameter, ...] = ()
    body: Schema | None = None
    form: Schema | None = None  # of multipart/form-data, where files are sent
    problems: Mapping[int, str] = field(default_factory=dict)
    description: str = ""
    headers: tuple[Parameter, ...] = ()
    sends: str | None = None  # the media type of a body that is not JSON
    revised: bool = False  # takes the revision that was seen, in If-Match or in the body


# What the answer of a row that is changed on its revision says beside it, and that of a new one.
TAG = {"ETag": "The revision."}
NEW = TAG | {"Location": "Where it is."}
LIMIT = Parameter(
    "limit",
    whole(minimum=1, maximum=MOST_AT_ONCE, default=USUALLY_AT_ONCE),
    "How many rows at most.",
)
CURSOR = Parameter("cursor", text(minLength=1, maxLength=200), "Where to go on: next of the page before.")
AS_OF = Parameter("as_of", day(), "The day, past or future; today where it is left out.")
PAGING = (LIMIT, CURSOR)


def describe(operation: Operation) -> Callable[[View], View]:
    """Say what a view is; put it next to the function, below the route and the rule."""

    def mark(view: View) -> View:
        setattr(view, _OPERATION, operation)
        return view

    return mark


def operation_of(view: Callable[..., Any]) -> Operation | None:
    """What a view says of itself; None where it is none of the API's."""
    return getattr(view, _OPERATION, None)


def current_operation() -> Operation:
    """The operation of this request."""
    found = operation_of(current_app.view_functions[request.endpoint or ""])
    if found is None:
        raise LookupError(f"{request.endpoint} does not say what it takes")
    return found


def lists(
    summary: str, page: Schema, *query: Parameter, problems: Mapping[int, str] | None = None
) -> Callable[[View], View]:
    """Describe a list that is given page by page."""
    return describe(
        Operation(
            summary, {200: Answer("A page of the list.", page)}, (*query, *PAGING), problems=problems or {}
        )
    )


def gives(summary: str, schema: Schema, *query: Parameter, missing: str) -> Callable[[View], View]:
    """Describe one thing that is found by its key."""
    return describe(Operation(summary, {200: Answer(summary, schema)}, query, problems={404: missing}))
