"""Make a new installation usable: the schema, and the townships that the product carries."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import make_url

from fieldapp.persistence.migrating import require_current, upgrade
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables


def prepare_installation(context: Context) -> bool:
    """Create the embedded database on its first use; says whether it did.

    A database that exists is never migrated by the way: `UnavailableError` says what to run.
    """
    url = make_url(context.settings.database_url)
    if url.get_backend_name() != "sqlite" or Path(url.database or "").exists():
        require_current(context.engine)
        return False
    upgrade(context.engine)
    load_reference_tables(context)
    return True
