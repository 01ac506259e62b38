"""Documents in the form of GB/T 9704 (党政机关公文格式), as .docx: page, fonts, page numbers, tables.

The fonts are named, not embedded, as offices do it; where a computer lacks one, the document's font table
names what stands in for it. The same input makes the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, BinaryIO, Literal
from xml.sax.saxutils import quoteattr

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt

TITLE, HEADING, BODY, SONG = "方正小标宋简体", "黑体", "仿宋_GB2312", "宋体"
DIGITS = "Times New Roman"
_STAND_INS = {
    TITLE: "FZXiaoBiaoSong-B05S,FZXiaoBiaoSong-B05,华文中宋,STZhongsong,宋体,SimSun",
    HEADING: "SimHei,Noto Sans CJK SC",
    BODY: "仿宋,FangSong,华文仿宋,STFangsong",
    SONG: "SimSun,新宋体,Noto Serif CJK SC",
}
# 天头 37 mm, 订口 28 mm, and what is left of A4 around a type area of 156 mm x 225 mm.
TOP_MM, BOTTOM_MM, LEFT_MM, RIGHT_MM = 37, 35, 28, 26
TYPE_AREA_MM = 156
# 二号, 三号, 四号, 五号, in points; lines of text stand 28 points apart, 22 on a page.
SIZE_2, SIZE_3, SIZE_4, SIZE_5 = 22.0, 16.0, 14.0, 10.5
_LINE = 28.0
_TWIPS_PER_MM = 1440 / 25.4
# What XML cannot carry: control characters, lone surrogates, the two that are no characters.
_UNWRITABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_PROPERTY = 255
_EPOCH = (1980, 1, 1, 0, 0, 0)
Alignment = Literal["left", "center", "right", "both"]
_ALIGNMENTS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


@dataclass(frozen=True)
class TableColumn:
    """A column of a printed table: its heading, its width in mm, and how its cells are set."""

    heading: str
    width_mm: float
    alignment: Literal["left", "center"] = "center"


def written(text: str) -> str:
    """The text as one line that XML can carry: what it cannot is shown as a replacement character."""
    return " ".join(_UNWRITABLE.sub("\ufffd", text).split())


class OfficialDocument:
    """A document that is written from top to bottom; `save` gives its bytes."""

    def __init__(self, title: str, *, office: str, issued_on: date) -> None:
        self._document = docx.Document()
        _set_properties(self._document, title, office, issued_on)
        _set_fonts(self._document)
        _set_page(self._document)

    def title(self, text: str) -> None:
        """The title, 二号小标宋, centred; a long one may take several lines."""
        self._paragraph(text, font=TITLE, size=SIZE_2, alignment="center", line=36, after=28)

    def text(self, text: str, *, alignment: Alignment = "both", indented: bool = True) -> None:
        """A paragraph of the text, 三号仿宋, its first line indented by two characters."""
        self._paragraph(text, font=BODY, size=SIZE_3, alignment=alignment, first_chars=2 if indented else 0)

    def signature(self, office: str, issued_on: date) -> None:
        """Who issues it and when, at the right: the date four characters in, the office centred above it."""
        self._paragraph("", font=BODY, size=SIZE_3)
        day = chinese_day(issued_on)
        # Both are centred on one axis, whichever is longer.
        width = max(len(office), len(day) * 0.75)
        for text, own in ((office, float(len(office))), (day, len(day) * 0.75)):
            self._paragraph(
                text, font=BODY, size=SIZE_3, alignment="right", right_chars=4 + (width - own) / 2, keep=True
            )

    def attachment(self, label: str) -> None:
        """Begin an attachment (附件) on a new page, its label in 三号黑体 at the upper left."""
        paragraph = self._paragraph(label, font=HEADING, size=SIZE_3, alignment="left")
        paragraph.paragraph_format.page_break_before = True

    def note(self, text: str, *, alignment: Alignment = "left") -> None:
        """A line above or below a table, 四号."""
        self._paragraph(text, font=BODY, size=SIZE_4, alignment=alignment, line=24)

    def table(self, columns: Sequence[TableColumn], rows: Iterable[Sequence[str]]) -> None:
        """A ruled table, 五号宋体, whose heading is repeated on each page and whose rows are not torn."""
        widths = [round(column.width_mm * _TWIPS_PER_MM) for column in columns]
        table = _element(
            "w:tbl",
            _element(
                "w:tblPr",
                _element("w:tblW", type="dxa", w=str(sum(widths))),
                _element("w:jc", val="center"),
                _borders(),
                _element("w:tblLayout", type="fixed"),
                _element(
                    "w:tblCellMar",
                    _element("w:left", w="57", type="dxa"),
                    _element("w:right", w="57", type="dxa"),
                ),
            ),
            _element("w:tblGrid", *(_element("w:gridCol", w=str(width)) for width in widths)),
        )
        heading = [column.heading for column in columns]
        table.append(_row(heading, widths, ["center"] * len(columns), heading=True))
        alignments = [column.alignment for column in columns]
        for row in rows:
            table.append(_row(row, widths, alignments))
        body = self._document.element.body
        body.insert(len(body) - 1, table)  # the last child describes the section

    def save(self, target: BinaryIO) -> None:
        """Write the document; the archive carries no time of its making."""
        draft = io.BytesIO()
        self._document.save(draft)
        with zipfile.ZipFile(draft) as made, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as kept:
            for name in made.namelist():
                entry = zipfile.ZipInfo(name, _EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                kept.writestr(entry, made.read(name))

    def _paragraph(
        self,
        text: str,
        *,
        font: str,
        size: float,
        alignment: Alignment = "both",
        line: float = _LINE,
        after: float = 0,
        first_chars: int = 0,
        right_chars: float = 0,
        keep: bool = False,
    ) -> Any:
        paragraph = self._document.add_paragraph()
        form = paragraph.paragraph_format
        form.alignment = _ALIGNMENTS[alignment]
        form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(line)
        form.space_before, form.space_after = Pt(0), Pt(after)
        form.keep_with_next = keep or None
        if first_chars or right_chars:
            # In characters, so that it stays right when somebody changes the size; in points for who cannot.
            form.first_line_indent, form.right_indent = Pt(first_chars * size), Pt(right_chars * size)
            indent = form.element.get_or_add_pPr().find(qn("w:ind"))
            indent.set(qn("w:firstLineChars"), str(first_chars * 100))
            indent.set(qn("w:rightChars"), str(round(right_chars * 100)))
        run = paragraph.add_run(written(text))
        run.font.size = Pt(size)
        _name_fonts(run._element.get_or_add_rPr(), font)
        return paragraph


def chinese_day(day: date) -> str:
    """The day as official documents write it: 2026年11月22日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _set_properties(document: Any, title: str, office: str, issued_on: date) -> None:
    properties = document.core_properties
    made_at = datetime.combine(issued_on, time())
    properties.title, properties.author = (
        written(title)[:_LONGEST_PROPERTY],
        written(office)[:_LONGEST_PROPERTY],
    )
    properties.last_modified_by = ""
    properties.comments, properties.language, properties.revision = "", "zh-CN", 1
    properties.created = properties.modified = made_at


