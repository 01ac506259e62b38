"""What a plan covers on its first day, and what follows from which day, told with its townships."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fieldapp.domain.planning.beginnings import Beginning
from geodata.errors import Counted, Message

_Rows = Sequence[Mapping[str, Any]]


def with_first_days(difference: _Rows, beginnings: Mapping[str, Beginning]) -> list[dict[str, Any]]:
    """The townships, each with the first day of its planned pair, and whether nobody leads it before."""
    return [
        {**row, "begins_on": None if one is None else one.begins_on, "waits": one is not None and one.waits}
        for row in difference
        for one in (beginnings.get(row["township"]),)
    ]


def counted_on_first_day(counties: _Rows, difference: _Rows) -> list[dict[str, Any]]:
    """The counties: ``after`` is what is covered on the first day, ``later`` what follows."""
    waiting = Counter(row["county_code"] for row in difference if row["waits"])
    return [
        {**county, "after": county["after"] - waiting[county["code"]], "later": waiting[county["code"]]}
        for county in counties
    ]


def told_first_days(difference: _Rows, starts_on: date) -> tuple[Message, ...]:
    """What the figures of a plan do not say: how many of the covered wait, until when, and who takes over."""
    waiting = [row for row in difference if row["waits"]]
    days = sorted(row["begins_on"] for row in waiting if row["begins_on"] is not None)
    handed = sum(
        not row["waits"] and row["begins_on"] is not None and row["begins_on"] > starts_on
        for row in difference
    )
    covered = sum(row["commissioner"] is not None for row in difference)
    told: list[Message] = []
    if days and days[0] == days[-1]:
        told.append(
            Counted(
                "On the first day {covered} are covered; {count} more follows on {day}, when the term of its "
                "commissioner can begin.",
                "On the first day {covered} are covered; {count} more follow on {day}, when the terms of "
                "their commissioners can begin.",
                covered=covered - len(waiting),
                count=len(days),
                day=days[0],
            )
        )
    elif days:
        told.append(
            Message(
                "On the first day {covered} are covered; {count} more follow from {first} to {last}, when "
                "the terms of their commissioners can begin.",
                covered=covered - len(waiting),
                count=len(days),
                first=days[0],
                last=days[-1],
            )
        )
    if len(waiting) > len(days):
        told.append(
            Counted(
                "{count} township stays open until a running term is ended or handed over.",
                "{count} townships stay open until running terms are ended or handed over.",
                count=len(waiting) - len(days),
            )
        )
    if handed:
        told.append(
            Counted(
                "In {count} township the new commissioner takes over later, when the present term has ended.",
                "In {count} townships the new commissioner takes over later, when the present term "
                "has ended.",
                count=handed,
            )
        )
    return tuple(told)


def count_renewals(difference: _Rows, proposed: Sequence[str]) -> int:
    """How many of the proposed townships keep their commissioner for a further term."""
    kept = {row["township"] for row in difference if row["change"] == "kept"}
    return sum(code in kept for code in proposed)


def told_proposals(difference: _Rows, proposed: Sequence[str]) -> Message | None:
    """What publishing would propose: new terms, and further terms of those who are kept."""
    if not proposed:
        return None
    return Counted(
        "Publishing would propose {count} assignment: {new} new, {renewals} a further term of a kept pair.",
        "Publishing would propose {count} assignments: {new} new, {renewals} further terms of kept pairs.",
        **_figures(difference, proposed),
    )


def told_published(difference: _Rows, proposed: Sequence[str]) -> Message:
    """What publishing has proposed."""
    return Counted(
        "Proposed is {count} assignment: {new} new, {renewals} a further term of a kept pair.",
        "Proposed are {count} assignments: {new} new, {renewals} further terms of kept pairs.",
        **_figures(difference, proposed),
    )


def _figures(difference: _Rows, proposed: Sequence[str]) -> dict[str, int]:
    renewals = count_renewals(difference, proposed)
    return {"count": len(proposed), "new": len(proposed) - renewals, "renewals": renewals}
