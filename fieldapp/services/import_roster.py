"""Plan what a file of townships does to the roster: who joins it, who leaves it, and the target beside it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.importing import Action
from fieldapp.persistence import roster
from fieldapp.persistence.register import Values
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.services.import_values import same
from fieldapp.workbooks.reading import Row
from geodata.errors import Message

_DAY = timedelta(days=1)
_UPDATES, _INSERTS, _NEW_TARGET, _SAME_DAY_TARGET = 4, 5, 6, 7


class RosterPlanner:
    """The roster as stored, and what the rows of a file make of it.

    ``complete`` says that the file is the whole roster: every township in it joins, every other one leaves.
    """

    def __init__(self, connection: Connection, table: ImportTable, plan: Plan, *, complete: bool) -> None:
        self.table, self.plan, self.complete = table, plan, complete
        self.periods = roster.memberships(connection)

    def take(
        self, row: Row, code: str, *, is_new: bool, effective_on: date, township_ends_on: date | None
    ) -> tuple[Values, Values]:
        """What the row changes, as values before and after; ``township_ends_on`` closes what is open."""
        starts_on, ends_on = row.values.get("roster_starts_on"), row.values.get("roster_ends_on")
        assert starts_on is None or isinstance(starts_on, date)
        assert ends_on is None or isinstance(ends_on, date)
        period = self._meant(code, starts_on)
        if period is None or self._rejoins(period, starts_on, ends_on, effective_on, township_ends_on):
            joins = self.complete or (is_new and not self.table.has("roster_starts_on"))
            if starts_on is None and ends_on is not None:
                self.plan.refuse(
                    row,
                    "roster_ends_on",
                    Message("The township is not on the roster. Give the day from which it is on it too."),
                )
            elif starts_on is not None or (joins and not _is_before(township_ends_on, effective_on)):
                return self._join(row, code, starts_on or effective_on, ends_on, township_ends_on)
            return {}, {}
        if ends_on is None and not (starts_on is not None and self.table.has("roster_ends_on")):
            ends_on = period["ends_on"]
        return self._update(row, period, _earlier(ends_on, township_ends_on))

    def _meant(self, code: str, starts_on: date | None) -> dict[str, Any] | None:
        periods = self.periods.get(code, [])
        if starts_on is None:
            return periods[-1] if periods else None
        return next((period for period in periods if period["starts_on"] == starts_on), None)

    def _rejoins(
        self,
        period: Values,
        starts_on: date | None,
        ends_on: date | None,
        effective_on: date,
        township_ends_on: date | None,
    ) -> bool:
        """Whether a complete roster names a township that had left, without a word about its days."""
        return (
            self.complete
            and starts_on is None
            and ends_on is None
            and _is_before(period["ends_on"], effective_on)
            and not _is_before(township_ends_on, effective_on)
        )

    def _join(
        self, row: Row, code: str, starts_on: date, ends_on: date | None, township_ends_on: date | None
    ) -> tuple[Values, Values]:
        last_day = _earlier(ends_on, township_ends_on)
        if _is_before(last_day, starts_on):
            self._refuse_period(row, starts_on, last_day)
            return {}, {}
        for other in self.periods.get(code, []):
            if not _is_before(other["ends_on"], starts_on) and not _is_before(last_day, other["starts_on"]):
                self.plan.refuse(
                    row,
                    "roster_starts_on",
                    Message(
                        "The township is on the roster from {day} on already. "
                        "Write that day, or end that membership first.",
                        day=other["starts_on"],
                    ),
                )
                return {}, {}
        values = {
            "township_code": code,
            "starts_on": starts_on,
            "ends_on": last_day,
            "basis": str(row.values.get("roster_basis") or ""),
        }
        self.plan.write(_INSERTS, roster.insert_memberships, values, row)
        before = {"roster_starts_on": None}
        after = {"roster_starts_on": starts_on}
        if last_day is not None:
            before, after = before | {"roster_ends_on": None}, after | {"roster_ends_on": last_day}
        return before, after

    def _update(self, row: Row, period: Values, ends_on: date | None) -> tuple[Values, Values]:
        if _is_before(ends_on, period["starts_on"]):
            self._refuse_period(row, period["starts_on"], ends_on)
            return {}, {}
        before: Values = {}
        after: Values = {}
        basis = str(row.values.get("roster_basis") or period["basis"])
        if ends_on != period["ends_on"]:
            before["roster_ends_on"], after["roster_ends_on"] = period["ends_on"], ends_on
        if not same(period["basis"], basis):
            before["roster_basis"], after["roster_basis"] = period["basis"], basis
        if after:
            values = {"id": period["id"], "ends_on": ends_on, "basis": basis}
            self.plan.write(_UPDATES, roster.update_memberships, values, row)
        return before, after

    def _refuse_period(self, row: Row, starts_on: date, ends_on: date | None) -> None:
        self.plan.refuse(
            row,
            "roster_ends_on",
            Message(
                "The last day {ends_on} is before the first day {starts_on}. Correct one of the two.",
                starts_on=starts_on,
                ends_on=ends_on,
            ),
        )

    def end_missing(self, present: set[str], titles: dict[str, str], effective_on: date) -> None:
        """End the memberships of townships that a complete roster does not name."""
        for code, periods in self.periods.items():
            period = periods[-1]
            last_day = max(period["starts_on"], effective_on - _DAY)
            if code in present or (period["ends_on"] is not None and period["ends_on"] <= last_day):
                continue
            before, after = {"roster_ends_on": period["ends_on"]}, {"roster_ends_on": last_day}
            values = {"id": period["id"], "ends_on": last_day, "basis": period["basis"]}
            self.plan.write(_UPDATES, roster.update_memberships, values, None)
            self.plan.record("roster.ended", "township", code, before, after)
            self.plan.change(Action.END, None, titles[code], before, after)


def plan_target(connection: Connection, plan: Plan, target: int | None, effective_on: date) -> None:
    """Set the figure beside the roster from a day on, where it is another one then."""
    if target is None:
        return
    stored = roster.find_target(connection, effective_on)
    if stored is not None and stored["target"] == target:
        return
    values = {"starts_on": effective_on, "target": target, "basis": ""}
    if stored is not None and stored["starts_on"] == effective_on:
        plan.write(_SAME_DAY_TARGET, roster.update_targets, values, None)
    else:
        plan.write(_NEW_TARGET, roster.insert_targets, values, None)
    before, after = {"target": stored["target"] if stored else None}, {"target": target}
    plan.record("roster.target_set", "roster", effective_on, before, after)
    plan.change(Action.CHANGE, None, f"{effective_on}", before, after, counted=False)


def _earlier(one: date | None, other: date | None) -> date | None:
    days = [day for day in (one, other) if day is not None]
    return min(days, default=None)


def _is_before(last_day: date | None, day: date) -> bool:
    return last_day is not None and last_day < day
