"""The sentences that the phone app shows, handed to it in both languages so that it can switch offline."""

from __future__ import annotations

from fieldapp.i18n import translate
from fieldapp.web.field.words_of_the_phone import PHONE_WORDS
from fieldapp.web.field.words_of_visits import VISIT_WORDS
from geodata.errors import Message

APP_NAME = Message("Field visits of commissioners")
APP_SHORT_NAME = Message("Field visits")
APP_PURPOSE = Message("Log visits in the field, with or without a network. What is logged is never lost.")
NO_SCRIPT = Message(
    "Visits are kept on the phone by a script. Allow scripts for this site, or use another browser."
)
NEW_VISIT = Message("New visit")

# The browser fills in the fields, so the templates are handed over as they are.
_WORDS = {
    "app_title": APP_SHORT_NAME,
    "new_visit": NEW_VISIT,
    "skip": Message("Skip to the content"),
    "places": Message("Places"),
    "place_townships": Message("My townships"),
    "place_record": Message("Log a visit"),
    "place_visits": Message("My visits"),
    "comma": Message(", "),
    "semicolon": Message("; "),
    "none": Message("none"),
    "more": Message("Show more"),
    "log_in": Message("Log in"),
    # How things stand between phone and server.
    "send_now": Message("Send now"),
    "sync_photo": Message("Sending photos: {percent} %"),
    "sync_sending": Message("Sending, {count} left"),
    "sync_login": Message("Log in to send: {count}"),
    "sync_login_none": Message("Logged out; log in to see what is new"),
    "sync_offline": Message("No network, {count} to be sent"),
    "sync_offline_none": Message("No network; all sent {time}"),
    "sync_offline_new": Message("No network"),
    "sync_trouble": Message("The server does not answer, {count} to be sent; next try {time}"),
    "sync_trouble_none": Message("The server does not answer; next try {time}"),
    "sync_portal": Message(
        "This network wants a login of its own, {count} to be sent; open a web page first"
    ),
    "sync_portal_none": Message("This network wants a login of its own; open a web page first"),
    "sync_refused": Message("The server refuses for now, {count} to be sent; the reason stands below"),
    "sync_refused_none": Message("The server refuses for now; the reason stands below"),
    "sync_owner": Message("{name} has to log in to send: {count}"),
    "sync_owner_none": Message("{name} has to log in; nothing waits"),
    "sync_storage": Message("The phone's storage did not answer; open the app again"),
    "sync_waiting": Message("{count} to be sent"),
    "sync_photos_waiting": Message("Photos on their way: {count} visits"),
    "sync_photos_waiting_one": Message("Photos on their way: one visit"),
    "sync_done": Message("All sent {time}"),
    "sync_first": Message("Fetching your townships"),
    "sync_none": Message("Not synced yet"),
    "sync_attention": Message("{state}; needs attention: {count}"),
    "sync_attention_else": Message("Sent {time}, all but {count} that need attention"),
    "sync_attention_else_one": Message("Sent {time}, all but 1 that needs attention"),
    "sync_overdue": Message(
        "Visits have been waiting on this phone for {days} days: {count}. Go where there is a "
        "network and press “Send now”, or save them to a file."
    ),
    # Home.
    "home_questions": Message("Visits with a question that awaits your answer: {count}"),
    "home_rejected": Message("Visits that were rejected: {count}. See the reasons"),
    "home_unread": Message("Photos that this phone could not read: {count}"),
    "home_unread_one": Message("1 photo could not be read by this phone"),
    "status_uncovered": Message("uncovered"),
    "status_no_product": Message("no product"),
    "status_unsigned": Message("unsigned"),
    "status_dormant": Message("dormant"),
    "status_unverified": Message("unverified"),
    "status_covered": Message("covered"),
    "missing_product": Message("no featured product is set"),
    "missing_signed": Message("the agreement is not approved"),
    "missing_visited": Message("no visit within {days} days"),
    "missing_verified": Message("no visit with sufficient evidence"),
    "still_missing": Message("Still missing"),
    "nothing_missing": Message("Nothing: every rung is met."),
    "term": Message("Term"),
    "term_from": Message("begins on {day}"),
    "term_until": Message("until {day}, {days} days left"),
    "term_soon": Message("ends on {day}, only {days} days left"),
    "term_soon_one": Message("ends on {day}, only one day left"),
    "term_over": Message("ended on {day}"),
    "last_visit": Message("Last visit"),
    "next_visit": Message("Next visit"),
    "visit_due": Message("by {day}, within {days} days"),
    "visit_due_one": Message("by {day}, within one day"),
    "visit_overdue": Message("due now"),
    "featured_product": Message("Featured product"),
    "as_of": Message("As of {time}."),
    "open_map": Message("Map of my townships"),
    "other_terms": Message("Earlier and coming terms"),
    "no_township": Message("No township is assigned to you. Ask the bureau; it appears here after sending."),
    "no_township_now": Message("You are not in office in any township today."),
    # Before there is anything.
    "first_title": Message("Log visits on this phone"),
    "first_login": Message(
        "Log in once while there is a network. The phone then keeps your townships, and the app "
        "opens without a network."
    ),
    "first_loading": Message("Fetching your townships. This takes a few seconds."),
    "first_offline": Message(
        "There is no connection to the server. The first use needs one; after that the app works without."
    ),
    "not_for_you": Message("You are logged in as {name}, an account that logs no visits."),
    "not_for_you_kept": Message(
        "This app is for commissioners; what is kept on this phone stays untouched. Log in with a "
        "commissioner's account to log visits."
    ),
    "to_site": Message("Go to the status page"),
    # The map.
    "map_mine": Message("Map of my townships"),
    "map_to_me": Message("Where I am"),
    "map_to_all": Message("All my townships"),
    "map_here": Message("You are outside of your townships (accuracy about {accuracy} m)."),
    "map_inside": Message("You are in {township} (accuracy about {accuracy} m)."),
    "map_in_it": Message("you are here"),
    "map_away": Message("{km} km away"),
    "map_approximate": Message("Dashed boundaries are approximate and have no legal force."),
    "map_missing": Message("The map is not on this phone yet. Open the app once with a network."),
    "zoom_in": Message("Zoom in"),
    "zoom_out": Message("Zoom out"),
    "back_home": Message("Back to my townships"),
}


def field_words(locale: str) -> dict[str, str]:
    """Every sentence in the language of ``locale``, its ``{fields}`` still open."""
    return {key: translate(words, locale) for key, words in (_WORDS | VISIT_WORDS | PHONE_WORDS).items()}
