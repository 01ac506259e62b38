"""The columns of distances by road."""

from __future__ import annotations

from fieldapp.services.columns.shared import place
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

TRAVEL = (
    Column(
        "commissioner_id",
        Message("commissioner id"),
        ("科技特派员编号", "特派员编号"),
        hint=Message("or give the commissioner's name instead"),
        example="C-0001",
    ),
    Column("commissioner", Message("commissioner"), ("科技特派员", "特派员", "特派员姓名")),
    Column(
        "institution", Message("institution"), ("派出单位", "单位"), hint=Message("tells namesakes apart")
    ),
    *place(of="乡镇名"),
    Column(
        "km",
        Message("distance in km"),
        ("公里", "里程", "距离", "distance_km"),
        required=True,
        kind="number",
        hint=Message("by road, from the home base to the seat of the township"),
        example=31.5,
    ),
)
