"""``fieldapp import`` and ``fieldapp export`` as a script meets them: documents, exit codes, whole files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldapp.cli import main
from fieldapp.services.context import Context
from tests.services.small_register import LALIN, fill, write_csv
from tests.services.visits import commissioner, record


@pytest.fixture
def register(sqlite_context: Context, monkeypatch: pytest.MonkeyPatch) -> Context:
    fill(sqlite_context)
    monkeypatch.setenv("FIELDAPP_DATA_DIR", str(sqlite_context.settings.data_dir))
    monkeypatch.setenv("FIELDAPP_DATABASE_URL", sqlite_context.settings.database_url)
    monkeypatch.setenv("FIELDAPP_SECRET_KEY", "only-for-tests")
    monkeypatch.setenv("FIELDAPP_LOCALE", "en")
    return sqlite_context


def run(*arguments: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in arguments])


def test_json_is_one_document_the_same_for_the_dry_run_and_the_real_one(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(tmp_path, f"乡镇代码,产品,产品类别\n{LALIN},香瓜,fruit")
    dry = run("import", "products", path, "--dry-run", "--format", "json")
    real = run("import", "products", path, "--format", "json")
    again = run("import", "products", path, "--format", "json")
    assert json.loads(dry.stdout) == {"added": 1, "changed": 0, "ended": 0, "unchanged": 0, "errors": []}
    assert (dry.exit_code, dry.stdout) == (real.exit_code, real.stdout) == (0, dry.stdout)
    assert json.loads(again.stdout)["unchanged"] == 1
    assert dry.stderr == ""


def test_a_fault_ends_with_1_and_names_sheet_row_column_value_and_cure(
    register: Context, tmp_path: Path
) -> None:
    path = write_csv(tmp_path, "乡镇,产品,产品类别\n拉林镇,香瓜,fruit")
    result = run("import", "products", path, "--format", "json")
    (error,) = json.loads(result.stdout)["errors"]
    assert result.exit_code == 1
    assert (error["sheet"], error["row"], error["column"], error["value"]) == (None, 2, "乡镇", "拉林镇")
    assert "拉林满族镇" in error["message"]
    told = run("import", "products", path)
    assert (told.exit_code, told.stdout) == (1, "")
    assert "row 2" in told.stderr
    assert "Nothing was imported" in told.stderr


def test_a_dry_run_shows_what_would_change(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, "id,name,institution,capacity\nC-0001,张三,东北农业大学,3")
    result = run("import", "commissioners", path, "--dry-run")
    assert result.exit_code == 0
    assert "capacity: 1 > 3" in result.stdout
    assert "changed: 1" in result.stdout


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "products"),
        ("import", "cheese", "file.csv"),
        ("import", "products", "no-such-file.csv"),
        ("import", "townships", "no-such-file.csv", "--target", "many"),
        ("export", "townships"),
        ("export", "townships", "--format", "dwg", "--output", "-"),
    ],
)
def test_wrong_usage_ends_with_2(register: Context, arguments: tuple[str, ...]) -> None:
    assert run(*arguments).exit_code == 2


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json", "geojson", "gpkg"])
def test_the_name_of_the_file_decides_the_format_and_reads_back_unchanged(
    register: Context, tmp_path: Path, ending: str
) -> None:
    path = tmp_path / f"townships.{ending}"
    assert run("export", "townships", "--output", path).exit_code == 0
    result = run("import", "townships", path, "--format", "json")
    assert json.loads(result.stdout) == {"added": 0, "changed": 0, "ended": 0, "unchanged": 4, "errors": []}


def test_logs_from_phones_go_out_and_come_back_in_unchanged(register: Context, tmp_path: Path) -> None:
    record(register, commissioner(register), content="查看苗情，\n指导水肥管理")
    path = tmp_path / "visits.xlsx"
    assert run("export", "visits", "--output", path).exit_code == 0
    result = run("import", "visits", path, "--format", "json")
    assert json.loads(result.stdout) == {"added": 0, "changed": 0, "ended": 0, "unchanged": 1, "errors": []}


def test_a_dry_run_tells_times_as_they_are_on_the_clock(register: Context, tmp_path: Path) -> None:
    titles = "乡镇,科技特派员,开始时间,结束时间,服务方式,服务天数"
    log = "拉林满族镇,张三,2026-03-05 09:00,2026-03-05 11:30,现场,0.5"
    result = run("import", "visits", write_csv(tmp_path, f"{titles}\n{log}"), "--dry-run")
    assert result.exit_code == 0, result.stderr
    assert "2026-03-05 09:00" in result.stdout


def test_standard_output_carries_the_table_and_nothing_else(register: Context) -> None:
    result = run("export", "commissioners", "--format", "json", "--output", "-", "--with-phones")
    assert [record["phone"] for record in json.loads(result.stdout)] == [
        "13800000001",
        "13800000002",
        "13800000003",
    ]
    masked = run("export", "commissioners", "--output", "-", "--headers", "zh")
    assert "138****0001" in masked.stdout
    assert masked.stdout.lstrip("\ufeff").splitlines()[0] != "id"


def test_a_folder_that_is_not_there_ends_with_1(register: Context, tmp_path: Path) -> None:
    result = run("export", "products", "--output", tmp_path / "nowhere" / "p.csv")
    assert result.exit_code == 1
    assert "nowhere" in result.stderr


def test_a_template_is_written(register: Context, tmp_path: Path) -> None:
    path = tmp_path / "template.xlsx"
    assert run("import", "template", "assignments", "--output", path).exit_code == 0
    assert path.read_bytes()[:2] == b"PK"


def test_the_whole_roster_and_its_target_can_be_given(register: Context, tmp_path: Path) -> None:
    path = write_csv(tmp_path, f"code,name\n{LALIN},拉林满族镇")
    result = run(
        "import",
        "townships",
        path,
        "--complete",
        "--target",
        "1",
        "--effective-on",
        "2027-01-01",
        "--format",
        "json",
    )
    assert json.loads(result.stdout)["ended"] == 3


def test_a_dry_run_tells_how_boundaries_and_seats_move_in_the_language_of_the_installation(
    register: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def layer(east: float) -> Path:
        ring = [[127.0, 45.1], [east, 45.1], [east, 45.3], [127.0, 45.3], [127.0, 45.1]]
        feature: dict[str, object] = {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
        }
        seat = {"seat_lon": east - 0.1, "seat_lat": 45.2}
        feature["properties"] = {"code": LALIN, "name": "拉林满族镇"} | seat
        path = tmp_path / "layer.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
        return path

    assert run("import", "townships", layer(127.2)).exit_code == 0
    told = run("import", "townships", layer(127.21), "--dry-run").stdout
    assert "boundary: 349" in told
    assert "outline shifted by up to 78" in told
    assert "moved by 78" in told
    monkeypatch.setenv("FIELDAPP_LOCALE", "zh_CN")
    told = run("import", "townships", layer(127.21), "--dry-run").stdout
    assert "MultiPolygon" not in told
    assert "boundary" not in told
    assert "seat" not in told
