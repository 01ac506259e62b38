"""The columns of townships, their boundaries and their place on the roster."""

from __future__ import annotations

from fieldapp.domain.townships import TownshipKind
from fieldapp.services.columns.shared import NOTE
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

TOWNSHIPS = (
    Column(
        "code",
        Message("township code"),
        ("乡镇代码", "区划代码", "行政区划代码", "代码", "township_code", "XZQDM"),
        required=True,
        kind="code",
        digits=9,
        example="230184101",
    ),
    Column(
        "name",
        Message("township name"),
        ("乡镇", "乡镇名称", "名称", "township", "XZQMC"),
        required=True,
        example="拉林满族镇",
    ),
    Column(
        "county_code",
        Message("county code"),
        ("区县代码", "县区代码"),
        kind="code",
        digits=6,
        hint=Message("6 digits; where it is left out, the first six digits of the township code"),
        example="230184",
    ),
    Column(
        "county",
        Message("county"),
        ("区县", "县区", "所属区县", "区县名称", "县（市、区）"),
        example="五常市",
    ),
    Column("pinyin", Message("pinyin"), ("拼音",), hint=Message("made from the name where it is left out")),
    Column(
        "kind",
        Message("kind of township"),
        ("类别", "类型", "乡镇类型"),
        kind="choice",
        choices={
            TownshipKind.TOWN: (TownshipKind.TOWN.words, "镇", "建制镇"),
            TownshipKind.TOWNSHIP: (TownshipKind.TOWNSHIP.words, "乡", "民族乡"),
        },
        example="town",
    ),
    Column(
        "seat_lon",
        Message("longitude of the seat"),
        ("经度", "驻地经度", "lon", "lng", "longitude"),
        kind="number",
        example=127.05,
    ),
    Column(
        "seat_lat",
        Message("latitude of the seat"),
        ("纬度", "驻地纬度", "lat", "latitude"),
        kind="number",
        example=45.25,
    ),
    Column("seat_source", Message("source of the seat"), ("驻地来源", "坐标来源")),
    Column("seat_accuracy_m", Message("accuracy of the seat (m)"), ("驻地精度", "坐标精度"), kind="number"),
    Column(
        "boundary_quality",
        Message("quality of the boundary"),
        ("边界质量", "界线质量"),
        kind="choice",
        choices={
            "approximate": (Message("approximate"), "示意", "近似"),
            "official": (Message("official"), "法定", "正式"),
        },
    ),
    Column(
        "boundary_tolerance_m",
        Message("tolerance of the boundary (m)"),
        ("边界容差", "界线容差"),
        kind="number",
    ),
    Column(
        "roster_starts_on",
        Message("on the roster from"),
        ("列入名册日期", "名册起始日期", "纳入日期"),
        kind="date",
        hint=Message(
            "blank: not on the roster; where the column is left out, a new township is on it from today"
        ),
        example="2024-01-01",
    ),
    Column(
        "roster_ends_on",
        Message("on the roster until"),
        ("移出名册日期", "名册截止日期"),
        kind="date",
        hint=Message("the last day on which it counts"),
    ),
    Column("roster_basis", Message("basis of the roster entry"), ("列入依据", "名册依据", "依据")),
    Column("starts_on", Message("exists from"), ("设立日期", "成立日期"), kind="date"),
    Column("ends_on", Message("exists until"), ("撤销日期", "撤并日期"), kind="date"),
    Column(
        "merged_into",
        Message("merged into"),
        ("并入", "并入乡镇", "并入乡镇代码"),
        kind="code",
        digits=9,
        hint=Message("the code of the township that took it over"),
    ),
    Column(
        "upgraded_to",
        Message("upgraded to"),
        ("改设为", "改设", "升格为"),
        kind="code",
        digits=9,
        hint=Message("the new code of the same place"),
    ),
    Column(
        "effective_on",
        Message("effective on"),
        ("生效日期", "变更日期"),
        kind="date",
        hint=Message("the first day of the new name, merger or upgrade; today where it is left out"),
    ),
    NOTE,
)
