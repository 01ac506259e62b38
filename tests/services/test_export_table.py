"""What is exported reads back unchanged, in every table and format, on both engines."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
import shapely
from sqlalchemy import insert

from fieldapp.persistence import schema
from fieldapp.persistence.engine import make_engine
from fieldapp.services.columns import EXPORT_KINDS, IMPORT_KINDS, ImportKind
from fieldapp.services.context import Context
from fieldapp.services.export_table import EXPORT_FORMATS, ExportFormat, export_table
from fieldapp.services.load_reference_tables import load_reference_tables
from fieldapp.services.make_template import make_template
from fieldapp.settings import Settings
from tests.conftest import NOW, SHANGHAI
from tests.services.small_register import LALIN, SHANHE, audit_count, bring_in, counts, fill

FORMULA = '=HYPERLINK("http://example.org","x")'


_HARD: dict[ImportKind, str] = {
    "townships": f"""code,name,roster_starts_on,merged_into,effective_on,note
230184104,志广乡,,,,"两行
""引号"", 逗号；分号"
{SHANHE},山河镇,2024-01-01,{LALIN},2026-07-01,'{FORMULA}
""",
    "commissioners": """id,name,institution,phone,home_lon,home_lat,retired_on,note
'-7,'@某人,'+某单位,,,,2026-10-01,
C-0010,O'Neil <b>,东北农业大学,0451-8219000,126.1234567891,45.1,,
""",
    "products": f"""township_code,name,category,featured,starts_on
{LALIN},鲜食玉米,grain,yes,2026-12-01
""",
    "assignments": f"""township_code,commissioner_id,starts_on,ends_on,state,ended_on,end_reason
{LALIN},C-0001,2026-01-01,2026-12-31,ended,2026-06-30,transferred
{LALIN},C-0002,2026-07-01,2027-06-30,active,,
""",
    "visits": "township_code,commissioner_id,started_at,ended_at,content,"
    f"""service_days,fix_lon,fix_lat,fix_accuracy_m
{LALIN},C-0001,2026-03-05 09:00,2026-03-05 11:30,"两行
""引号"", 逗号；分号",0.5,126.1234567891,45.1,12.5
{LALIN},C-0002,2026-08-01 13:00,2026-08-01 17:00,'{FORMULA},1,,,
""",
    "travel": f"""commissioner_id,township_code,km
