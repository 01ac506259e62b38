"""What changed, as the audit log tells it: the names of values and the values, as people read them."""

from __future__ import annotations

from collections.abc import Mapping

from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.confirmations import Denial
from fieldapp.domain.permissions import Role
from fieldapp.i18n import translate
from fieldapp.services.columns import COLUMNS, KIND_WORDS, ExportKind
from fieldapp.workbooks.columns import NO, YES, Column
from geodata.errors import Message

# The first names what stands in none of the tables, such as the first day of a plan.
_KINDS: Mapping[str, ExportKind] = {
    "assignment": "assignments",
    "commissioner": "commissioners",
    "product": "products",
    "visit": "visits",
    "township": "townships",
}
_TABLES: Mapping[str, Mapping[str, Column]] = {
    kind: {column.key: column for column in COLUMNS[table]} for kind, table in _KINDS.items()
}
# The kind of an institution stands in the table of commissioners.
_INSTITUTION = {"kind": _TABLES["commissioner"]["institution_kind"]}
_FIELDS: Mapping[str, Message] = {
    "all_pairs_up_to": Message("All pairs are considered up to"),
    "answer": Message("answer"),
    "asked": Message("filter"),
    "boundary": Message("boundary"),
    "caption": Message("caption"),
    "code": Message("division code"),
    "confirmation": Message("number of the confirmation"),
    "county_codes": Message("counties"),
    "days": Message("days"),
    "denial": Message("what the recipient denies"),
    "detour_factor": Message("Detour factor"),
    "distances": Message("distances"),
    "featured_product_id": Message("featured product"),
    "fit": Message("How well a specialty fits a product"),
    "forbids": Message("forbidden pairs"),
    "format": Message("format"),
    "height": Message("height"),
    "home": Message("home base"),
    "id": Message("number"),
    "institution_id": Message("institution"),
    "least_fit": Message("Least fit"),
    "lifted_on": Message("lifted on"),
    "max_km": Message("Farthest distance (km)"),
    "media_type": Message("kind of file"),
    "merged_from": Message("merged from"),
    "merged_into": Message("merged into"),
    "met_on": Message("met on"),
    "nearest": Message("Nearest considered in larger plans"),
    "phones": Message("phones"),
    "pins": Message("pinned pairs"),
    "product_id": Message("product"),
    "proposals": Message("proposals"),
    "quotas": Message("Quotas"),
    "reason": Message("reason"),
    "received_at": Message("received at"),
    "recused_on": Message("recused on"),
    "retired_on": Message("retired on"),
    "revision": Message("revision"),
    "role": Message("role"),
    "rows": Message("rows"),
    "scope": Message("scope"),
    "seat": Message("seat"),
    "session": Message("session"),
    "sha256": Message("checksum (SHA-256)"),
    "size_bytes": Message("size in bytes"),
    "stamp": Message("stamped paper"),
    "stars": Message("stars"),
    "stated_on": Message("stated on"),
    "successor_id": Message("successor"),
    "text": Message("content"),
    "token": Message("token"),
    "unknown_km": Message("An unknown distance counts as (km)"),
    "uploaded_by": Message("sent by account"),
    "version": Message("version"),
    "visit.note": Message("number of the note"),
    "width": Message("width"),
} | dict(KIND_WORDS)
_ENUMS: Mapping[str, Mapping[str, Message]] = {
    "denial": {denial.value: denial.words for denial in Denial},
    "role": {role.value: role.words for role in Role},
    "scope": {scope.value: scope.words for scope in TokenScope},
}


def field_words(subject_type: str, name: str, locale: str) -> str:
    """The name of a value of this kind of row."""
    column = _column(subject_type, name)
    words = _field(subject_type, name) if column is None else column.words
    return name if words is None else translate(words, locale)


def value_words(subject_type: str, name: str, value: object, locale: str) -> str:
    """A value as people read it; a dash where there is none."""
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return translate(YES if value else NO, locale)
    if isinstance(value, list):
        told = [value_words(subject_type, name, each, locale) for each in value]
        return translate(", ", locale).join(told)
    if isinstance(value, Mapping):
        return _pairs(subject_type, value, locale)
    text = str(value)
    if (words := _ENUMS.get(name, {}).get(text)) is not None:
        return translate(words, locale)
    column = _column(subject_type, name)
    return text if column is None else column.choice_words(text, locale)


def _pairs(subject_type: str, values: Mapping[str, object], locale: str) -> str:
    told = (
        Message(
            "{name}: {value}",
            name=field_words(subject_type, name, locale),
            value=value_words(subject_type, name, value, locale),
        )
        for name, value in values.items()
    )
    return translate("; ", locale).join(translate(each, locale) for each in told)


def changes(
    subject_type: str, before: Mapping[str, object] | None, after: Mapping[str, object] | None, locale: str
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
            field_words(subject_type, name, locale),
            value_words(subject_type, name, before[name], locale) if before and name in before else None,
            value_words(subject_type, name, after[name], locale) if after and name in after else None,
        )
        for name in names
    ]


def _field(subject_type: str, name: str) -> Message | None:
    """What we call a value that is in no table; of one kind of row otherwise than of the others."""
    return _FIELDS.get(f"{subject_type}.{name}") or _FIELDS.get(name)


def _column(subject_type: str, name: str) -> Column | None:
    """The column of the row's own table; for a value that no word of ours names, that of any table."""
    if subject_type == "institution" and name in _INSTITUTION:
        return _INSTITUTION[name]
    own = _TABLES.get(subject_type, {})
    if name in own:
        return own[name]
    if _field(subject_type, name) is not None:
        return None
    return next((columns[name] for columns in _TABLES.values() if name in columns), None)
