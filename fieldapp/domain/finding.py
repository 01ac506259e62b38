"""Which township, commissioner or institution a person means: exactly, else by suggestion, never by guess."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from fieldapp.domain.naming import Gazetteer, Match, Named, Place, Register, Suggestions
from geodata.errors import Message


def find_township(
    places: Gazetteer, *, code: str | None = None, name: str | None = None, county: str | None = None
) -> Match[Place] | Suggestions[Place]:
    """The township meant by a 9-digit code, or by a name, with its county (name or code) where needed.

    What is given must agree: a code that belongs to another name, or a county in which the township does
    not lie, gives `Suggestions` with the contradiction as its message.
    """
    code = unicodedata.normalize("NFKC", code or "").strip()
    name, county = (name or "").strip(), (county or "").strip()
    if not code and not name:
        return Suggestions(Message("The township is missing. Give its 9-digit code or its name."))
    county_codes = places.county_codes(county) if county else None
    if county_codes is not None and not county_codes:
        known = places.like(name) if name else ()
        return Suggestions(
            Message(
                "There is no county {county}. The counties are: {counties}.",
                county=county,
                counties="、".join(places.counties),
            ),
            known,
        )
    if code:
        return _by_code(places, code, name, county, county_codes)
    return _by_name(places, name, county, county_codes)


def _by_code(
    places: Gazetteer, code: str, name: str, county: str, county_codes: set[str] | None
) -> Match[Place] | Suggestions[Place]:
    place = places.by_code(code)
    if place is None:
        likely = tuple(places.by_name(name)) or places.like(name) if name else ()
        if likely:
            return Suggestions(
                Message(
                    "No township has the code {code}. Did you mean {suggestions}?",
                    code=code,
                    suggestions=_titles(likely),
                ),
                likely,
            )
        return Suggestions(
            Message("No township has the code {code}. Take the code from the roster.", code=code)
        )
    if name and place not in places.by_name(name):
        others = tuple(places.by_name(name))
        return Suggestions(
            Message(
                "The code {code} belongs to {found}, not to {name}. Correct one of the two.",
                code=code,
                found=place.county + place.name,
                name=name,
            ),
            (place, *others),
        )
    if county_codes is not None and place.county_code not in county_codes:
        return Suggestions(_elsewhere(place, county), (place,))
    return Match(place)


def _by_name(
    places: Gazetteer, name: str, county: str, county_codes: set[str] | None
) -> Match[Place] | Suggestions[Place]:
    called = places.by_name(name)
    found = [place for place in called if county_codes is None or place.county_code in county_codes]
    if len(found) == 1:
        return Match(found[0])
    if len(found) > 1:
        return Suggestions(
            Message(
                "{name} exists more than once: {suggestions}. Give the county too, or the 9-digit code.",
                name=name,
                suggestions=_titles(found),
            ),
            tuple(found),
        )
    if called:
        return Suggestions(_elsewhere(called[0], county), tuple(called))
    renamed = places.by_former_name(name)
    if renamed:
        return Suggestions(
            Message(
                "{name} is a former name. Write the present one: {suggestions}.",
                name=name,
                suggestions=_titles(renamed),
            ),
            tuple(renamed),
        )
    within = [place for place in places.places if place.county_code in (county_codes or ())]
    likely = places.like(name, among=within) or places.like(name)
    return Suggestions(_unknown(Message("township"), name, likely), likely)


def find_commissioner(
    register: Register, *, commissioner_id: str | None = None, name: str | None = None
) -> Match[Named] | Suggestions[Named]:
    """The commissioner with that id, else the only one of that name."""
    return _find_named(register, Message("commissioner"), commissioner_id, name)


def find_institution(
    register: Register, *, institution_id: str | None = None, name: str | None = None
) -> Match[Named] | Suggestions[Named]:
    """The institution with that id, else the only one of that name."""
    return _find_named(register, Message("institution"), institution_id, name)


def _find_named(
    register: Register, what: Message, entry_id: str | None, name: str | None
) -> Match[Named] | Suggestions[Named]:
    entry_id, name = (entry_id or "").strip(), (name or "").strip()
    if not entry_id and not name:
        return Suggestions(Message("The {what} is missing. Give the id or the name.", what=what))
    if entry_id:
        return _by_id(register, what, entry_id, name)
    found = register.by_name(name)
    if len(found) == 1:
        return Match(found[0])
    if found:
        return Suggestions(
            Message(
                "{name} exists more than once: {suggestions}. Give the id.",
                name=name,
                suggestions=_titles(found),
            ),
            tuple(found),
        )
    likely = register.like(name)
    return Suggestions(_unknown(what, name, likely), likely)


def _by_id(register: Register, what: Message, entry_id: str, name: str) -> Match[Named] | Suggestions[Named]:
    entry = register.by_id(entry_id)
    if entry is None:
        likely = tuple(register.by_name(name)) or register.like(name) if name else ()
        return Suggestions(_unknown(what, entry_id, likely), likely)
    if name and entry not in register.by_name(name):
        return Suggestions(
            Message(
                "The id {id} belongs to {found}, not to {name}. Correct one of the two.",
                id=entry_id,
                found=entry.name,
                name=name,
            ),
            (entry, *register.by_name(name)),
        )
    return Match(entry)


def _unknown(what: Message, name: str, likely: Sequence[Place] | Sequence[Named]) -> Message:
    if likely:
        return Message(
            "There is no {what} {name}. Did you mean {suggestions}?",
            what=what,
            name=name,
            suggestions=_titles(likely),
        )
    return Message("There is no {what} {name}. Check the spelling.", what=what, name=name)


def _elsewhere(place: Place, county: str) -> Message:
    return Message(
        "{name} ({code}) lies in {found}, not in {county}. Correct the county or the township.",
        name=place.name,
        code=place.code,
        found=place.county,
        county=county,
    )


def _titles(things: Sequence[Place] | Sequence[Named]) -> str:
    return "、".join(thing.title for thing in things)
