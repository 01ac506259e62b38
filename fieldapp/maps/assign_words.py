"""The sentences that the script of the assigning page says by itself; all others come with its fragments."""

from __future__ import annotations

from fieldapp.i18n import translate
from geodata.errors import Message

_WORDS: dict[str, Message] = {
    "undo": Message("Undo"),
    "undo_left": Message("Undo ({seconds} s)"),
    "close": Message("Close"),
    "choose_several": Message("Choose several"),
    "all_work": Message("All open work"),
    "chosen_count": Message("Chosen: {count}"),
    "queue_shown": Message("Shown: {shown} of {count}"),
    "session_over": Message("Your session has ended. Log in again in another tab, then send this once more."),
    "not_sent": Message("Nothing was sent: there is no connection. What you entered is still here."),
    "not_shown": Message("This could not be loaded. Try again."),
    "changed_here": Message(
        "Somebody has changed this township meanwhile. The panel was brought up to date."
    ),
}


def assign_words(locale: str) -> dict[str, str]:
    """Every sentence in the language of ``locale``, its ``{fields}`` still open."""
    return {key: translate(words, locale) for key, words in _WORDS.items()}
