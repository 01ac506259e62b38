"""What an imported assignment may not be: an impossible state, an overlap, too many for a commissioner."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from fieldapp.domain.assignments import AgreementState, AssignmentState
from fieldapp.domain.lifecycle import LIFECYCLE, Step, hindrance, next_states
from fieldapp.persistence.assignments import assignment_of
from fieldapp.services.import_places import Places
from fieldapp.services.import_plan import Plan
from fieldapp.services.terms import Term, overlaps, served_together, term_of
from fieldapp.workbooks.reading import Row
from geodata.errors import Counted, Message


def check_lifecycle(
    plan: Plan, row: Row, values: Mapping[str, Any], stored: Mapping[str, Any] | None, today: date
) -> None:
    """Refuse what contradicts itself, and a step that the lifecycle does not have."""
    check_days(plan, row, values)
    _check_agreement(plan, row, values)
    if stored is not None:
        _check_step(plan, row, values, stored, today=today)


def check_days(plan: Plan, row: Row, values: Mapping[str, Any]) -> None:
    """Refuse days and an end that contradict each other."""
    starts_on, ends_on, ended_on = values["starts_on"], values["ends_on"], values["ended_on"]
    ended = values["state"] == AssignmentState.ENDED
    if ends_on < starts_on:
        plan.refuse(
            row,
            "ends_on",
            Message(
                "The last day {ends_on} is before the first day {starts_on}. Correct one of the two.",
                starts_on=starts_on,
                ends_on=ends_on,
            ),
        )
    elif ended_on is not None and not starts_on <= ended_on <= ends_on:
        plan.refuse(
            row,
            "ended_on",
            Message(
                "The last day served, {ended_on}, is not within the term from {starts_on} to {ends_on}. "
                "Correct one of them.",
                ended_on=ended_on,
                starts_on=starts_on,
                ends_on=ends_on,
            ),
        )
    if ended and values["end_reason"] is None:
        plan.refuse(row, "end_reason", Message("An ended assignment needs the reason for its end. Give it."))
    if not ended and values["end_reason"] is not None:
        plan.refuse(
            row,
            "end_reason",
            Message(
                "Only an ended assignment has a reason for its end. Set the state to ended, or clear it."
            ),
        )
    if not ended and ended_on is not None:
        plan.refuse(
            row,
            "ended_on",
            Message("Only an ended assignment has a last day served. Set the state to ended, or clear it."),
        )


def _check_agreement(plan: Plan, row: Row, values: Mapping[str, Any]) -> None:
    approved = values["agreement_state"] == AgreementState.APPROVED
    if approved and values["agreement_approved_on"] is None:
        plan.refuse(
            row,
            "agreement_approved_on",
            Message("An approved agreement needs the day of its approval. Give it."),
        )
    if not approved and values["agreement_approved_on"] is not None:
        plan.refuse(
            row,
            "agreement_state",
            Message(
                "Only an approved agreement has a day of approval. "
                "Set its state to approved, or clear the day."
            ),
        )
    first, last = values["notice_starts_on"], values["notice_ends_on"]
    if last is not None and (first is None or last < first):
        plan.refuse(
            row,
            "notice_ends_on",
            Message("A public notice ends on or after the day on which it starts. Correct one of the two."),
        )


def _check_step(
    plan: Plan, row: Row, values: Mapping[str, Any], stored: Mapping[str, Any], *, today: date
) -> None:
    was, will_be = AssignmentState(stored["state"]), AssignmentState(values["state"])
    possible = next_states(was)
    if was != will_be and will_be not in possible:
        if possible:
            message = Message(
                "The assignment is {state}; it cannot become {wanted} in one step. "
                "It can become: {possible}.",
                state=was.words,
                wanted=will_be.words,
                possible=next(each for each in AssignmentState if each in possible).words,
            )
        else:
            message = Message(
                "The assignment is {state} and stays so. Leave the id blank to begin another.",
                state=was.words,
            )
        plan.refuse(row, "state", message)
    elif was != will_be:
        # What state and day have against the step on the page, they have against it in a file.
        against = [
            hindrance(step, assignment_of(stored), today)
            for step, rule in LIFECYCLE.items()
            if rule.becomes is will_be and was in rule.states and step is not Step.HAND_OVER
        ]
        for refusal in against:
            if refusal is not None:
                plan.refuse(row, "state", refusal.message)
    if was == AssignmentState.PROPOSED:
        return
    for key, column in (
        ("township_code", "township_code"),
        ("commissioner_id", "commissioner_id"),
        ("starts_on", "starts_on"),
    ):
        if stored[key] != values[key]:
            plan.refuse(
                row,
                column,
                Message(
                    "Assignment {id} has {stored} here, which is kept. "
                    "End it, and begin another with a blank id.",
                    id=stored["id"],
                    stored=stored[key],
                ),
            )


def lasts_shorter(stored: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether the change only gives up days."""
    was, will_be = term_of(None, stored), term_of(None, values)
    if was is None or will_be is None:
        return will_be is None
    moved = (was.township_code, was.commissioner_id) != (will_be.township_code, will_be.commissioner_id)
    return not moved and will_be.starts_on >= was.starts_on and will_be.last_day <= was.last_day


def check_terms(
    plan: Plan,
    resulting: Mapping[object, Mapping[str, Any]],
    rows: Mapping[object, Row],
    people: Mapping[str, Mapping[str, Any]],
    places: Places,
) -> None:
    """Refuse rows whose terms overlap in a township, or are more at a time than a commissioner can serve."""
    terms = [term for key, values in resulting.items() if (term := term_of(key, values)) is not None]
    for earlier, later in overlaps(terms):
        mine, other = (later, earlier) if later.key in rows else (earlier, later)
        if mine.key in rows:
            plan.refuse(
                rows[mine.key],
                "starts_on",
                Message(
                    "{township} has {commissioner} from {starts_on} to {ends_on}{where}. "
                    "End that term first, or correct the days.",
                    township=_township(places, mine),
                    commissioner=people[other.commissioner_id]["name"],
                    starts_on=other.starts_on,
                    ends_on=other.last_day,
                    where=_where(rows.get(other.key)),
                ),
            )
    refused: set[object] = set()
    for begins, together in served_together(terms):
        person = people[begins.commissioner_id]
        if len(together) <= person["capacity"]:
            continue
        mine_here = [term for term in (begins, *together) if term.key in rows and term.key not in refused]
        if not mine_here:
            continue
        refused.add(mine_here[0].key)
        plan.refuse(
            rows[mine_here[0].key],
            "commissioner" if "commissioner" in plan.sheet.headers else "commissioner_id",
            Counted(
                "{commissioner} would lead {count} township on {day}: {townships}. "
                "The capacity is {capacity}. End one of the terms first, or raise the capacity.",
                "{commissioner} would lead {count} townships on {day}: {townships}. "
                "The capacity is {capacity}. End one of the terms first, or raise the capacity.",
                commissioner=person["name"],
                count=len(together),
                day=begins.starts_on,
                townships="、".join(_township(places, term) for term in together[:5]),
                capacity=person["capacity"],
            ),
        )


def _where(row: Row | None) -> Message | str:
    return "" if row is None else Message(" (row {row})", row=row.number)


def _township(places: Places, term: Term) -> str:
    place = places.gazetteer.by_code(term.township_code)
    return term.township_code if place is None else place.name
