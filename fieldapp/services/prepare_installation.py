"""Make a new installation usable: the schema, and the townships that the product carries."""

from __future__ import annotations

from fieldapp.persistence.migrating import current, require_current, upgrade
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables


def prepare_installation(context: Context) -> bool:
    """Create the embedded database on its first use; says whether it did.

    A database that has been in use, and any on a server, is never migrated by the way:
    `UnavailableError` says what to run.
    """
    embedded = context.engine.dialect.name == "sqlite"
    if not embedded or current(context.engine) is not None:
        require_current(context.engine)
        return False
    upgrade(context.engine)  # several processes may come here at once: the others find it done
    return load_reference_tables(context)
