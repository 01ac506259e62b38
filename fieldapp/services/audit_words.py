"""The words of the audit log: what its codes say to people, in the language of whoever reads them."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.domain.permissions import Role
from fieldapp.i18n import translate
from fieldapp.services.columns import COLUMNS, KIND_WORDS
from fieldapp.services.review_visit import VISIT_EVENTS
from fieldapp.services.steps import ASSIGNMENT_EVENTS
from fieldapp.workbooks.columns import LOCALES, NO, YES, Column
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
# Whoever is not an account.
_ACTORS: Mapping[str, Message] = {
    "anonymous": Message("not logged in"),
    "cli": Message("command line"),
    "demonstration": Message("demonstration"),
    "setup": Message("set-up"),
    "system": Message("the program"),
}
_COLUMNS: dict[str, Column] = {
    column.key: column for kind in ("products", "commissioners", "assignments") for column in COLUMNS[kind]
}
_FIELDS: Mapping[str, Message] = {
    "answer": Message("answer"),
    "county_codes": Message("counties"),
    "days": Message("days"),
    "featured_product_id": Message("featured product"),
    "format": Message("format"),
    "id": Message("number"),
    "institution_id": Message("institution"),
    "lifted_on": Message("lifted on"),
    "met_on": Message("met on"),
    "phones": Message("phones"),
    "product_id": Message("product"),
    "reason": Message("reason"),
    "recused_on": Message("recused on"),
    "retired_on": Message("retired on"),
    "revision": Message("revision"),
    "role": Message("role"),
    "scope": Message("scope"),
    "stated_on": Message("stated on"),
    "text": Message("content"),
    "session": Message("session"),
    "successor_id": Message("successor"),
    "token": Message("token"),
} | dict(KIND_WORDS)


def action_words(action: str, locale: str) -> str:
    """What was done; the code itself where a later version wrote one that this one does not know."""
    words = ACTIONS.get(action)
    return action if words is None else translate(words, locale)


def actor_words(actor: str, locale: str) -> str:
    """Who did it, where it was no account."""
    words = _ACTORS.get(actor)
    return actor if words is None else translate(words, locale)


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


def field_words(name: str, locale: str) -> str:
    """The name of a value."""
    words = _COLUMNS[name].words if name in _COLUMNS else _FIELDS.get(name)
    return name if words is None else translate(words, locale)


def value_words(name: str, value: object, locale: str) -> str:
    """A value as people read it; blank where there is none."""
    if value is None or value in ("", []):
        return "–"
    if isinstance(value, bool):
        return translate(YES if value else NO, locale)
    if isinstance(value, list):
        return translate(", ", locale).join(value_words(name, each, locale) for each in value)
    if isinstance(value, str) and name == "role" and value in list(Role):
        return translate(Role(value).words, locale)
    if isinstance(value, str) and name in _COLUMNS:
        return _COLUMNS[name].choice_words(value, locale)
    return str(value)


def changes(
    before: Mapping[str, object] | None, after: Mapping[str, object] | None, locale: str
) -> list[tuple[str, str | None, str | None]]:
    """Name, old and new of each value that changed; of a row that began or ended, of each that it has.

    The old is None where nothing was before, the new where nothing is after.
    """
    names = dict.fromkeys([*(before or {}), *(after or {})])
    if before and after:
        # The revision only counts the changes.
        names = {name: None for name in names if before.get(name) != after.get(name) and name != "revision"}
    return [
        (
            field_words(name, locale),
            value_words(name, before[name], locale) if before and name in before else None,
            value_words(name, after[name], locale) if after and name in after else None,
        )
        for name in names
    ]
