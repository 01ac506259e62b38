"""What Alembic runs for every migration; `fieldapp.persistence.migrating` gives it an open transaction."""

from __future__ import annotations

from alembic import context

from fieldapp.persistence.migrating import COMPARISON
from fieldapp.persistence.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # on SQLite too: the engine begins its transactions itself
    render_as_batch=True,
    **COMPARISON,
)
context.run_migrations()
