"""Columns and small files for the tests of sheets."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import openpyxl

from fieldapp.workbooks.reading import Column
from geodata.errors import Message

COLUMNS = [
    Column(
        "township_code",
        Message("township code"),
        ("乡镇代码", "区划代码"),
        required=True,
        kind="code",
        digits=9,
        example="230184101",
    ),
    Column("name", Message("name"), ("名称",), required=True, example=Message("rice")),
    Column(
        "kind",
        Message("kind"),
        ("类型",),
        kind="choice",
        choices={"individual": (Message("individual"), "自然人"), "team": (Message("team"), "团队")},
    ),
    Column("capacity", Message("capacity"), ("容量",), kind="integer", example=1),
    Column("amount", Message("amount"), ("金额",), kind="number"),
    Column("starts_on", Message("starts on"), ("开始日期", "起始日期"), kind="date"),
    Column("seen_at", Message("seen at"), ("时间",), kind="datetime"),
    Column("featured", Message("featured"), ("是否主打",), kind="boolean"),
    Column(
        "specialties",
        Message("specialties"),
        ("专业领域",),
        kind="choices",
        choices={"crops.rice": ("水稻",), "fungi": ("食用菌",)},
    ),
    Column("note", Message("note"), ("备注",)),
]
HEADER = ["乡镇代码", "名称", "开始日期", "容量"]


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """An .xlsx with those sheets and cells."""
    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def csv_file(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def ods(path: Path, body: str) -> Path:
    """An .ods whose only sheet, 选派, has the rows ``body``."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr(
            "content.xml",
            '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
            'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
            f'<table:table table:name="选派">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def ods_row(*cells: str, more: str = "") -> str:
    written = "".join(
        cell
        if cell.startswith("<")
        else f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>'
        for cell in cells
    )
    return f"<table:table-row {more}>{written}</table:table-row>"


def repacked(source: Path, target: Path, changes: Mapping[str, bytes]) -> Path:
    """A copy of a zip file with some of its parts replaced or added."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name not in changes:
                new.writestr(name, old.read(name))
        for name, content in changes.items():
            new.writestr(name, content)
    return target
