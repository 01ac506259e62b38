"""``fieldapp token``: let a program use the API."""

from __future__ import annotations

import click

from fieldapp.cli.output import Installation, pass_installation
from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.permissions import SYSTEM
from fieldapp.services.keep_tokens import LONGEST_DAYS, create_token
from fieldapp.services.keep_users import list_users
from geodata.errors import Message


@click.group()
def token() -> None:
    """Make tokens for the API."""


@token.command()
@click.argument("username", metavar="USER")
@click.option("--name", default="", help="What it is for.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in TokenScope]),
    default=TokenScope.WRITE.value,
    show_default=True,
    help="What it may be used for, within what the account may do.",
)
@click.option("--days", type=click.IntRange(1, LONGEST_DAYS), default=90, show_default=True)
@pass_installation
def create(installation: Installation, *, username: str, name: str, scope: str, days: int) -> None:
    """Print a token of USER; it is shown this once."""
    wanted = username.strip().casefold()
    held = [row for row in list_users(installation.context, by=SYSTEM) if row["username"] == wanted]
    if not held:
        raise InvalidInputError(
            Message("There is no account with the name {name}.", name=username), code="user.unknown"
        )
    click.echo(
        create_token(
            installation.context, held[0]["id"], name=name, scope=TokenScope(scope), days=days, by=SYSTEM
        )
    )
