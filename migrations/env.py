"""What Alembic runs for every migration; `fieldapp.persistence.migrating` gives it an open transaction."""

from __future__ import annotations

from alembic import context

from fieldapp.persistence.migrating import comparison
from fieldapp.persistence.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    transactional_ddl=True,  # on SQLite too: the engine begins its transactions itself
    render_as_batch=True,
    **comparison(connection.dialect.name),
)
context.run_migrations()
