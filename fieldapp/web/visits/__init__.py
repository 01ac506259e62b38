"""The pages of visits: the list and one visit's page, the review queue, confirmations, and syncing."""

from __future__ import annotations

from flask import Flask

from fieldapp.domain.confirmations import ConfirmationState, Denial
from fieldapp.domain.reviewing import REVIEW_WORDS, NoteKind
from fieldapp.domain.visits import Review
from fieldapp.web.visits import confirming, pages, phones, recipient, reviewing
from geodata.errors import Message


def register(app: Flask) -> None:
    """Put the pages on the application."""
    for module in (pages, reviewing, confirming, phones, recipient):
        app.register_blueprint(module.blueprint)
    app.add_template_filter(review_words)
    app.add_template_filter(note_words)
    app.add_template_filter(denial_words)
    app.jinja_env.globals.update(ConfirmationState=ConfirmationState)


def review_words(review: str) -> Message:
    """The state of a review, for people."""
    return REVIEW_WORDS[Review(review)]


def note_words(kind: str) -> Message:
    """The kind of a note, for people."""
    return NoteKind(kind).words


def denial_words(denial: str) -> Message:
    """What a recipient says against a visit, for people."""
    return Denial(denial).words