C-0001,{LALIN},31.123456789012345
C-0002,{SHANHE},0
""",
}


@pytest.fixture
def other(tmp_path: Path, migrated_sqlite: Path) -> Iterator[Context]:
    """A second, empty installation."""
    file = tmp_path / "other.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    settings = Settings(
        data_dir=tmp_path, database_url=f"sqlite:///{file}", secret_key="only-for-tests", timezone=SHANGHAI
    )
    context = Context(settings=settings, engine=make_engine(settings.database_url), now=lambda: NOW)
    yield context
    context.close()


@pytest.fixture
def register(context: Context, tmp_path: Path) -> Context:
    """The small register with what is hard to carry: blanks, quotation marks, formulas, successions, ends."""
    fill(context)
    for kind, text in _HARD.items():
        path = tmp_path / f"{kind}-hard.csv"
        path.write_text(_quoted(text), "utf-8")
        assert bring_in(context, kind, path).written
    return context


def _quoted(text: str) -> str:
    return text.replace(f"'{FORMULA}", "\"'" + FORMULA.replace('"', '""') + '"')


@pytest.mark.parametrize("headers", [None, "zh_CN", "en"])
@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
@pytest.mark.parametrize("kind", EXPORT_KINDS)
def test_an_export_reads_back_unchanged(
    register: Context, tmp_path: Path, kind: ImportKind, file_format: ExportFormat, headers: str | None
) -> None:
    path = tmp_path / f"table.{file_format}"
    written = export_table(register, kind, file_format, path, locale=headers)
    events = audit_count(register)
    result = bring_in(register, kind, path)
    assert counts(result) == (0, 0, 0, written)
    assert written >= 2
    assert not result.changes_anything
    assert audit_count(register) == events


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_the_exports_of_one_installation_fill_another(
    register: Context, other: Context, tmp_path: Path, file_format: ExportFormat
) -> None:
    for kind in EXPORT_KINDS:
        path = tmp_path / f"{kind}.{file_format}"
        written = export_table(register, kind, file_format, path, with_phones=True)
        assert counts(bring_in(other, kind, path))[0] == written
        again = tmp_path / f"again-{kind}.{file_format}"
        export_table(other, kind, file_format, again, with_phones=True)
        # Without boundaries, which sheets do not carry, visits are graded anew to less.
        if file_format == "geojson" or (file_format in ("csv", "json") and kind != "visits"):
            assert again.read_bytes() == path.read_bytes()


def test_columns_are_the_stable_names_in_their_order(register: Context) -> None:
    heads = {}
    for kind in EXPORT_KINDS:
        stream = io.BytesIO()
        export_table(register, kind, "csv", stream)
        heads[kind] = stream.getvalue().decode("utf-8-sig").splitlines()[0]
    assert heads["townships"].startswith("code,name,county_code,")
    assert heads["commissioners"].startswith("id,name,")
    assert heads["products"].startswith("township_code,township,county,name,category,featured,")
    assert heads["assignments"].startswith("id,township_code,")


def test_phones_are_masked_unless_asked_for(register: Context) -> None:
    masked, whole = io.BytesIO(), io.BytesIO()
    export_table(register, "commissioners", "csv", masked)
    export_table(register, "commissioners", "csv", whole, with_phones=True)
    assert b"13800000001" not in masked.getvalue()
    assert b"138****0001" in masked.getvalue()
    assert b"13800000001" in whole.getvalue()


def test_no_cell_is_taken_for_a_formula(register: Context, tmp_path: Path) -> None:
    stream = io.BytesIO()
    export_table(register, "commissioners", "csv", stream)
    for line in csv.reader(io.StringIO(stream.getvalue().decode("utf-8-sig"))):
        assert not any(cell[:1] in ("=", "+", "-", "@") for cell in line if cell)
    path = tmp_path / "townships.xlsx"
    export_table(register, "townships", "xlsx", path)
    cells = [cell for row in openpyxl.load_workbook(path).active.iter_rows() for cell in row]  # type: ignore[union-attr]
    assert FORMULA in [cell.value for cell in cells]
    assert {cell.data_type for cell in cells if cell.value == FORMULA} == {"s"}


def test_a_layer_of_townships_carries_their_boundaries(register: Context) -> None:
    stream = io.BytesIO()
    export_table(register, "townships", "geojson", stream)
    features = {each["properties"]["code"]: each for each in json.loads(stream.getvalue())["features"]}
    assert shapely.from_geojson(json.dumps(features[LALIN]["geometry"])).area > 0
    assert features["230184104"]["geometry"] is None
    assert features[LALIN]["properties"]["roster_starts_on"] == "2024-01-01"


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
def test_visits_are_exported_with_their_local_time(
    context: Context, tmp_path: Path, file_format: ExportFormat
) -> None:
    fill(context)
    moment = datetime(2026, 11, 20, 1, 10, tzinfo=UTC)
    visit = {
        "id": uuid4(),
        "township_code": LALIN,
        "commissioner_id": "C-0001",
        "started_at": moment,
        "ended_at": moment,
        "visited_on": date(2026, 11, 20),
        "received_at": moment,
        "mode": "on_site",
        "content": FORMULA,
        "service_days": 0.5,
    }
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(insert(schema.visits), visit)
        connection.execute(insert(schema.visits), visit | {"id": uuid4(), "deleted_at": moment})
    path = tmp_path / f"visits.{file_format}"
    assert export_table(context, "visits", file_format, path) == 1
    if file_format == "json":
        (record,) = json.loads(path.read_text("utf-8"))
        assert record["started_at"] == "2026-11-20T09:10:00+08:00"
        assert (record["service_days"], record["grade"], record["review"]) == (0.5, None, "submitted")


@pytest.mark.parametrize("kind", IMPORT_KINDS)
@pytest.mark.parametrize("locale", ["zh_CN", "en"])
def test_a_template_that_nobody_filled_in_imports_nothing(
    register: Context, tmp_path: Path, kind: ImportKind, locale: str
) -> None:
    path = tmp_path / "template.xlsx"
    make_template(register, kind, path, locale=locale)
    result = bring_in(register, kind, path)
    assert [fault.row for fault in result.outcome.errors] == [None]
    assert result.notices == ()
    assert not result.written


@pytest.mark.parametrize("kind", IMPORT_KINDS)
def test_the_example_of_a_template_is_one_that_could_be_imported(
    context: Context, tmp_path: Path, kind: ImportKind
) -> None:
    if kind == "products":  # which the small register has already
        load_reference_tables(context)
    else:
        fill(context)
    path = tmp_path / "template.xlsx"
    make_template(context, kind, path, locale="zh_CN")
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0].delete_cols(1)  # the mark by which it is left out
    workbook.save(path)
    result = bring_in(context, kind, path, dry_run=True)
    assert [str(fault.message) for fault in result.outcome.errors] == []
    assert len(result.outcome.changes) <= 1


def test_a_failed_export_leaves_the_file_that_was_there(register: Context, tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("before", "utf-8")
    register.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(register.engine.dialect, "connect", _no_connection)
        with pytest.raises(ConnectionError):
            export_table(register, "commissioners", "csv", path)
    assert path.read_text("utf-8") == "before"
    assert list(tmp_path.glob(".*.part")) == []


def _no_connection(*_: object, **__: object) -> None:
    raise ConnectionError
