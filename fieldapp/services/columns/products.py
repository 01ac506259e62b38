"""The columns of products."""

from __future__ import annotations

from fieldapp.domain.specialties import PRODUCT_CATEGORIES
from fieldapp.services.columns.shared import DEMONSTRATION, place
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

PRODUCTS = (
    *place(of="所属乡镇"),
    Column(
        "name",
        Message("product name"),
        ("产品", "产品名称", "特色产品", "product", "featured_product"),
        required=True,
        example="五常大米",
    ),
    Column(
        "category",
        Message("product category"),
        ("类别", "产品类别", "产品分类", "品类"),
        required=True,
        kind="choice",
        choices={code: (words,) for code, words in PRODUCT_CATEGORIES.items()},
        example="grain",
    ),
    Column(
        "featured",
        Message("featured"),
        ("一品", "是否一品", "是否特色产品", "主导产品", "是否主导产品"),
        kind="boolean",
        hint=Message("yes makes it the one featured product; the former one ends the day before"),
        example=True,
    ),
    Column(
        "starts_on",
        Message("featured from"),
        ("起始日期", "开始日期", "认定日期"),
        kind="date",
        example="2024-01-01",
    ),
    Column("ends_on", Message("featured until"), ("截止日期", "结束日期", "终止日期"), kind="date"),
    Column(
        "scale",
        Message("scale"),
        ("规模", "产业规模", "种养规模", "种植规模", "生产规模"),
        hint=Message("as people say it, with its unit, such as 12 万亩"),
        example="12 万亩",
    ),
    Column(
        "value_wan_yuan",
        Message("yearly value (10 000 yuan)"),
        ("年产值", "产值", "年产值（万元）", "产值（万元）", "年产值万元"),
        kind="number",
        example=8600,
    ),
    Column("brand", Message("brand"), ("品牌", "品牌名称", "商标"), example="拉林河"),
    Column(
        "geographical_indication",
        Message("geographical indication"),
        ("地理标志", "地标", "地理标志产品", "农产品地理标志"),
        example="五常大米",
    ),
    Column("basis", Message("basis"), ("依据", "认定依据", "来源")),
    Column("retired_on", Message("listed until"), ("退出日期", "停用日期", "撤销日期"), kind="date"),
    DEMONSTRATION,
)
