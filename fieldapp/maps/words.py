"""The sentences that the map's own JavaScript shows, handed to it translated."""

from __future__ import annotations

from fieldapp.i18n import translate
from geodata.errors import Message

# The browser fills in the fields, so the templates are handed over as they are.
_WORDS = {
    "status_uncovered": Message("uncovered"),
    "status_no_product": Message("no product"),
    "status_unsigned": Message("unsigned"),
    "status_dormant": Message("dormant"),
    "status_unverified": Message("unverified"),
    "status_covered": Message("covered"),
    "rung_assigned": Message("has a commissioner"),
    "rung_product": Message("has a featured product"),
    "rung_signed": Message("agreement signed"),
    "rung_visited": Message("visited within {days} days"),
    "rung_verified": Message("visit verified"),
    "missing_assigned": Message("no commissioner is in office"),
    "missing_product": Message("no featured product is set"),
    "missing_signed": Message("the agreement is not approved"),
    "missing_visited": Message("no visit within {days} days"),
    "missing_verified": Message("no visit with sufficient evidence"),
    "met": Message("met"),
    "unmet": Message("missing"),
    "sentence": Message(
        "Agricultural townships: {roster}. With a commissioner: {assigned}. With a product: {product}."
    ),
    "gap": Message("{gap} to go"),
    "full_coverage": Message("Full coverage"),
    "target_differs": Message("The plan's target is {target}; the roster of this day has {roster}."),
    "today": Message("today"),
    "forecast": Message("Forecast: counted from the terms now known."),
    "history": Message("History: as things stood on this day."),
    "all_counties": Message("All counties and districts"),
    "county_count": Message("{county} ({count})"),
    "shown": Message("Shown: {shown} of {roster}"),
    "township_label": Message("{township}, {county}: {status}"),
    "approximate_label": Message("{label}, approximate boundary"),
    "no_match": Message(
        "No township matches “{text}”. Try another part of its name, its pinyin or its code."
    ),
    "matches": Message("Matches: {count}"),
    "commissioner": Message("Commissioner"),
    "institution": Message("Institution"),
    "featured_product": Message("Featured product"),
    "last_visit": Message("Last visit"),
    "term": Message("Term"),
    "term_days": Message("{starts} to {ends}"),
    "lapses": Message("Coverage lapses on"),
    "lapses_none": Message("Not while the terms now known run"),
    "code": Message("Code"),
    "township": Message("Township"),
    "county": Message("County or district"),
    "status": Message("Coverage status"),
    "term_ends": Message("Term ends"),
    "none": Message("none"),
    "no_visit": Message("none within {days} days"),
    "missing": Message("Still missing"),
    "nothing_missing": Message("Nothing: every rung is met."),
    "neighbours": Message("Neighbouring townships"),
    "no_neighbours": Message("No neighbouring township is on the roster."),
    "boundary_approximate": Message(
        "The boundary is approximate (within about {km} km): a service area around the seat, "
        "not a legal border."
    ),
    "boundary_official": Message("The boundary was imported as an official one."),
    "boundary_missing": Message("No boundary has been imported; the township stands in the table only."),
    "close": Message("Close"),
    "table": Message("Table"),
    "sort_by": Message("Sort by {column}"),
    "copied": Message("Copied rows: {count}"),
    "copy_failed": Message("The browser did not allow copying. Use the CSV export."),
    "file_name": Message("coverage"),
    "no_rows": Message("No township matches this filter."),
    "loading": Message("Loading the map"),
    "loading_day": Message("Loading {day}"),
    "error_title": Message("The map data could not be loaded"),
    "error_text": Message(
        "The server answered with status {status}. Try again; if it happens again, tell the administrator."
    ),
    "offline_title": Message("No connection to the server"),
    "offline_text": Message(
        "What is shown may be out of date. It is loaded again as soon as the connection is back."
    ),
    "still_shown": Message("Shown is {day}."),
    "retry": Message("Try again"),
    "empty_title": Message("There are no townships yet"),
    "empty_text": Message("Import the roster of townships with their boundaries; they appear here at once."),
    "empty_link": Message("Go to import"),
    "empty_day_title": Message("The roster is empty on this day"),
    "empty_day_text": Message("No township was on the roster on {day}. Choose another day."),
    "to_today": Message("Show today"),
    "not_on_roster": Message("This township is not on the roster on {day}."),
    "unknown_township": Message("There is no township with the code {code}."),
    "unknown_county": Message("There is no county or district with the code {code}."),
    "unknown_status": Message("There is no coverage status {status}. Choose one of the list."),
    "bad_day": Message("Choose a day from 1949-10-01 to 2200-12-31."),
    "zoom_in": Message("Zoom in"),
    "zoom_out": Message("Zoom out"),
    "full_screen": Message("Full screen"),
    "leave_full_screen": Message("Leave full screen"),
    "map_label": Message("Map of the townships. Arrow keys move from township to township, Enter opens one."),
    "printed": Message("Coverage of agricultural townships on {day}"),
}


def map_words(locale: str) -> dict[str, str]:
    """Every sentence of the map in the language of ``locale``, its ``{fields}`` still open."""
    return {key: translate(words, locale) for key, words in _WORDS.items()}
