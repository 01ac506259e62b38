"""Who did what the audit log tells: an account by its name, everybody else by what they are."""

from __future__ import annotations

from collections.abc import Mapping

from geodata.errors import Message

# Whoever is not an account.
_ACTORS: Mapping[str, Message] = {
    "anonymous": Message("not logged in"),
    "cli": Message("command line"),
    "demonstration": Message("demonstration"),
    "recipient": Message("the recipient of the visit"),
    "setup": Message("set-up"),
    "system": Message("the program"),
}


def who_did(event: Mapping[str, str]) -> Message | str:
    """Who did an event, for people: ``actor`` is as the log has it, ``who`` the name of an account."""
    return _ACTORS.get(event["actor"], event["who"])
