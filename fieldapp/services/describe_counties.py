"""The counties by name, for forms that ask for them."""

from __future__ import annotations

from fieldapp.persistence import townships
from fieldapp.services.context import Context


def county_names(context: Context) -> dict[str, str]:
    """The name of each county by its code."""
    with context.reading() as connection:
        return townships.county_names(connection)
