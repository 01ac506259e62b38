"""The pages of the registers: commissioners, institutions, products and townships."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Flask

from fieldapp.domain.assignments import AssignmentState
from fieldapp.web.registers import commissioners, institutions, photos, products, townships
from fieldapp.web.registers.asking import the_context
from geodata.errors import Message


def register(app: Flask) -> None:
    """Put the pages on the application."""
    for module in (commissioners, institutions, products, photos, townships):
        app.register_blueprint(module.blueprint)
    app.add_template_filter(term_state)


def term_state(term: Mapping[str, Any]) -> Message:
    """The state of a term as it is today: one that has run out is ended, whether or not it was noted."""
    state = AssignmentState(term["state"])
    has_run_out = state is AssignmentState.ACTIVE and term["last_day"] < the_context().today()
    return (AssignmentState.ENDED if has_run_out else state).words
