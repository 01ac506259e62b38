"""``fieldapp user``: accounts from the command line, the first administrator among them."""

from __future__ import annotations

import sys

import click

from fieldapp.cli.output import Installation, pass_installation
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.permissions import SYSTEM, Role
from fieldapp.services.keep_users import (
    UserValues,
    add_user,
    give_link,
    list_users,
    set_disabled,
    set_password_for,
)
from geodata.errors import Message


@click.group()
def user() -> None:
    """Add, list and disable accounts, and set passwords."""


@user.command()
@click.argument("username")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--name", "display_name", help="By default the user name.")
@click.option("--phone")
@click.option("--county", "counties", multiple=True, help="Code of a county; may be given several times.")
@click.option("--commissioner", help="The number of the commissioner whose account it is.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@pass_installation
def add(
    installation: Installation,
    *,
    username: str,
    role: str,
    display_name: str | None,
    phone: str | None,
    counties: tuple[str, ...],
    commissioner: str | None,
    password_stdin: bool,
) -> None:
    """Add an account; without a password, print the one-time link by which it is set."""
    values = UserValues(username, display_name or username, Role(role), phone, counties, commissioner)
    password = _read_password() if password_stdin else None
    user_id = add_user(installation.context, values, by=SYSTEM, password=password)
    installation.say(Message("The account {name} was added.", name=username))
    if password is None:
        _print_link(installation, user_id)


@user.command("list")
@pass_installation
def list_(installation: Installation) -> None:
    """List the accounts: name, role, counties, state."""
    for row in list_users(installation.context, by=SYSTEM):
        where = ",".join(row["county_codes"]) or row["commissioner_id"] or "-"
        state = "disabled" if row["disabled_at"] else "active"
        click.echo("\t".join((row["username"], row["role"], where, state)))


@user.command()
@click.argument("username")
@click.option("--enable", is_flag=True, help="Open it again.")
@pass_installation
def disable(installation: Installation, *, username: str, enable: bool) -> None:
    """Close an account with all its sessions and tokens."""
    set_disabled(installation.context, _id_of(installation, username), by=SYSTEM, disabled=not enable)
    installation.say(
        Message("The account {name} is open again.", name=username)
        if enable
        else Message("The account {name} is disabled.", name=username)
    )


@user.command()
@click.argument("username")
@click.option("--link", is_flag=True, help="Print a one-time link instead of asking for a password.")
@pass_installation
def password(installation: Installation, *, username: str, link: bool) -> None:
    """Set a password, asked for on a terminal or read from a pipe; it must be changed at the next login."""
    if link:
        _print_link(installation, _id_of(installation, username))
        return
    set_password_for(installation.context, username, _read_password(), by=SYSTEM)
    installation.say(
        Message("The password of {name} was set; it is changed at the next login.", name=username)
    )


def _id_of(installation: Installation, username: str) -> int:
    wanted = username.strip().casefold()
    for row in list_users(installation.context, by=SYSTEM):
        if row["username"] == wanted:
            return int(row["id"])
    raise InvalidInputError(
        Message("There is no account with the name {name}.", name=username), code="user.unknown"
    )


def _print_link(installation: Installation, user_id: int) -> None:
    click.echo("/welcome/" + give_link(installation.context, user_id, by=SYSTEM))
    installation.say(
        Message("Give this address, after that of the server, to the person: it sets the password once.")
    )


def _read_password() -> str:
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        return typed
    return sys.stdin.readline().rstrip("\r\n")
