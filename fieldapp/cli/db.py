"""``fieldapp db``: bring the database to the schema that this version of the program needs."""

from __future__ import annotations

import sys

import click

from fieldapp.cli.output import Installation, pass_installation
from fieldapp.services.migrate_database import (
    Revisions,
    database_revisions,
    downgrade_database,
    upgrade_database,
)
from geodata.errors import Message


@click.group()
def db() -> None:
    """Migrate the database, and tell where it stands."""


@db.command()
@pass_installation
def upgrade(installation: Installation) -> None:
    """Migrate to the newest revision."""
    _tell(installation, upgrade_database(installation.opened))


@db.command()
@click.argument("revision")
@pass_installation
def downgrade(installation: Installation, revision: str) -> None:
    """Migrate back to REVISION; "base" drops every table with all that is in it."""
    # A script that calls this means it; a person at a terminal may have mistyped.
    if _at_terminal():
        question = Message("Going back to {revision} drops what was added since. Go on?", revision=revision)
        click.confirm(installation.words(question), abort=True, err=True)
    _tell(installation, downgrade_database(installation.opened, revision))


@db.command()
@pass_installation
def current(installation: Installation) -> None:
    """Print the revision the database is at; nothing where it was never migrated."""
    revisions = database_revisions(installation.opened)
    if revisions.found is not None:
        click.echo(revisions.found)
    _tell(installation, revisions)


def _tell(installation: Installation, revisions: Revisions) -> None:
    if revisions.is_current:
        installation.say(Message("The database is at the newest revision, {found}.", found=revisions.needed))
    elif revisions.found is None:
        installation.say(
            Message("The database is not migrated. Run: {command}", command="fieldapp db upgrade")
        )
    else:
        installation.say(
            Message(
                "The database is at revision {found}; the program needs {needed}. Run: {command}",
                found=revisions.found,
                needed=revisions.needed,
                command="fieldapp db upgrade",
            )
        )


def _at_terminal() -> bool:
    return sys.stdin.isatty()
