"""Columns that several tables have."""

from __future__ import annotations

from fieldapp.workbooks.columns import Column
from geodata.errors import Message

DEMONSTRATION = Column(
    "demonstration",
    Message("demonstration"),
    ("演示", "演示数据"),
    kind="boolean",
    hint=Message("yes for made-up data"),
)
NOTE = Column("note", Message("note"), ("备注", "说明"))


def place(*, of: str) -> tuple[Column, ...]:
    """The township that a row is about: by its code, or by its name and where needed its county."""
    return (
        Column(
            "township_code",
            Message("township code"),
            ("乡镇代码", "区划代码", "乡镇编码", "code"),
            kind="code",
            digits=9,
            hint=Message("9 digits; or give the township's name and county instead"),
            example="230184101",
        ),
        Column("township", Message("township"), ("乡镇", "乡镇名称", of), example="拉林满族镇"),
        Column(
            "county",
            Message("county"),
            ("区县", "县区", "所属区县", "区县名称", "县（市、区）"),
            example="五常市",
        ),
    )
