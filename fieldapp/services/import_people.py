"""Which commissioner a row of a file means."""

from __future__ import annotations

import unicodedata
from typing import Any

from sqlalchemy import Connection

from fieldapp.domain.finding import find_commissioner
from fieldapp.domain.naming import Match, Named, Register
from fieldapp.domain.spelling import normalised
from fieldapp.persistence import commissioners
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.workbooks.reading import Row


class People:
    """The commissioners of the register; rows that name none of them for certain are refused."""

    def __init__(self, connection: Connection, table: ImportTable, plan: Plan) -> None:
        self.table, self.plan = table, plan
        self.by_id: dict[str, dict[str, Any]] = commissioners.all_by_id(connection)
        self.register = Register(
            Named(entry["id"], entry["name"], entry["institution"]) for entry in self.by_id.values()
        )

    def of(self, row: Row) -> Named | None:
        """The commissioner of the row; None, with a fault, where the person is not certain."""
        given = unicodedata.normalize("NFKC", str(row.values.get("commissioner_id") or ""))
        name = str(row.values.get("commissioner") or "")
        answer = find_commissioner(self.register, commissioner_id=given, name=name)
        if isinstance(answer, Match):
            return answer.found
        institution = normalised(str(row.values.get("institution") or ""))
        namesakes = [
            entry for entry in self.register.by_name(name) if normalised(entry.detail) == institution
        ]
        if not given and institution and len(namesakes) == 1:
            return namesakes[0]
        key = "commissioner" if name or not self.table.has("commissioner_id") else "commissioner_id"
        self.plan.refuse(row, key, answer.message)
        return None
