"""What the map of a visit is given."""

from __future__ import annotations

from flask import g
from markupsafe import Markup

from fieldapp.i18n import translate
from fieldapp.maps.page import embedded_json
from fieldapp.services.show_visit import VisitPage
from geodata.errors import Message

_WORDS = {
    "fix": Message("position of the phone"),
    "seat": Message("seat of the township"),
    "zoom_in": Message("Zoom in"),
    "zoom_out": Message("Zoom out"),
    "whole": Message("Whole township"),
    "near": Message("Around the position"),
}


def map_settings(page: VisitPage) -> Markup:
    """The JSON that the script of the map reads."""
    words = {key: translate(words, g.language) for key, words in _WORDS.items()}
    return embedded_json({**page.map, "words": words})
