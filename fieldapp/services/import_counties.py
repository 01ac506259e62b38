"""Which county a row of townships lies in; one that is new is added where the row names it fully."""

from __future__ import annotations

from typing import Any

from rapidfuzz import process
from sqlalchemy import Connection

from fieldapp.domain.importing import Action
from fieldapp.domain.spelling import normalised
from fieldapp.domain.wording import one_line
from fieldapp.persistence import townships
from fieldapp.services.import_plan import ImportTable, Plan
from fieldapp.services.import_values import refuse_long
from fieldapp.workbooks.reading import Row
from geodata.errors import Message
from geodata.tables.pinyin import place_pinyin

_MAX_NAME = 60


class Counties:
    """The stored counties, and those that the rows of a file add."""

    def __init__(self, connection: Connection, table: ImportTable, plan: Plan) -> None:
        self.table, self.plan = table, plan
        self.names = townships.county_names(connection)
        self.codes = {normalised(name): code for code, name in self.names.items()}

    def of(self, row: Row, township_code: str, stored: dict[str, Any] | None) -> str | None:
        """The code of the row's county; None, with a fault, where it is not certain."""
        code = row.values.get("county_code")
        name = one_line(str(row.values.get("county") or ""))
        if code is None and name:
            return self._by_name(row, name, township_code)
        if code is None and stored is not None:
            return str(stored["county_code"])
        found = str(code or township_code[:6])
        if found not in self.names:
            if code and name:
                return self._add(row, found, name)
            self._refuse_unknown(row, found)
            return None
        if name and normalised(self.names[found]) != normalised(name):
            self.plan.refuse(
                row,
                "county",
                Message(
                    "The county code {code} belongs to {found}, not to {name}. Correct one of the two.",
                    code=found,
                    found=self.names[found],
                    name=name,
                ),
            )
        return found

    def _by_name(self, row: Row, name: str, township_code: str) -> str | None:
        if code := self.codes.get(normalised(name)):
            return code
        if not self.codes or township_code[:6] not in self.names:
            return self._add(row, township_code[:6], name)
        likely = [word for word, _, _ in process.extract(name, list(self.names.values()), limit=3)]
        self.plan.refuse(
            row,
            "county",
            Message(
                "There is no {what} {name}. Did you mean {suggestions}?",
                what=Message("county"),
                name=name,
                suggestions="、".join(likely),
            ),
        )
        return None

    def _refuse_unknown(self, row: Row, code: str) -> None:
        self.plan.refuse(
            row,
            "county_code" if self.table.has("county_code") else "code",
            Message(
                "There is no county with the code {code}. Give its code and its name to add it.", code=code
            ),
        )

    def _add(self, row: Row, code: str, name: str) -> str | None:
        if normalised(name) in self.codes:
            self.plan.refuse(
                row,
                "county_code",
                Message(
                    "The county {name} has the code {code}. Correct the code or the name.",
                    name=name,
                    code=self.codes[normalised(name)],
                ),
            )
            return None
        refuse_long(self.plan, row, "county", name, _MAX_NAME)
        self.names[code], self.codes[normalised(name)] = name, code
        values = {"code": code, "name": name, "pinyin": place_pinyin(name)[:120]}
        self.plan.write(0, townships.insert_counties, values, row)
        self.plan.record("county.imported", "county", code, None, values)
        self.plan.change(Action.ADD, row, f"{name} ({code})", {}, {"county": name}, counted=False)
        self.plan.notices.append(
            Message(
                "Row {row}: the county {name} ({code}) is new and is added.",
                row=row.number,
                name=name,
                code=code,
            )
        )
        return code
