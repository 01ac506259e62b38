"""Sentences of planning for readers of English: places in them named as in the tables beside them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields, replace

from flask import g

from fieldapp.domain.errors import FieldappError, InvalidInputError
from fieldapp.services.read_plans import DraftView
from fieldapp.web.place_names import with_places


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
