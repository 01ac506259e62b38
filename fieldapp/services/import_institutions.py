"""The institutions that a file of commissioners names: found, added where they are new, never guessed."""

from __future__ import annotations

import re

from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from fieldapp.domain.commissioners import InstitutionKind
from fieldapp.domain.importing import Action
from fieldapp.domain.spelling import normalised
from fieldapp.domain.wording import one_line
from fieldapp.persistence import commissioners
from fieldapp.services.import_plan import Plan
from fieldapp.services.import_values import refuse_long
from fieldapp.workbooks.reading import Row
from geodata.errors import Message

# Names more alike than this (0 to 100) may be two spellings of one institution.
_ALIKE = 88.0
_MAX_NAME = 120
_FEW = 5

# What the name of an institution tells of its kind, where the file does not say it.
_KIND_BY_NAME = (
    (InstitutionKind.RESEARCH_INSTITUTE, re.compile(r"研究院|研究所|科学院|农科院|研究中心")),
    (InstitutionKind.UNIVERSITY, re.compile(r"大学|学院|学校")),
    (InstitutionKind.EXTENSION_STATION, re.compile(r"推广|服务中心|工作站|农技")),
    (InstitutionKind.COMPANY, re.compile(r"公司|集团|合作社|企业")),
)


class Institutions:
    """The stored institutions, and those that the rows of a file add."""

    def __init__(self, connection: Connection, plan: Plan) -> None:
        self.plan = plan
        self.stored = commissioners.all_institutions(connection)
        # A list that still uses the name of a merged one means the one that remained.
        names = {row["id"]: name for name, row in self.stored.items()}
        self.by_name = {
            normalised(name): names.get(row["merged_into"], name) for name, row in self.stored.items()
        }
        self.new: dict[str, InstitutionKind] = {}
        self.added: list[tuple[Row, str]] = []

    def of(self, row: Row) -> str:
        """The stored name of the row's institution; one that is new is added."""
        written = one_line(str(row.values["institution"]))
        key = normalised(written)
        known = self.by_name.get(key)
        if known is None:
            self._add(row, key, written)
            return written
        self._set_kind(row, known)
        return known

    def finish(self) -> None:
        """Tell which institutions are new: one by one where they are few, else in one sentence."""
        if len(self.added) > _FEW:
            names = "、".join(name for _, name in self.added[:_FEW])
            self.plan.notices.append(
                Message(
                    "New institutions that are added: {count}, such as {names}.",
                    count=len(self.added),
                    names=names,
                )
            )
            return
        for row, name in self.added:
            self.plan.notices.append(
                Message("Row {row}: the institution {name} is new and is added.", row=row.number, name=name)
            )

    def _add(self, row: Row, key: str, name: str) -> None:
        likely = process.extractOne(key, list(self.by_name), scorer=fuzz.ratio, score_cutoff=_ALIKE)
        if likely is not None:
            self.plan.notices.append(
                Message(
                    "Row {row}: the institution {name} is new. If {known} is meant, write its name so.",
                    row=row.number,
                    name=name,
                    known=self.by_name[likely[0]],
                )
            )
        else:
            self.added.append((row, name))
        kind = InstitutionKind(str(row.values.get("institution_kind") or _kind_by_name(name)))
        self.by_name[key] = name
        self.new[name] = kind
        values = {"name": name, "kind": kind.value, "demonstration": bool(row.values.get("demonstration"))}
        refuse_long(self.plan, row, "institution", name, _MAX_NAME)
        self.plan.write(1, commissioners.insert_institutions, values, row)
        self.plan.record("institution.imported", "institution", name, None, values)
        self.plan.change(Action.ADD, row, name, {}, {"institution_kind": kind.value}, counted=False)

    def _set_kind(self, row: Row, name: str) -> None:
        given = row.values.get("institution_kind")
        if given is None:
            return
        known = self.new[name].value if name in self.new else self.stored[name]["kind"]
        if known == given:
            return
        if name in self.new or self.stored[name].get("set_by_row"):
            self.plan.refuse(
                row,
                "institution_kind",
                Message("{name} has another kind in an earlier row. Make them agree.", name=name),
            )
            return
        before = {"institution_kind": known}
        after = {"institution_kind": given}
        self.stored[name] |= {"kind": given, "set_by_row": True}
        self.plan.write(
            2, commissioners.update_institutions, {"id": self.stored[name]["id"], "kind": given}, row
        )
        self.plan.record("institution.changed", "institution", name, before, after)
        self.plan.change(Action.CHANGE, row, name, before, after, counted=False)


def _kind_by_name(name: str) -> InstitutionKind:
    return next((kind for kind, pattern in _KIND_BY_NAME if pattern.search(name)), InstitutionKind.OTHER)
