"""An import of 5 000 rows and an export of 10 000 visits, each as a whole, on SQLite."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import xlsxwriter
from sqlalchemy import func, insert, select

from benchmarks.figures import Figure, median_seconds
from fieldapp.domain.permissions import SYSTEM
from fieldapp.domain.visits import VisitFilter
from fieldapp.persistence import schema
from fieldapp.services.context import Context, open_context
from fieldapp.services.export_table import export_table
from fieldapp.services.export_visits import VisitFormat, export_visits
from fieldapp.services.import_file import import_file
from fieldapp.services.make_demonstration import make_demonstration
from fieldapp.services.migrate_database import upgrade_database
from fieldapp.settings import Settings

ROWS = 5_000
VISITS = 10_000


def five_thousand_rows() -> list[Figure]:
    """Read, checked and written; then the same file again, which changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        context = _installation(Path(folder))
        workbook = Path(folder) / "commissioners.xlsx"
        _write_commissioners(workbook)

        def imported() -> None:
            result = import_file(context, "commissioners", workbook, actor="benchmark")
            if result.outcome.errors:
                raise RuntimeError(str(result.outcome.errors[0]))

        begun = time.perf_counter()
        imported()
        first = time.perf_counter() - begun
        again = median_seconds(imported, runs=3)
        context.close()
    return [
        Figure(f"import of {ROWS} commissioners from .xlsx", first, "s", 10),
        Figure("the same file again", again, "s"),
    ]


def ten_thousand_visits() -> list[Figure]:
    """Exports of visits in the formats that are promised a time."""
    with tempfile.TemporaryDirectory() as folder:
        context = _installation(Path(folder))
        make_demonstration(context)
        _add_visits(context)
        figures = [_sent_on(context, file_format) for file_format in ("geojson", "csv")]
        figures += [
            Figure(
                f"export of {VISITS} visits as {file_format}",
                median_seconds(
                    lambda file_format=file_format: export_table(
                        context, "visits", file_format, Path(folder) / f"visits.{file_format}"
                    ),
                    runs=5,
                ),
                "s",
                0.8,
            )
            for file_format in ("geojson", "csv")
        ]
        context.close()
    return figures


def _sent_on(context: Context, file_format: VisitFormat) -> Figure:
    """The first time that the API sends the list to somebody, in a process that has sent none before."""
    begun = time.perf_counter()
    for _ in export_visits(context, VisitFilter(), file_format, by=SYSTEM):
        pass
    seconds = time.perf_counter() - begun
    return Figure(f"list of {VISITS} visits over the API as {file_format}, the first time", seconds, "s", 0.8)


def _installation(folder: Path) -> Context:
    context = open_context(
        Settings(
            data_dir=folder,
            database_url=f"sqlite:///{folder / 'fieldapp.sqlite'}",
            secret_key="benchmark",
            timezone=ZoneInfo("Asia/Shanghai"),
        )
    )
    upgrade_database(context)
    return context


def _write_commissioners(path: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["编号", "姓名", "派出单位", "专业领域", "可承担乡镇数"])
        for at in range(1, ROWS + 1):
            sheet.write_row(at, 0, [f"B-{at:05d}", f"员{at}", f"院{at % 40}", "crops.rice", 1])


def _add_visits(context: Context) -> None:
    began = datetime(2026, 1, 1, 1, tzinfo=UTC)
    rows: list[dict[str, Any]] = [
        {
            "id": UUID(int=at),
            "township_code": "230184101",
            "commissioner_id": "C-0001",
            "started_at": began,
            "ended_at": began + timedelta(hours=2),
            "visited_on": date(2026, 1, 1),
            "received_at": began + timedelta(hours=9),
            "mode": "on_site",
            "content": "查看苗情，指导水肥管理。",
            "service_days": 0.5,
            "fix_lon": 127.0,
            "fix_lat": 45.2,
            "fix_accuracy_m": 12.0,
            "fix_captured_at": began,
            "fix_mocked": False,
            "grade": "B",
        }
        for at in range(VISITS)
    ]
    with context.work(actor="benchmark") as work:
        made = work.connection.scalar(select(func.count()).select_from(schema.visits)) or 0
        rows = rows[made:]  # those of the demonstration count as well
        work.connection.execute(insert(schema.visits), rows)
        work.commit()
