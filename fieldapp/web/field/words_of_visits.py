"""The sentences around a visit: the form, the list, one visit, and two versions of it."""

from __future__ import annotations

from fieldapp.domain.confirmations import ConfirmationState
from fieldapp.domain.visits import RESULTS
from geodata.errors import Message

_RESULTS = {f"result_{name}": words for name, words in RESULTS.items()}
_CONFIRMATIONS = {f"confirmation_{state.value}": state.words for state in ConfirmationState}
_VISITS: dict[str, Message] = {
    # The form.
    "change_visit": Message("Change the visit"),
    "copy_last": Message("Copy from my last visit"),
    "copied_last": Message("Copied. Check it, and add photos of today."),
    "draft_restored": Message("This draft of {time} was kept."),
    "draft_discard": Message("Discard the draft"),
    "draft_discarded": Message("The draft was discarded."),
    "township": Message("Township"),
    "township_of": Message("{township} ({county})"),
    "township_choose": Message("Choose a township"),
    "township_by_position": Message("Found by your position."),
    "township_last": Message("The township of your last visit."),
    "township_code": Message("Township {code}"),
    "position": Message("Position"),
    "position_searching": Message("Looking for your position. You can go on writing."),
    "position_refining": Message("Accuracy about {accuracy} m, taken at {time}; still improving."),
    "position_taken": Message("Accuracy about {accuracy} m, taken at {time}."),
    "position_left_out": Message("No position. Say why, or take it."),
    "position_denied": Message(
        "This app may not read your position. Allow it in the browser's settings of this site, then "
        "try again, or say why there is none."
    ),
    "position_unavailable": Message(
        "The phone cannot find its position. Switch its location on and go outdoors, or say why "
        "there is none."
    ),
    "position_timeout": Message(
        "The position takes long. It is still looked for; go outdoors, or say why there is none."
    ),
    "position_unsupported": Message("This browser has no position. Say so, or use another browser."),
    "position_outside": Message("This is about {distance} outside of {township}."),
    "position_outside_about": Message(
        "This is about {distance} outside of {township}, whose boundary is approximate."
    ),
    "position_again": Message("Take it again"),
    "position_try": Message("Take the position"),
    "position_without": Message("Leave it out"),
    "metres": Message("{n} m"),
    "kilometres": Message("{n} km"),
    "reason": Message("Reason for leaving the position out"),
    "reason_usual": Message("Usual reasons"),
    "reason_signal": Message("No satellite signal"),
    "reason_later": Message("Logged afterwards"),
    "reason_other": Message("Another reason"),
    "reason_denied": Message("Position not allowed on this phone"),
    "reason_unavailable": Message("The phone found no position"),
    "reason_timeout": Message("The phone found no position in time"),
    "reason_unsupported": Message("The browser has no position"),
    "reason_hurry": Message("Saved before a position was found"),
    "photos": Message("Photos"),
    "photo_take": Message("Take a photo"),
    "photo_choose": Message("From the gallery"),
    "photo_files": Message("Missing or greyed out? All files"),
    "photo_none": Message("None yet; with a photo the visit counts for more."),
    "photo_count": Message("{count} of at most {most}"),
    "photo_total": Message("Photos: {count}"),
    "photo_busy": Message("Making the photo smaller"),
    "photo_n": Message("Photo {n}"),
    "photo_remove": Message("Remove photo {n}"),
    "photo_most": Message("A visit has at most {most} photos. Remove one to add another."),
    "photo_twice": Message("This photo is there already."),
    "photo_unreadable": Message("{name} is not a picture that this phone can read. Choose another."),
    "photo_huge": Message("{name} is larger than {most} MB. Choose a smaller picture."),
    "photos_unread": Message("{count} photos could not be read by this phone."),
    "photos_unread_one": Message("1 photo could not be read by this phone."),
    "photo_unread": Message("{photo}: this phone cannot show it"),
    "photo_unread_long": Message(
        "This phone cannot read photo {n} ({name}, {size}). The original is kept and sent as it is, not made "
        "smaller; the server may not be able to read it either. Take the photo again, or leave it out."
    ),
    "photo_leave_out": Message("Leave out photo {n}"),
    "photo_not_here": Message("{photo}: not on this phone"),
    "content": Message("What was done"),
    "content_example": Message("Whom you advised, on what, and what came of it"),
    "content_dictate": Message("With the microphone of the keyboard you can dictate."),
    "mode": Message("Kind of service"),
    "mode_on_site": Message("on site"),
    "mode_remote": Message("remote"),
    "times": Message("Time"),
    "started_at": Message("Beginning"),
    "ended_at": Message("End"),
    "hours_ago": Message("{hours} h ago"),
    "times_hint": Message(
        "It begins when you open the form and ends when you save, unless you enter something else. A draft "
        "that you take up again later ended when you last wrote."
    ),
    "times_change": Message("Change"),
    "times_change_label": Message("Change the times"),
    "length": Message("Length"),
    "length_minutes": Message("{n} min"),
    "length_hours": Message("{hours} h {n} min"),
    "length_is": Message("From {from} to {to}: {length}."),
    "length_so_far": Message("From {from} until now: {length}."),
    "length_short": Message("Only {length} so far. Did it begin earlier?"),
    "service_days": Message("Service days"),
    "service_days_label": Message("Days (halves allowed)"),
    "less_of": Message("Less: {what}"),
    "more_of": Message("More: {what}"),
    "results": Message("Results"),
    "results_none": Message("optional; open to count"),
    "result_count": Message("{result} {count}"),
    "save": Message("Save the visit"),
    "save_change": Message("Save the change"),
    "save_faults": Message("Not saved yet. To be corrected: {count}"),
    "save_waiting": Message("The position has not been found yet."),
    "save_wait": Message("Wait for it"),
    "save_without": Message("Save without"),
    "saved_here": Message("Saved on this phone. It is sent as soon as there is a network."),
    "saved_here_login": Message("Saved on this phone. It is sent once you have logged in."),
    "saved_short": Message(
        "Saved on this phone. By its times the visit lasted only {length}; change it if it began earlier."
    ),
    "fault_township": Message("Choose the township."),
    "fault_times": Message("Enter when the visit began and when it ended."),
    "fault_order": Message("The end is before the beginning. Correct one of them."),
    "fault_future": Message("The end is in the future. A visit is logged when it is over."),
    "fault_term": Message(
        "On {day} you were not in office in {township}. Choose another township or correct the day."
    ),
    "fault_days": Message("Service days are counted in halves, such as 0.5 or 1."),
    "fault_too_many_days": Message(
        "There cannot be {days} days of service in a visit that touches so few: {touched}. Correct the days "
        "or the times."
    ),
    "fault_long": Message("A visit lasts {days} days at most. Correct the times, or log several visits."),
    "fault_content": Message("Say in a few words what was done."),
    "fault_position": Message("Take the position, or say why there is none."),
    # The list and one visit.
    "only_questions": Message("Visits with a question"),
    "only_rejected": Message("Rejected visits"),
    "only_unread": Message("Visits with an unreadable photo"),
    "only_none": Message("There is none any more."),
    "visits_all": Message("All my visits"),
    "no_visits": Message("You have logged no visit yet."),
    "draft_of": Message("A draft of {time} is not saved yet."),
    "draft_go_on": Message("Go on writing"),
    "when": Message("When"),
    "days": Message("{days} days"),
    "days_one": Message("1 day"),
    "position_is": Message("{lat}, {lon} (accuracy about {accuracy} m, {time})"),
    "position_none_because": Message("none: {reason}"),
    "review": Message("Review"),
    "review_submitted": Message("not reviewed yet"),
    "review_approved": Message("approved"),
    "review_has_issues": Message("returned with a question"),
    "review_rejected": Message("rejected"),
    "grade": Message("Evidence grade"),
    "grade_is": Message("Grade {grade}"),
    "confirmation": Message("Confirmation"),
    "confirmation_rated": Message("{state}, rated {rating} of 5"),
    "confirmation_ask": Message("Ask the recipient to confirm"),
    "confirmation_unsent": Message("The recipient can be asked once the visit is sent."),
    "confirmation_offline": Message("Asking the recipient needs a network."),
    "arrived": Message("Arrived"),
    "state_on_phone": Message("on this phone"),
    "state_deleting": Message("to be deleted"),
    "state_sending": Message("being sent"),
    "state_sending_photo": Message("being sent, photo {percent} %"),
    "state_awaiting_photos": Message("sent, awaiting photos: {count}"),
    "state_sent": Message("sent"),
    "state_needs_attention": Message("needs attention"),
    "state_photo_refused": Message("received; {count} photos refused"),
    "state_photo_refused_one": Message("received; 1 photo refused"),
    "photos_refused": Message("The server has received the visit, but refused {count} of its photos."),
    "photos_refused_one": Message("The server has received the visit, but refused one of its photos."),
    "photo_refused": Message("Photo {n} ({name}): {reason}"),
    "attention_changed": Message("It was changed elsewhere too. Both versions are here; choose."),
    "attention_deleted": Message("It was deleted elsewhere while you changed it. Choose whether to keep it."),
    "attention_photo": Message(
        "The server awaits a photo that is not on this phone. If it is on another phone, send it from there; "
        "else change the visit and add it again, or take it out."
    ),
    "attention_township": Message(
        "Choose another township, or ask the bureau to assign it to you and send again."
    ),
    "attention_term": Message(
        "Correct the day or the township, or ask the bureau to correct your term and send again."
    ),
    "attention_future": Message("Correct the time of the visit; check the clock of this phone."),
    "attention_other": Message(
        "The server did not take it. Correct what it says and save; it stays on this phone until then."
    ),
    "send_again": Message("Send again"),
    "discard_change": Message("Give up my change"),
    "change": Message("Change"),
    "delete": Message("Delete"),
    "delete_sure": Message("Delete this visit? It was never sent and is then gone."),
    "delete_sure_sent": Message("Delete this visit? It is deleted on the server as well."),
    "delete_sure_approved": Message(
        "This visit was approved and counts. If you delete it, its township may no longer be covered, and "
        "the bureau is told that you deleted it. Delete it all the same?"
    ),
    "delete_yes": Message("Yes, delete"),
    "delete_no": Message("Keep it"),
    "deleted": Message("The visit was deleted."),
    "talk": Message("Questions and answers"),
    "note_question": Message("Question of {name}, {time}"),
    "note_answer": Message("Answer of {name}, {time}"),
    "note_rejection": Message("Rejected by {name}, {time}"),
    "note_remark": Message("Remark of {name}, {time}"),
    "rejected_because": Message("Rejected: {text}"),
    "question_waits": Message("A question awaits your answer: {text}"),
    "answer": Message("Your answer"),
    "answer_send": Message("Send the answer"),
    "answer_empty": Message("Write an answer first."),
    "answer_here": Message("Your answer, still on this phone"),
    "answer_kept": Message("The answer is kept and sent as soon as there is a network."),
    "answer_kept_login": Message("The answer is kept and sent once you have logged in."),
    # Two versions.
    "conflict_title": Message("This visit was changed in two places."),
    "conflict_text": Message("Take one version, or choose line by line. Until you choose, both are kept."),
    "conflict_mine": Message("Take mine"),
    "conflict_theirs": Message("Take the server's"),
    "conflict_merge": Message("Take what is chosen"),
    "conflict_settled": Message("Chosen. It is sent as soon as there is a network."),
    "conflict_settled_login": Message("Chosen. It is sent once you have logged in."),
    "conflict_deleted_there": Message("This visit was deleted elsewhere while you changed it here."),
    "conflict_deleted_here": Message("You deleted this visit, but it was changed elsewhere meanwhile."),
    "conflict_keep": Message("Keep mine"),
    "conflict_let_go": Message("Let it be deleted"),
    "conflict_delete": Message("Delete it all the same"),
    "conflict_version_left": Message("The server's version, whole"),
    "side_deleted_here": Message("deleted on this phone"),
    "side_deleted_there": Message("deleted on the server"),
    "side_mine": Message("on this phone"),
    "side_theirs": Message("on the server"),
}
VISIT_WORDS = _RESULTS | _CONFIRMATIONS | _VISITS
