"""The sentences that the script of a plan's page says by itself; all others come with its fragments."""

from __future__ import annotations

from fieldapp.domain.planning.outcomes import OUTCOMES
from fieldapp.i18n import translate
from geodata.errors import Message

_WORDS: dict[str, Message] = {f"status_{outcome}": words for outcome, words in OUTCOMES.items()} | {
    "status_outside": Message("not part of this plan"),
    "plan_shown": Message("Shown: {shown} of {count}"),
    "today_to_plan": Message("{before} → {after}"),
    "nobody": Message("none"),
    "session_over": Message("Your session has ended. Log in again in another tab, then send this once more."),
    "not_sent": Message("Nothing was sent: there is no connection. What you entered is still here."),
    "not_shown": Message("This could not be loaded. Try again."),
    "solved_again": Message("Solved again."),
    "place_chosen": Message("Place chosen on the map: {lat}, {lon}"),
    "pick_place": Message("Click the map where the commissioner would live."),
    "highlighted": Message("Marked on the map: {count}"),
}


def plan_words(locale: str) -> dict[str, str]:
    """Every sentence in the language of ``locale``, its ``{fields}`` still open."""
    return {key: translate(words, locale) for key, words in _WORDS.items()}
