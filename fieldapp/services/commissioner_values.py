"""What is said of a commissioner, as a form gives it: checked as an import checks it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from fieldapp.domain.commissioners import CommissionerKind, masked_phone
from fieldapp.domain.permissions import Row
from fieldapp.domain.specialties import SPECIALTIES
from fieldapp.domain.spelling import normalised
from fieldapp.persistence.register import Values
from fieldapp.services.given_values import Given
from fieldapp.services.import_values import person_pinyin
from geodata.errors import Message

MAX_CAPACITY = 1000
_PHONE = re.compile(r"\+?[0-9][0-9\- ]{4,24}")


def row_of(commissioner_id: str, terms: list[Values]) -> Row:
    """What permissions ask of a commissioner: the counties in which he or she serves or is going to."""
    return Row(
        county_codes=frozenset(
            term["county_code"] for term in terms if term["commissioner_id"] == commissioner_id
        ),
        commissioner_ids=frozenset({commissioner_id}),
    )


def commissioner_values(
    given: Mapping[str, object], institutions: Mapping[str, Values], stored: Values | None
) -> Values:
    """Read the columns of a commissioner; `InvalidInputError` with every fault.

    ``institutions`` are the stored ones by name. A masked phone, as pages show it, leaves the stored one.
    """
    read = Given(given)
    name = read.text("name", limit=60, required=True)
    institution = read.text("institution", limit=120, required=True)
    known = {normalised(each): each for each, row in institutions.items() if row["merged_into"] is None}
    if institution and normalised(institution) not in known:
        read.refuse(
            "institution",
            Message(
                "There is no institution {name}. Choose one of the list, or add it there first.",
                name=institution,
            ),
        )
    pinyin = read.text("pinyin", limit=200).casefold()
    if not pinyin or (stored and pinyin == stored["pinyin"] and name != stored["name"]):
        pinyin = person_pinyin(name)
    values: Values = {
        "name": name,
        "pinyin": pinyin,
        "kind": read.choice("kind", [kind.value for kind in CommissionerKind]),
        "institution": known.get(normalised(institution), institution),
        "specialties": read.choices("specialties", SPECIALTIES),
        "capacity": read.whole_number("capacity", smallest=0, largest=MAX_CAPACITY, default=1),
        "phone": _phone(read, stored["phone"] if stored else None),
        "home": read.position("home_lon", "home_lat"),
        "note": read.text("note", limit=4000, lines=True),
    }
    read.finish()
    return values


def _phone(read: Given, kept: str | None) -> str | None:
    given = unicodedata.normalize("NFKC", read.text("phone", limit=30))
    if not given:
        return None
    if "*" in given:
        if given != masked_phone(kept):
            read.refuse("phone", Message("Write the phone in full, or leave it as it was shown."))
        return kept
    if not _PHONE.fullmatch(given):
        read.refuse(
            "phone",
            Message("{value} is not a phone number. Write digits only, or leave it blank.", value=given),
        )
    return given
