"""Forms of one record: filled from it, kept as typed when refused, told what changed meanwhile."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.services.audited import audited
from fieldapp.services.outdated import OutdatedError
from geodata.errors import Message

_LONGEST_WAS = 20_000


@dataclass(frozen=True)
class EditForm:
    """What a form shows: ``values`` in its entries, and what is said about them.

    ``was`` are the values of the record when it was opened, as the form carries them along; ``differences``
    are the labels of what somebody else changed since, with what is stored now.
    """

    values: Mapping[str, Any]
    revision: int | None = None
    was: str = "{}"
    refusal: Message | None = None
    code: str = ""
    faults: Sequence[Fault] = ()
    differences: Sequence[tuple[str, object]] = ()
    status: int = 200

    def fault(self, name: str) -> Message | None:
        """What is wrong with an entry."""
        return next((fault.message for fault in self.faults if fault.pointer == f"/{name}"), None)


def opened(record: Mapping[str, Any], keys: Sequence[str]) -> EditForm:
    """The form of a record as it is stored."""
    shown = {key: record[key] for key in keys}
    return EditForm(entries(record), record["revision"], json.dumps(audited(shown), ensure_ascii=False))


def entries(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as the entries of a form: a position as two numbers."""
    values = dict(record)
    if "home" in record:
        home = record["home"]
        values["home_lon"], values["home_lat"] = (home.x, home.y) if home is not None else (None, None)
    return values


def typed(*several: str) -> dict[str, Any]:
    """What was typed, by the names of the entries; those in ``several`` take more than one value."""
    values: dict[str, Any] = {name: request.form.get(name, "") for name in request.form}
    return values | {name: tuple(request.form.getlist(name)) for name in several}


def posted_was() -> dict[str, Any]:
    """The values that the form was made from; nothing where it does not say so."""
    try:
        was = json.loads(request.form.get("was", "")[:_LONGEST_WAS])
    except (ValueError, RecursionError):
        return {}
    return was if isinstance(was, dict) else {}


def tried(act: Callable[[], object], values: Mapping[str, Any], keys: Sequence[str] = ()) -> EditForm | None:
    """Do it; None when it was done, else the form with what was typed and why it was refused."""
    revision = request.form.get("revision", type=int)
    was = request.form.get("was", "{}")
    try:
        act()
    except OutdatedError as error:
        now = entries(error.stored)
        shown = {key: error.stored.get(key) for key in keys}
        return EditForm(
            values,
            error.stored["revision"],
            json.dumps(audited(shown), ensure_ascii=False),
            error.message,
            error.code,
            differences=[(key, now.get(key) if key != "home" else _place(now)) for key in error.changed],
            status=409,
        )
    except ConflictError as error:
        return EditForm(values, revision, was, error.message, error.code, status=409)
    except InvalidInputError as error:
        return EditForm(values, revision, was, error.message, error.code, error.faults, status=422)
    return None


def _place(values: Mapping[str, Any]) -> str | None:
    return None if values["home_lon"] is None else f"{values['home_lon']}, {values['home_lat']}"
