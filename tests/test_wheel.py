"""The wheel carries what it needs, and runs away from the checkout."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = out.glob("fieldapp-*.whl")
    return built


def test_the_wheel_carries_templates_migrations_tables_assets_and_catalogues(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "fieldapp/templates/base.html",
        "fieldapp/migrations/env.py",
        "geodata/tables/townships.geojson",
        "geodata/tables/counties.geojson",
        "fieldapp/static/built/manifest.json",
        "fieldapp/translations/zh_CN/LC_MESSAGES/messages.mo",
    } <= names
    assert any(re.fullmatch(r"fieldapp/migrations/versions/\d{8}_\d{4}_\w+\.py", name) for name in names)
    assert any(re.fullmatch(r"fieldapp/static/built/leaflet\.\w+\.js\.br", name) for name in names)


def test_the_installed_wheel_answers_for_coverage_from_another_folder(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = environment / "bin" / "python"
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", str(wheel)],
        check=True,
        capture_output=True,
    )
    # The libraries are lent by path, so that nothing is fetched; the checkout itself is not.
    (site_packages,) = environment.glob("lib/python*/site-packages")
    (site_packages / "lent.pth").write_text(sysconfig.get_path("purelib"))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FIELDAPP_", "PYTHON"))}
    answered = subprocess.run(
        [environment / "bin" / "fieldapp", "coverage", "--format", "json"],
        cwd=elsewhere,
        env=kept | {"FIELDAPP_DATA_DIR": str(elsewhere / "data")},
        check=True,
        capture_output=True,
        text=True,
    )
    document = json.loads(answered.stdout)
    assert document["roster"] == 168
    assert document["status"]["uncovered"] == 168
    imported_from = subprocess.run(
        [python, "-c", "import fieldapp; print(fieldapp.__file__)"],
        cwd=elsewhere,
        env=kept,
        check=True,
        capture_output=True,
        text=True,
    )
    assert Path(imported_from.stdout.strip()).is_relative_to(site_packages)


def test_every_library_that_is_imported_is_declared() -> None:
    declared = {
        re.split(r"[\[<>=]", requirement)[0].lower()
        for requirement in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    }
    distributions = packages_distributions()
    ours = {"fieldapp", "geodata"} | sys.stdlib_module_names
    imported = {
        name
        for package in ("fieldapp", "geodata", "migrations")
        for file in (ROOT / package).rglob("*.py")
        if file != ROOT / "geodata" / "tables" / "build.py"  # its source package is a build extra
        for name in _imported_packages(file)
        if name not in ours
    }
    undeclared = {
        name for name in imported if not declared & {each.lower() for each in distributions.get(name, [name])}
    }
    assert undeclared == set()


def _imported_packages(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.partition(".")[0]
