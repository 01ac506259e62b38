"""The status page: full coverage, yes or no, and what to do next."""

from __future__ import annotations

from flask import Blueprint

blueprint = Blueprint("status", __name__)
