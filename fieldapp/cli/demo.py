"""``fieldapp demo``: the real townships with made-up people, served for trying out."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click

from fieldapp.cli.output import Installation, pass_installation
from fieldapp.cli.serve import run_server
from fieldapp.domain.errors import ConflictError
from fieldapp.services.demonstration_accounts import demonstration_accounts
from fieldapp.services.make_demonstration import ensure_demonstration
from fieldapp.services.migrate_database import upgrade_database
from geodata.errors import Message

# Stands in a folder that this command filled, and so may empty again.
_MARK = "demonstration"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option(
    "--data-dir",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where the demonstration is kept.",
)
@click.option("--reset", is_flag=True, help="Start over with new demonstration data.")
@pass_installation
def demo(installation: Installation, *, host: str, port: int, data_dir: Path, reset: bool) -> None:
    """Serve the demonstration; what is done in it is kept until --reset."""
    _claim(data_dir, reset=reset)
    # The demonstration has a database of its own, whatever the environment names for the real one.
    named = os.environ.pop("FIELDAPP_DATABASE_URL", "")
    os.environ["FIELDAPP_DATA_DIR"] = str(data_dir)
    if named:
        installation.say(
            Message(
                "The demonstration keeps a database of its own in {folder}; "
                "the one that FIELDAPP_DATABASE_URL names is not touched.",
                folder=data_dir.resolve(),
            )
        )
    upgrade_database(installation.opened)  # one that an older version of the program made
    if ensure_demonstration(installation.context):
        installation.say(Message("The demonstration is made: real townships, made-up people and visits."))
    run_server(
        installation,
        host=host,
        port=port,
        workers=2,
        ready=lambda address: _tell(installation, address),
    )


def _tell(installation: Installation, address: str) -> None:
    for account in demonstration_accounts(installation.context):
        click.echo(f"{account.username} {account.password}")
    click.echo(f"fieldapp ready {address}")


def _claim(data_dir: Path, *, reset: bool) -> None:
    """Mark a new folder as the demonstration's; refuse one that holds anything else."""
    mark = data_dir / _MARK
    if data_dir.exists() and any(data_dir.iterdir()) and not mark.is_file():
        raise ConflictError(
            Message(
                "{folder} was not made by the demonstration and is left as it is. Choose another folder.",
                folder=data_dir,
            ),
            code="demonstration.not_ours",
        )
    if reset and mark.is_file():
        shutil.rmtree(data_dir)
    data_dir.mkdir(parents=True, exist_ok=True)
    mark.touch()
