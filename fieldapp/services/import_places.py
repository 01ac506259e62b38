"""Which township a row of a file means."""

from __future__ import annotations

from sqlalchemy import Connection

from fieldapp.domain.finding import find_township
from fieldapp.domain.naming import Gazetteer, Match, Place
from fieldapp.persistence import townships
from fieldapp.services.import_plan import Plan
from fieldapp.workbooks.reading import Row


class Places:
    """The townships of the register; rows that name none of them for certain are refused."""

    def __init__(self, connection: Connection, plan: Plan) -> None:
        self.plan = plan
        self.gazetteer = Gazetteer(townships.places(connection))
        self._answers: dict[tuple[str, str, str], Match[Place] | None] = {}

    def of(self, row: Row) -> Place | None:
        """The township of the row; None, with a fault, where it is not certain."""
        code, name, county = (
            str(row.values.get(key) or "") for key in ("township_code", "township", "county")
        )
        asked = (code, name, county)
        if (known := self._answers.get(asked)) is not None:
            return known.found
        answer = find_township(self.gazetteer, code=code, name=name, county=county)
        if isinstance(answer, Match):
            self._answers[asked] = answer
            return answer.found
        key = "township" if name or "township_code" not in self.plan.sheet.headers else "township_code"
        self.plan.refuse(row, key, answer.message)
        return None
