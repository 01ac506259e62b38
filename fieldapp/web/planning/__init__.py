"""Planning full coverage: drafts, what each makes of the townships, edits, publishing, policy, files."""

from __future__ import annotations

from fieldapp.web.planning import files, pages, policy, steps
from fieldapp.web.planning.frame import blueprint

__all__ = ["blueprint", "files", "pages", "policy", "steps"]
