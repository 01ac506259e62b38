"""Bring a database to a revision of the schema, or back; the configuration of Alembic is built here."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, Index
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.schema import SchemaItem

from fieldapp import resources
from fieldapp.domain.errors import InvalidInputError, UnavailableError
from fieldapp.persistence import schema_assigning  # noqa: F401 - its tables belong to the comparison
from fieldapp.persistence.engine import connected
from geodata.errors import Message

# Two servers that start at once take turns by this number; any other would do as well.
_MIGRATION_LOCK = 0x6669656C64


def _defaults_differ(
    context: MigrationContext, _stored: Any, _meant: Any, stored: str | None, _default: Any, meant: str | None
) -> bool | None:
    """SQLite tells a default as it was written, quoted and bracketed; on PostgreSQL Alembic compares."""
    if context.dialect.name != "sqlite" or stored is None or meant is None:
        return None
    return stored.strip("()'") != meant.strip("()'")


def comparison(dialect: str) -> dict[str, Any]:
    """How schema and database are compared, by the tests and by whoever drafts a migration."""

    def is_ours(item: SchemaItem, name: str | None, kind: str, _reflected: bool, _counterpart: Any) -> bool:
        if isinstance(item, Index) and dialect == "sqlite":
            return bool(item.dialect_options["postgresql"]["using"] != "gist")
        return not (kind == "table" and name == "spatial_ref_sys")  # that one is PostGIS's own

    return {"compare_type": True, "compare_server_default": _defaults_differ, "include_object": is_ours}


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to ``revision``; all of it or nothing, also when two servers start at once.

    Raises `UnavailableError` where the database cannot be reached or lacks PostGIS, and
    `InvalidInputError` for a revision that does not exist.
    """
    _migrate(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database down to ``revision`` (``base`` drops every table); raises as `upgrade` does."""
    _migrate(engine, lambda config: command.downgrade(config, revision))


def current(engine: Engine) -> str | None:
    """The revision the database is at; None for one that was never migrated."""
    with connected(engine) as connection:
        return MigrationContext.configure(connection).get_current_revision()


@cache
def newest() -> str:
    """The revision that this version of the program needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    assert head is not None  # the package always carries migrations
    return head


def require_current(engine: Engine) -> None:
    """Raise `UnavailableError` unless the database is at the revision this program was written for."""
    found = current(engine)
    if found == newest():
        return
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if found is not None and found not in known:
        raise UnavailableError(
            Message(
                "The database was migrated by a newer version of the program, to {found}. "
                "Install that version, or restore a backup.",
                found=found,
            ),
            code="database.too_new",
        )
    if found is None:
        message = Message("The database is not migrated. Run: {command}", command="fieldapp db upgrade")
    else:
        message = Message(
            "The database is at revision {found}; the program needs {needed}. Run: {command}",
            found=found,
            needed=newest(),
            command="fieldapp db upgrade",
        )
    raise UnavailableError(message, code="database.not_migrated")


def _config() -> Config:
    config = Config()
    # The option passes through ConfigParser, which reads % as its own.
    config.set_main_option("script_location", str(resources.folder("migrations")).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config


def _migrate(engine: Engine, act: Callable[[Config], None]) -> None:
    config = _config()
    with connected(engine) as connection:
        sqlite = connection.dialect.name == "sqlite"
        if sqlite:
            # A table that is rebuilt is dropped for a moment, which foreign keys would forbid.
            _pragma(connection, "foreign_keys = OFF")
            connection.execution_options(fieldapp_writes=True)
        try:
            with connection.begin():
                if not sqlite:
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")
                config.attributes["connection"] = connection
                act(config)
                if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                    raise RuntimeError("the migration left a row without the row it refers to")
        except CommandError as error:
            raise InvalidInputError(
                Message("The migration cannot be run: {reason}", reason=str(error)), code="migration.unknown"
            ) from error
        except DBAPIError as error:
            raise (_lacks_right(error) or error) from error
        finally:
            if sqlite:
                _pragma(connection, "foreign_keys = ON")


def _pragma(connection: Connection, words: str) -> None:
    # Beside SQLAlchemy, which would begin a transaction first, and inside one the pragma does nothing.
    driver = connection.connection.dbapi_connection
    assert driver is not None
    driver.cursor().execute(f"PRAGMA {words}")


def _lacks_right(error: DBAPIError) -> UnavailableError | None:
    reason = str(error.orig).strip().splitlines()[0]
    if error.statement is not None and error.statement.lstrip().startswith("CREATE EXTENSION"):
        return UnavailableError(
            Message(
                "PostgreSQL refused the extensions postgis and btree_gist: {reason} Install the PostGIS "
                "package of this server, and let a superuser create both extensions in this database.",
                reason=reason,
            ),
            code="database.no_postgis",
        )
    if getattr(error.orig, "sqlstate", None) == "42501":
        return UnavailableError(
            Message(
                "PostgreSQL does not let this user change the tables: {reason} Make the user the owner of "
                "the database.",
                reason=reason,
            ),
            code="database.no_right",
        )
    return None
