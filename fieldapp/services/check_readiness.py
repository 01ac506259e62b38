"""Whether an installation can be worked with."""

from __future__ import annotations

from fieldapp.persistence.migrating import require_current
from fieldapp.services.context import Context


def check_readiness(context: Context) -> None:
    """Raise `UnavailableError`, with the cure, unless the database is reachable and migrated."""
    require_current(context.engine)
