"""A plan of full coverage as an office passes it round: a page of text, and its table as an annex."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO

from fieldapp.domain.planning.outcomes import OUTCOMES
from fieldapp.i18n import translate
from fieldapp.reports.official import OfficialDocument, TableColumn, chinese_day
from geodata.errors import Message

# The widths fill the type area of 156 mm.
_COLUMNS = (
    TableColumn("序号", 10),
    TableColumn("区县", 16),
    TableColumn("乡镇", 22),
    TableColumn("特色产品", 18),
    TableColumn("现任", 17),
    TableColumn("拟选派", 17),
    TableColumn("变化", 16),
    TableColumn("起始日", 18),
    TableColumn("契合度", 10),
    TableColumn("路程（公里）", 12),
)
_REASONS = (
    TableColumn("序号", 10),
    TableColumn("乡镇", 28),
    TableColumn("拟选派", 22),
    TableColumn("理由", 96),
)


@dataclass(frozen=True)
class PlannedTownship:
    """One row of the annex; ``outcome`` is a key of `OUTCOMES`."""

    county: str
    township: str
    product: str | None
    before: str | None
    planned: str | None
    outcome: str
    fit: float | None
    distance_km: float | None
    begins_on: date | None
    reason: str

    def cells(self, number: int) -> tuple[str, ...]:
        return (
            str(number),
            self.county,
            self.township,
            self.product or "—",
            self.before or "—",
            self.planned or "—",
            translate(OUTCOMES[self.outcome], "zh_CN"),
            "—" if self.begins_on is None else self.begins_on.isoformat(),
            "—" if self.fit is None else f"{self.fit:.0%}",
            "—" if self.distance_km is None else f"{self.distance_km:.1f}",
        )


@dataclass(frozen=True)
class PlanTable:
    """The document; ``shortages`` are the sentences that say what stands in the way of full coverage."""

    name: str
    starts_on: date
    ends_on: date
    made_on: date
    rows: Sequence[PlannedTownship]
    covered: int
    shortages: Sequence[Message]
    first_days: Sequence[Message]  # what is covered or taken over later than on the first day
    state: Message
    distances: Message  # where they come from
    office: str = ""

    def write_docx(self, target: BinaryIO) -> None:
        title = "科技特派员选派方案"
        document = OfficialDocument(title, office=self.office, issued_on=self.made_on)
        document.title(title)
        document.text(f"方案名称：{self.name}（{translate(self.state, 'zh_CN')}）。")
        document.text(
            f"服务期自{chinese_day(self.starts_on)}至{chinese_day(self.ends_on)}。"
            f"涉农乡镇{len(self.rows)}个，方案有员{self.covered}个，仍缺{len(self.rows) - self.covered}个。"
            f"{self._counted}"
        )
        for sentence in (*self.first_days, *self.shortages, self.distances):
            document.text(translate(sentence, "zh_CN"))
        document.text("附件：科技特派员选派方案明细表")
        document.signature(self.office, self.made_on) if self.office else None
        document.attachment("附件")
        document.title("科技特派员选派方案明细表")
        document.table(_COLUMNS, (row.cells(number) for number, row in enumerate(self.rows, start=1)))
        document.title("选派理由")
        document.table(
            _REASONS,
            (
                (str(number), row.township, row.planned or "—", row.reason)
                for number, row in enumerate(self.rows, start=1)
            ),
        )
        document.save(target)

    @property
    def _counted(self) -> str:
        """How many townships have each outcome."""
        counts = [
            f"{translate(words, 'zh_CN')}{count}个"
            for outcome, words in OUTCOMES.items()
            if (count := sum(row.outcome == outcome for row in self.rows))
        ]
        return f"其中：{'，'.join(counts)}。" if counts else ""
