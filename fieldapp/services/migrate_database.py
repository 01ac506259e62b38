"""Bring the installation's database to a revision, and tell which one it is at."""

from __future__ import annotations

from dataclasses import dataclass

from fieldapp.persistence import migrating
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables


@dataclass(frozen=True)
class Revisions:
    """Where the database stands, and where this version of the program needs it."""

    found: str | None
    needed: str

    @property
    def is_current(self) -> bool:
        return self.found == self.needed


def upgrade_database(context: Context) -> Revisions:
    """Migrate to the newest revision; a database that was empty is given the townships of the product."""
    new = migrating.current(context.engine) is None
    migrating.upgrade(context.engine)
    if new:
        load_reference_tables(context)
    return database_revisions(context)


def downgrade_database(context: Context, revision: str) -> Revisions:
    """Migrate back to ``revision``; ``base`` drops every table with all that is in it."""
    migrating.downgrade(context.engine, revision)
    return database_revisions(context)


def database_revisions(context: Context) -> Revisions:
    """The revision found and the revision needed; raises `UnavailableError` where none can be read."""
    return Revisions(found=migrating.current(context.engine), needed=migrating.newest())
