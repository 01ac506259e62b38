"""Documents to look into: what their XML says."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from typing import Any

from lxml import etree

from fieldapp.reports.assignment_list import ListedAssignment

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STARTS_ON, ENDS_ON = date(2026, 12, 1), date(2027, 11, 30)


def listed(**given: Any) -> ListedAssignment:
    """A row of the list."""
    values: dict[str, Any] = {
        "county": "五常市",
        "township": "拉林满族镇",
        "commissioner": "张三",
        "institution": "东北农业大学",
        "specialties": ("crops.rice",),
        "product": "大米",
        "starts_on": STARTS_ON,
        "ends_on": ENDS_ON,
    }
    return ListedAssignment(**values | given)


def part(content: bytes, name: str) -> Any:
    """A part of a document as XML."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return etree.fromstring(archive.read(name))


def text_of(element: Any) -> str:
    """All that an element says."""
    return "".join(element.itertext(f"{W}t"))
