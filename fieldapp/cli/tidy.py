"""``fieldapp tidy``: removes what nobody will ask for again."""

from __future__ import annotations

import click

from fieldapp.cli.output import Installation, pass_installation
from fieldapp.services.tidy_photos import UNUSED_FOR, tidy_photos
from geodata.errors import Message


@click.command()
@pass_installation
def tidy(installation: Installation) -> None:
    """Remove uploads that have expired, and photos that no visit has used for a year.

    `fieldapp serve` does the same when it starts. The audit log says which photos were removed.
    """
    done = tidy_photos(installation.context)
    installation.say(
        Message(
            "Removed: expired uploads {uploads}, photos that no visit has used for {days} days {photos}.",
            uploads=done.uploads,
            photos=done.photos,
            days=UNUSED_FOR.days,
        )
    )
