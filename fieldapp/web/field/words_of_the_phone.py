"""The sentences about the phone itself: what it keeps, installing, handing over, new versions."""

from __future__ import annotations

from geodata.errors import Message

PHONE_WORDS = {
    "this_phone": Message("This phone"),
    # Keeping.
    "keeping": Message("What this phone keeps"),
    "persist_yes": Message("The browser has promised to keep what is on this phone."),
    "persist_no": Message(
        "The browser has not promised to keep what is on this phone; when room is short it may "
        "delete it. Install the app, send often, and do not clear the browser's data while something "
        "is waiting."
    ),
    "persist_unknown": Message(
        "This browser does not say whether it keeps what is on this phone. Send often, and do not "
        "clear its data while something is waiting."
    ),
    "persist_ask": Message("Ask the browser to keep it"),
    "kept_visits": Message("Visits on this phone"),
    "kept_waiting": Message("Waiting to be sent"),
    "kept_room": Message("Room"),
    "room": Message("{used} of {quota}"),
    "kilobytes": Message("{n} kB"),
    "megabytes": Message("{n} MB"),
    "gigabytes": Message("{n} GB"),
    "last_sync": Message("Last sent and read"),
    "never": Message("never"),
    "closed_title": Message("This browser keeps nothing"),
    "storage_closed": Message(
        "This browser keeps nothing (a private window, or a browser built into another app). Visits "
        "cannot be logged here."
    ),
    "storage_closed_more": Message(
        "Visits are kept on the phone until they are sent, and this browser allows no such storage. "
        "Leave the private window, or open this address in the phone's own browser, such as Chrome "
        "or Safari."
    ),
    "storage_help": Message("What to do"),
    "app_not_kept": Message(
        "The app itself is not on this phone yet, so it does not open without a network. Open it once more "
        "with a good network, in a browser that allows it."
    ),
    "insecure": Message(
        "This address begins with http: browsers allow neither opening without a network nor the position "
        "there. Ask the bureau for the address with https."
    ),
    "storage_full": Message(
        "The phone has no room left, so this was not kept. Send what is waiting, delete some "
        "pictures or apps, then try again. Everything kept before is still here."
    ),
    "storage_lost": Message(
        "The phone's storage did not answer. Open the app again; what was kept is there."
    ),
    "fault_unknown": Message("Something went wrong in the app. Open it again; what was kept is there."),
    "logged_in_as": Message("You are logged in as {name}."),
    "waits_for_login": Message(
        "Visits of {name} waiting on this phone: {count}. They stay here and are sent once {name} logs in."
    ),
    "waits_for_login_one": Message(
        "1 visit of {name} is waiting on this phone. It stays here and is sent once {name} logs in."
    ),
    "another_person": Message("another person"),
    "change_account": Message("Change account"),
    # A clock of which the phone cannot tell whether it is right.
    "clock_title": Message("What time is it?"),
    "clock_asking": Message("Asking the server what time it is."),
    "clock_either": Message(
        "The clock of this phone was wrong when there last was a network, and may have been put right since. "
        "What time is it now?"
    ),
    "clock_set": Message(
        "The clock of this phone was put back and shows {time}. If that is not the time, set the clock in "
        "the phone's settings first."
    ),
    "clock_right": Message("The time is right"),
    "clock_wrong": Message(
        "The time that was given on this phone at {time} was wrong by {length}. Check the times of the "
        "visits that were logged since."
    ),
    "clock_seen": Message("I have checked them"),
    # New versions.
    "outdated": Message("A newer version of the app is open in another window. Load this one again."),
    "reload": Message("Load again"),
    "version_ready": Message("A new version of the app is here. What you are writing is kept."),
    "version_use": Message("Use it now"),
    "version": Message("Version {version}"),
    # Installing.
    "install": Message("Installing"),
    "installed": Message("The app is installed on this phone."),
    "install_now": Message("Install on this phone"),
    "install_why": Message(
        "On the home screen the app opens like any other, without a network, and the browser keeps "
        "its data more reliably."
    ),
    "install_android_1": Message("Open the menu of the browser (three dots or lines)."),
    "install_android_2": Message("Choose “Install app” or “Add to home screen”."),
    "install_android_3": Message("Confirm, and from then on open the app from the home screen."),
    "install_ios_1": Message(
        "Open this address in Safari and press the share button (a square with an arrow)."
    ),
    "install_ios_2": Message("Choose “Add to Home Screen” and confirm."),
    "install_ios_3": Message("Open the app from the home screen and log in there once."),
    "install_desktop": Message(
        "Open this address on your phone. On a computer, use “Install” in the browser's address bar or menu."
    ),
    "wechat_short": Message("WeChat's own browser may delete what is kept. Use the phone's browser instead."),
    "wechat_how": Message("How"),
    "wechat_long": Message(
        "You are in WeChat's own browser. It cannot install the app, and may delete visits before "
        "they are sent."
    ),
    "install_wechat_1": Message("Press the three dots at the upper right."),
    "install_wechat_2": Message("Choose “Open in browser”."),
    "install_wechat_3": Message("Install the app there. If there is no such entry, type this address there:"),
    "install_wechat_ios_1": Message("Press the three dots at the upper right."),
    "install_wechat_ios_2": Message("Choose “Open in Safari”."),
    "install_wechat_ios_3": Message("Add it to the home screen there. The address is:"),
    # Handing over.
    "hand_over": Message("Handing over by file"),
    "hand_over_link": Message("Save to a file"),
    "hand_why": Message(
        "If this phone cannot send, save what is waiting to a file, take the file to another phone "
        "or computer, log in there and open it here. A visit that arrives twice is kept once."
    ),
    "hand_save": Message("Save to a file"),
    "hand_open": Message("Open a file"),
    "hand_nothing": Message("Nothing is waiting, so there is nothing to save."),
    "hand_saved": Message("Saved: {count} visits in {name}. They stay on this phone as well."),
    "hand_saved_one": Message("Saved: one visit in {name}. It stays on this phone as well."),
    "hand_opened": Message("Taken in: {added}; here already: {same}; left out, changed on both: {clashing}."),
    "hand_unreadable": Message("{name} is not a file of this app, or it is damaged. Nothing was taken in."),
    "hand_newer": Message("{name} was saved by a newer version. Load the app again with a network first."),
    "hand_other_person": Message("{name} belongs to another person. That person must log in to open it."),
    # A phone that others use as well, or that is given away.
    "sharing": Message("Sharing this phone, or giving it away"),
    "sharing_why": Message(
        "What was sent can be removed from this phone; the server keeps it. What has not been sent "
        "stays here."
    ),
    "remove_sent": Message("Remove what was sent"),
    "removed_before": Message("Visits removed from this phone: {count}, {time}. The server has them."),
    "fetch_again": Message("Fetch them again"),
    "log_out": Message("Log out"),
    "leaving_remove": Message("Remove what was sent"),
    "leaving_log_out": Message("Log out"),
    "leaving_left": Message("You are logged out"),
    "leaving_sent": Message(
        "Sent visits on this phone: {count}. They can be removed here with their photos; the "
        "server keeps them."
    ),
    "leaving_nothing_sent": Message("No visit that was sent is on this phone."),
    "leaving_stays": Message("Not sent yet, so this stays on the phone until you log in and send it:"),
    "leaving_busy": Message("Visits are being sent from this phone at this moment. Try again in a minute."),
    "remove_yes": Message("Yes, remove them"),
    "removed": Message("Removed from this phone: {count}. The server has them."),
    "back_phone": Message("Keep everything"),
    "log_out_remove": Message("Log out and remove what was sent"),
    "log_out_keep": Message("Log out and keep it on the phone"),
    "log_out_not": Message("Stay logged in"),
    "log_out_offline": Message(
        "Logging out needs a network. Try again when there is one; until then only what was sent "
        "can be removed."
    ),
    "log_out_failed": Message("The server did not answer as it should. You are still logged in; try again."),
    # Language, look, account.
    "looks": Message("Language and appearance"),
    "language": Message("Language"),
    "theme": Message("Appearance"),
    "theme_auto": Message("Auto"),
    "theme_light": Message("Light"),
    "theme_dark": Message("Dark"),
    "account": Message("Account"),
    "account_of": Message("The visits on this phone belong to {name}."),
    "account_none": Message("Nobody has logged in on this phone yet."),
    "account_page": Message("My account"),
}
