"""Assigning: the page with queue, map and candidates, and the forms behind every step."""

from __future__ import annotations

from fieldapp.web.assigning import needs, pages, steps
from fieldapp.web.assigning.frame import blueprint

__all__ = ["blueprint", "needs", "pages", "steps"]
