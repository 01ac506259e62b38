"""Sentences of planning for readers of English: places in them named as in the tables beside them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields, replace
from typing import Any

from flask import g

from fieldapp.domain.errors import FieldappError, InvalidInputError
from fieldapp.services.read_plans import DraftView
from fieldapp.web.place_names import short_place
from geodata.errors import Counted, Message

_JOIN = "、"  # between the names in a sentence


def draft_with_places(draft: DraftView, places: Collection[str]) -> DraftView:
    """The draft with each of these places, where a sentence of it names it, in the reader's spelling."""
    if g.language != "en":
        return draft
    return replace(
        draft, **{each.name: with_places(getattr(draft, each.name), places) for each in fields(draft)}
    )


def refusal_with_places(error: FieldappError, places: Collection[str]) -> None:
    """Say in an error, for the script of the page that shows it, places in the reader's spelling."""
    error.message = with_places(error.message, places)
    if isinstance(error, InvalidInputError):
        error.faults = tuple(
            replace(fault, message=with_places(fault.message, places)) for fault in error.faults
        )


def with_places(value: Any, places: Collection[str]) -> Any:
    """The same of any value; what is no sentence stays, for templates spell names in columns."""
    if g.language != "en":
        return value
    if isinstance(value, Message):
        return _worded(value, places)
    if isinstance(value, Mapping):
        return {key: with_places(each, places) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(with_places(each, places) for each in value)
    return value


def _worded(sentence: Message, places: Collection[str]) -> Message:
    values = {key: _named(each, places) for key, each in sentence.values.items()}
    if isinstance(sentence, Counted):
        del values["count"]
        return Counted(sentence.template, sentence.many, count=sentence.count, **values)
    return Message(sentence.template, **values)


def _named(value: object, places: Collection[str]) -> object:
    """A place or several in a row as they are read in English; anything else as it is."""
    if isinstance(value, Message):
        return _worded(value, places)
    if not isinstance(value, str):
        return value
    parts = value.split(_JOIN)
    return ", ".join(short_place(part) for part in parts) if all(part in places for part in parts) else value
