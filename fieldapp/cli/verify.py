"""``fieldapp verify``: whether the audit log is as it was written."""

from __future__ import annotations

import click

from fieldapp.cli.output import Installation, pass_installation
from fieldapp.services.verify_installation import verify_audit
from geodata.errors import Message


@click.command()
@click.pass_context
@pass_installation
def verify(installation: Installation, ctx: click.Context) -> None:
    """Follow the audit log's chain; print its digest, or say where it is broken and exit with 1.

    Keep the digest elsewhere: as long as the log only grows, it is found again on the way.
    """
    state = verify_audit(installation.context)
    if state.whole:
        click.echo(state.digest)
        installation.say(Message("The audit log is whole. Events: {count}.", count=state.events))
        return
    if state.broken_at is not None:
        installation.say(
            Message(
                "The audit log was changed: event {id} does not follow from those before it. "
                "It was edited, or an event before it was removed or moved.",
                id=state.broken_at,
            )
        )
    else:
        installation.say(Message("The audit log was cut off: events at its end are missing."))
    ctx.exit(1)
