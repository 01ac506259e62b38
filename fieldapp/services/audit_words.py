"""The words of the audit log: what its codes say to people, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.i18n import translate
from fieldapp.services.review_visit import VISIT_EVENTS
from fieldapp.services.steps import ASSIGNMENT_EVENTS
from fieldapp.workbooks.columns import LOCALES
from geodata.errors import Message

_ADD, _CHANGE, _IMPORT, _MERGE = Message("add"), Message("change"), Message("import"), Message("merge")
ACTIONS: Mapping[str, Message] = (
    ASSIGNMENT_EVENTS
    | VISIT_EVENTS
    | {
        "audit.exported": Message("export the audit trail"),
        "commissioner.added": _ADD,
        "commissioner.changed": _CHANGE,
        "commissioner.imported": _IMPORT,
        "commissioner.merged": _MERGE,
        "commissioner.retired": Message("retire"),
        "commissioner.reinstated": Message("reinstate"),
        "county.imported": _IMPORT,
        "demand.met": Message("note a need as met"),
        "demand.reopened": Message("open a need again"),
        "demand.stated": Message("note a need"),
        "demonstration.loaded": Message("load the demonstration"),
        "institution.added": _ADD,
        "institution.changed": _CHANGE,
        "institution.imported": _IMPORT,
        "institution.merged": _MERGE,
        "login.failed": Message("login failed"),
        "login.succeeded": Message("log in"),
        "logout": Message("log out"),
        "password.set": Message("set a password"),
        "person.erased": Message("erase a person's data"),
        "person.exported": Message("export a person's data"),
        "phone.reminded": Message("remind a phone to send"),
        "phone.viewed": Message("look at a phone number"),
        "photo.received": Message("receive a photo"),
        "photo.removed": Message("remove a photo that no visit uses"),
        "plan.cancelled": Message("cancel the solving"),
        "plan.discarded": Message("discard a plan"),
        "plan.exported": Message("export a plan"),
        "plan.drafted": Message("draft a plan"),
        "plan.edited": Message("edit a plan"),
        "plan.published": Message("publish a plan"),
        "plan.renamed": Message("rename a plan"),
        "plan.undone": Message("undo the publishing of a plan"),
        "planning_policy.changed": _CHANGE,
        "product.added": _ADD,
        "product.changed": _CHANGE,
        "product.featured": Message("feature a product"),
        "product.imported": _IMPORT,
        "product.photo_added": Message("add a photo"),
        "product.photo_removed": Message("remove a photo"),
        "product.retired": Message("list it no longer"),
        "product.reinstated": Message("list it again"),
        "product.unfeatured": Message("feature a product no longer"),
        "recovery_code.used": Message("log in by a recovery code"),
        "recusal.added": Message("note a recusal"),
        "recusal.lifted": Message("lift a recusal"),
        "reference_tables.loaded": Message("load the reference tables"),
        "report.drafted": Message("draft a document"),
        "roster.ended": Message("take off the roster"),
        "roster.target_set": Message("set the target"),
        "second_factor.removed": Message("take the second factor off"),
        "second_factor.set": Message("set up the second factor"),
        "session.revoked": Message("end a session"),
        "table.exported": Message("export a table"),
        "token.created": Message("make a token"),
        "token.revoked": Message("revoke a token"),
        "travel.cleared": Message("remove the imported distances"),
        "travel.imported": _IMPORT,
        "township.changed": _CHANGE,
        "township.imported": _IMPORT,
        "user.added": Message("add an account"),
        "user.changed": Message("change an account"),
        "user.code_given": Message("give a first code"),
        "user.disabled": Message("disable an account"),
        "user.enabled": Message("enable an account"),
        "user.link_given": Message("give a one-time link"),
    }
)
SUBJECTS: Mapping[str, Message] = {
    "assignment": Message("assignment"),
    "audit": Message("audit trail"),
    "commissioner": Message("commissioner"),
    "county": Message("county"),
    "demand": Message("need"),
    "demonstration": Message("demonstration"),
    "institution": Message("institution"),
    "plan": Message("plan"),
    "planning_policy": Message("planning policy"),
    "product": Message("product"),
    "recusal": Message("recusal"),
    "report": Message("document"),
    "roster": Message("roster"),
    "table": Message("table"),
    "township": Message("township"),
    "travel": Message("distances"),
    "photo": Message("photo"),
    "upload": Message("photo"),
    "user": Message("account"),
    "visit": Message("visit"),
    "visits": Message("visits"),
}


def action_words(action: str, locale: str) -> str:
    """What was done; the code itself where a later version wrote one that this one does not know."""
    words = ACTIONS.get(action)
    return action if words is None else translate(words, locale)


def subject_words(kind: str, number: str, locale: str) -> str:
    """What it was done to: the kind of row and its number."""
    words = SUBJECTS.get(kind)
    return f"{kind if words is None else translate(words, locale)} {number}"


def subject_asked(typed: str) -> str:
    """What somebody looks for, ``选派 17`` or ``Assignment 17``, as the log has it: ``assignment 17``."""
    kind, _space, number = typed.strip().partition(" ")
    for code, words in SUBJECTS.items():
        if kind.casefold() in {code, *(translate(words, locale).casefold() for locale in LOCALES)}:
            return f"{code} {number.strip()}".strip()
    return typed.strip()
