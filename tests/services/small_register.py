"""A register small enough to be seen whole: two counties, four townships, three commissioners."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from shapely import MultiPolygon, Point, box
from sqlalchemy import func, insert, select

from fieldapp.persistence import schema
from fieldapp.services.columns import ImportKind
from fieldapp.services.context import Context
from fieldapp.services.import_file import ImportResult, import_file
from fieldapp.services.import_plan import ImportOptions
from geodata.tables.pinyin import place_pinyin

LALIN, SHANHE, SHAHE, PINGFANG = "230184101", "230184102", "230184103", "230108101"
# Two townships of one name in two counties: the name alone is not enough.
TOWNSHIPS = (
    (LALIN, "拉林满族镇", "230184", 127.0, 45.2),
    (SHANHE, "山河镇", "230184", 127.3, 44.7),
    (SHAHE, "沙河镇", "230184", 127.6, 44.9),
    (PINGFANG, "沙河镇", "230108", 126.7, 45.6),
)
COMMISSIONERS = (
    ("C-0001", "张三", "东北农业大学", 1),
    ("C-0002", "李四", "东北农业大学", 2),
    ("C-0003", "王五", "哈尔滨市农业科学院", 1),
)


def fill(context: Context) -> None:
    """Store the register; everything in it holds since 2024."""
    since = date(2024, 1, 1)
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(schema.counties),
            [{"code": "230184", "name": "五常市"}, {"code": "230108", "name": "平房区"}],
        )
        connection.execute(
            insert(schema.townships),
            [
                {
                    "code": code,
                    "name": name,
                    "pinyin": place_pinyin(name),
                    "county_code": county,
                    "kind": "town",
                    "seat": Point(lon, lat),
                    "seat_source": "gazetteer",
                    "boundary": MultiPolygon([box(lon - 0.1, lat - 0.1, lon + 0.1, lat + 0.1)]),
                    "boundary_quality": "approximate",
                    "boundary_tolerance_m": 5000.0,
                }
                for code, name, county, lon, lat in TOWNSHIPS
            ],
        )
        connection.execute(
            insert(schema.roster_memberships),
            [{"township_code": code, "starts_on": since, "basis": "list"} for code, *_ in TOWNSHIPS],
        )
        connection.execute(
            insert(schema.institutions),
            [
                {"name": "东北农业大学", "kind": "university"},
                {"name": "哈尔滨市农业科学院", "kind": "research_institute"},
            ],
        )
        ids = {row.name: row.id for row in connection.execute(select(schema.institutions))}
        connection.execute(
            insert(schema.commissioners),
            [
                {
                    "id": key,
                    "name": name,
                    "pinyin": place_pinyin(name),
                    "institution_id": ids[institution],
                    "capacity": capacity,
                    "phone": f"1380000{key[-4:]}",
                    "home": Point(126.6, 45.75),
                }
                for key, name, institution, capacity in COMMISSIONERS
            ],
        )
        connection.execute(
            insert(schema.commissioner_specialties),
            [{"commissioner_id": "C-0001", "specialty": each} for each in ("crops.rice", "crops.soil")],
        )
        connection.execute(
            insert(schema.products), [{"township_code": LALIN, "name": "拉林大米", "category": "grain"}]
        )
        product = connection.scalar(select(schema.products.c.id))
        connection.execute(
            insert(schema.featured_products),
            [{"township_code": LALIN, "product_id": product, "starts_on": since}],
        )
        connection.execute(
            insert(schema.assignments),
            [
                {
                    "township_code": LALIN,
                    "commissioner_id": "C-0001",
                    "state": "active",
                    "starts_on": date(2026, 1, 1),
                    "ends_on": date(2026, 12, 31),
                    "agreement_state": "approved",
                    "agreement_approved_on": date(2026, 1, 10),
                }
            ],
        )


def write_csv(folder: Path, text: str, *, name: str = "file.csv", encoding: str = "utf-8") -> Path:
    """A CSV file of the lines in ``text``, without the blanks before them."""
    path = folder / name
    path.write_text("\n".join(line.strip() for line in text.strip().splitlines()) + "\n", encoding)
    return path


def bring_in(
    context: Context, kind: ImportKind, path: Path, *, dry_run: bool = False, **options: Any
) -> ImportResult:
    """Import as the command line does."""
    return import_file(context, kind, path, options=ImportOptions(**options), dry_run=dry_run, actor="cli")


def counts(result: ImportResult) -> tuple[int, int, int, int]:
    """Added, changed, ended, unchanged; the faults as an assertion that there are none."""
    assert [str(fault.message) for fault in result.outcome.errors] == []
    outcome = result.outcome
    return outcome.added, outcome.changed, outcome.ended, outcome.unchanged


def rows(context: Context, table: Any, *order: Any) -> list[dict[str, Any]]:
    """Every row of a table."""
    with context.engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(select(table).order_by(*order))]


def audit_count(context: Context) -> int:
    """How many events the audit log holds."""
    with context.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(schema.audit_events)) or 0
