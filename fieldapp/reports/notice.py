"""The public notice (公示) of proposed assignments, with the list as its attachment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from fieldapp.reports.assignment_list import ListedAssignment, print_rows, write_sheet
from fieldapp.reports.official import OfficialDocument, chinese_day

_BLANK = "＿" * 8  # left for somebody to fill in by hand
TITLE = "关于科技特派员拟选派名单的公示"
_LIST_TITLE = "科技特派员拟选派名单"
_OBJECTIONS = (
    "公示期内，单位和个人对拟选派人员有异议的，请向本单位书面反映，写明事实、理由和联系方式，以便核实和答复。"
)


@dataclass(frozen=True)
class Contact:
    """Who takes objections; what is left out is printed as a line to fill in."""

    name: str = ""
    phone: str = ""
    address: str = ""

    def lines(self) -> tuple[str, ...]:
        return (
            f"联系人：{self.name or _BLANK}",
            f"联系电话：{self.phone or _BLANK}",
            f"联系地址：{self.address or _BLANK}",
        )


@dataclass(frozen=True)
class NoticeDocument:
    """A notice shown from ``starts_on`` to ``ends_on``, both counted, with ``working_days`` among them."""

    starts_on: date
    ends_on: date
    working_days: int
    rows: Sequence[ListedAssignment]
    issued_on: date
    office: str = ""
    contact: Contact = Contact()
    title: str = TITLE

    def write_docx(self, target: BinaryIO) -> None:
        document = OfficialDocument(self.title, office=self.office, issued_on=self.issued_on)
        document.title(self.title)
        for paragraph in self._paragraphs():
            document.text(paragraph)
        for line in self.contact.lines():
            document.text(line)
        document.text("")
        document.text(f"附件：{_LIST_TITLE}")
        document.signature(self.office or _BLANK, self.issued_on)
        document.attachment("附件")
        document.title(_LIST_TITLE)
        print_rows(document, self.rows)
        document.save(target)

    def write_xlsx(self, target: BinaryIO) -> None:
        write_sheet(
            target,
            _LIST_TITLE,
            self.rows,
            above=(f"公示期：{self._period}",),
            below=(
                "　".join(self.contact.lines()),
                f"{self.office or _BLANK}　{chinese_day(self.issued_on)}",
            ),
            office=self.office,
            issued_on=self.issued_on,
        )

    @property
    def _period(self) -> str:
        return f"{chinese_day(self.starts_on)}至{chinese_day(self.ends_on)}，共{self.working_days}个工作日"

    def _paragraphs(self) -> tuple[str, ...]:
        counties = len({row.county for row in self.rows})
        townships = len({(row.county, row.township) for row in self.rows})
        people = len({(row.commissioner, row.institution) for row in self.rows})
        proposed = f"拟向{counties}个区县的{townships}个乡镇选派科技特派员{people}名（名单见附件）"
        return (
            f"为推进“一乡一员一品”全覆盖，经遴选，{proposed}。现予以公示，公示期为{self._period}。",
            _OBJECTIONS,
        )