def _set_fonts(document: Any) -> None:
    normal = document.styles["Normal"]
    normal.font.size = Pt(SIZE_3)
    _name_fonts(normal.element.get_or_add_rPr(), BODY)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), "en-US")
        language.set(qn("w:eastAsia"), "zh-CN")
    fonts = "".join(
        f"<w:font w:name={quoteattr(name)}><w:altName w:val={quoteattr(others)}/></w:font>"
        for name, others in _STAND_INS.items()
    )
    part = document.part
    for key, relation in list(part.rels.items()):
        if relation.reltype == RELATIONSHIP_TYPE.FONT_TABLE:
            part.drop_rel(key)
    content = (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'
    )
    part.relate_to(
        Part(PackURI("/word/fontTable.xml"), CONTENT_TYPE.WML_FONT_TABLE, content.encode(), part.package),
        RELATIONSHIP_TYPE.FONT_TABLE,
    )


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(TOP_MM), Mm(BOTTOM_MM)
    section.left_margin, section.right_margin = Mm(LEFT_MM), Mm(RIGHT_MM)
    # The page number stands 7 mm below the type area.
    section.footer_distance, section.header_distance = Mm(BOTTOM_MM - 7 - 5), Mm(15)
    document.settings.odd_and_even_pages_header_footer = True
    # One character in from the outer edge: right on odd pages, left on even ones.
    _number_pages(section.footer.paragraphs[0], WD_ALIGN_PARAGRAPH.RIGHT)
    _number_pages(section.even_page_footer.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)


def _number_pages(paragraph: Any, alignment: Any) -> None:
    form = paragraph.paragraph_format
    form.alignment = alignment
    form.left_indent = form.right_indent = Pt(SIZE_4)
    form.tab_stops.clear_all()
    number = _element("w:fldSimple", _run("1"), instr=" PAGE ")
    for part in (_run("— "), number, _run(" —")):
        paragraph._element.append(part)


def _run(text: str) -> Any:
    properties = _element("w:rPr")
    _name_fonts(properties, SONG, digits=SONG)
    properties.append(_element("w:sz", val=str(int(SIZE_4 * 2))))
    content = _element("w:t")
    content.text = text
    content.set(qn("xml:space"), "preserve")
    return _element("w:r", properties, content)


def _row(
    cells: Sequence[str], widths: Sequence[int], alignments: Sequence[str], *, heading: bool = False
) -> Any:
    properties = _element("w:trPr", _element("w:cantSplit"))
    if heading:
        properties.append(_element("w:tblHeader"))
    row = _element("w:tr", properties)
    for cell, width, alignment in zip(cells, widths, alignments, strict=True):
        row.append(_cell(cell, width, alignment, HEADING if heading else SONG))
    return row


def _cell(text: str, width: int, alignment: str, font: str) -> Any:
    properties = _element("w:rPr")
    _name_fonts(properties, font)
    properties.append(_element("w:sz", val=str(int(SIZE_5 * 2))))
    content = _element("w:t")
    content.text = written(text)
    return _element(
        "w:tc",
        _element("w:tcPr", _element("w:tcW", w=str(width), type="dxa"), _element("w:vAlign", val="center")),
        _element(
            "w:p",
            _element(
                "w:pPr",
                _element("w:spacing", before="40", after="40", line="280", lineRule="atLeast"),
                _element("w:jc", val=alignment),
            ),
            _element("w:r", properties, content),
        ),
    )


def _borders() -> Any:
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    return _element(
        "w:tblBorders",
        *(_element(f"w:{edge}", val="single", sz="4", space="0", color="000000") for edge in edges),
    )


def _name_fonts(properties: Any, font: str, *, digits: str = DIGITS) -> None:
    for named in properties.findall(qn("w:rFonts")):
        properties.remove(named)
    properties.insert(
        0, _element("w:rFonts", ascii=digits, hAnsi=digits, eastAsia=font, cs=digits, hint="eastAsia")
    )


def _element(tag: str, *children: Any, **attributes: str) -> Any:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    for child in children:
        element.append(child)
    return element
