"""What a row of an imported file says of a visit."""

from __future__ import annotations

from datetime import datetime, tzinfo
from typing import Any

from fieldapp.domain.naming import Place
from fieldapp.domain.visits import INCOME, RESULTS, Visit, body_of, visit_of
from fieldapp.domain.wording import plain_text
from fieldapp.persistence.register import Values
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.services.import_values import same
from fieldapp.workbooks.reading import Row
from fieldapp.workbooks.texts import text_in_files
from geodata.errors import Message

_FIX = ("fix_lon", "fix_lat", "fix_accuracy_m", "fix_captured_at", "fix_mocked")
_NEW: Values = {"service_days": 0.5, "mode": "on_site", "content": "", "no_fix_reason": None}


class VisitRows:
    """Reads the rows of a table of visits; what cannot be read is a fault of the plan."""

    def __init__(self, table: ImportTable, plan: Plan, timezone: tzinfo) -> None:
        self.table, self.plan, self.timezone = table, plan, timezone

    def visit(self, row: Row, place: Place, started_at: datetime, stored: StoredVisit | None) -> Visit | None:
        """What the row says; a column that is not in the file leaves what is stored."""
        was = None if stored is None else body_of(stored.visit, self.timezone)

        def said(key: str) -> Any:
            if not self.table.has(key):
                return _NEW[key] if was is None else was[key]
            given = row.values.get(key)
            return _NEW[key] if given in (None, "") else given

        def text(key: str) -> str:
            # A log is kept as its phone wrote it, of which a file shows only what can be seen.
            kept, given = str((was or {}).get(key) or ""), plain_text(str(said(key) or ""))
            return kept if plain_text(text_in_files(kept)) == given else given

        results = {}
        for name in RESULTS:
            kept = 0 if was is None else was["results"][name]
            value: Any = (row.values.get(name) or 0) if self.table.has(name) else kept
            results[name] = value if name == INCOME else int(value)
        fix = self._fix(row, stored, started_at)
        if fix is False:
            return None
        ended_at = self.moment(row.values["ended_at"])
        return visit_of(
            {
                "township_code": place.code,
                "started_at": started_at,
                "ended_at": ended_at,
                "mode": said("mode"),
                "content": text("content"),
                "service_days": said("service_days"),
                "results": results,
                "fix": fix,
                "no_fix_reason": None if fix else text("no_fix_reason") or None,
                "photos": () if stored is None else stored.visit.photos,
            }
        )

    def _fix(
        self, row: Row, stored: StoredVisit | None, started_at: datetime
    ) -> dict[str, Any] | bool | None:
        """The position of the row; False, with a fault, where it is not one."""
        kept = None if stored is None or stored.visit.fix is None else vars(stored.visit.fix)
        if not any(self.table.has(key) for key in _FIX):
            return None if kept is None else dict(kept)
        lon, lat = row.values.get("fix_lon"), row.values.get("fix_lat")
        if lon is None and lat is None:
            return None
        accuracy = row.values.get("fix_accuracy_m", (kept or {}).get("accuracy_m"))
        if lon is None or lat is None or accuracy is None:
            key = "fix_lon" if lon is None else "fix_lat" if lat is None else "fix_accuracy_m"
            self.plan.refuse(
                row,
                key,
                Message("A position needs longitude, latitude and accuracy in metres. Give all, or none."),
            )
            return False
        captured = row.values.get("fix_captured_at")
        captured_at = self.moment(captured) if captured else (kept or {}).get("captured_at", started_at)
        given: dict[str, Any] = {
            "lon": lon,
            "lat": lat,
            "accuracy_m": accuracy,
            "captured_at": captured_at,
            "mocked": bool(row.values.get("fix_mocked")),
        }
        # Formats round differently: what differs by less than anybody measures is the same.
        return {
            key: kept[key] if kept is not None and same(kept[key], value) else value
            for key, value in given.items()
        }

    def is_of_another_day(self, row: Row) -> bool:
        """Whether the row writes two days, which is a fault; with an offset they may well be the same."""
        day, began = row.values.get("visited_on"), row.values["started_at"]
        if day is None or not isinstance(began, datetime) or began.tzinfo is not None or began.date() == day:
            return False
        self.plan.refuse(
            row,
            "visited_on",
            Message(
                "The day {day} is not that of the beginning, {time}. Correct one of the two.",
                day=day,
                time=began.strftime("%Y-%m-%d %H:%M"),
            ),
        )
        return True

    def moment(self, value: Any) -> datetime:
        """A moment of a cell: one that names no offset from UTC is of the installation's time zone."""
        moment: datetime = value
        return moment if moment.tzinfo is not None else moment.replace(tzinfo=self.timezone)
