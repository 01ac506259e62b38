"""The columns of visits."""

from __future__ import annotations

from datetime import date

from fieldapp.domain.reviewing import REVIEW_WORDS
from fieldapp.domain.visits import RESULTS
from fieldapp.services.columns.shared import DEMONSTRATION, place
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

# What Chinese lists call the counted results, beside our own words for them.
_RESULT_NAMES: dict[str, tuple[str, ...]] = {
    "new_varieties": ("引进新品种", "新品种", "引进新品种数"),
    "new_technologies": ("引进新技术", "新技术", "推广新技术"),
    "new_products": ("开发新产品", "新产品"),
    "problems_solved": ("解决技术难题", "解决问题", "解决技术问题"),
    "training_sessions": ("培训场次", "开展培训", "举办培训班"),
    "farmers_trained": ("培训农民", "培训人数", "培训人次"),
    "households_helped": ("帮扶农户", "服务农户"),
    "cooperatives_helped": ("帮扶合作社", "服务合作社", "服务企业"),
    "demonstration_bases": ("示范基地", "建立示范基地"),
    "income_uplift_wan_yuan": ("增收", "增收（万元）", "带动增收"),
}
_township_code, _township, _county = place(of="服务乡镇")

VISITS = (
    Column(
        "id",
        Message("visit id"),
        ("服务日志编号", "visit_id"),
        hint=Message("leave it blank for a paper log"),
    ),
    _township_code,
    _township,
    _county,
    Column("county_code", Message("county code"), kind="code", digits=6),
    Column(
        "commissioner_id",
        Message("commissioner id"),
        ("科技特派员编号", "特派员编号", "人员编号"),
        hint=Message("or give the commissioner's name instead"),
        example="C-0001",
    ),
    Column(
        "commissioner",
        Message("commissioner"),
        ("科技特派员", "特派员", "姓名", "科技特派员姓名", "特派员姓名", "服务人员"),
        example="张三",
    ),
    Column(
        "visited_on",
        Message("visited on"),
        ("日期", "服务日", "服务日期", "下乡日期", "date", "day", "service date"),
        kind="date",
        hint=Message("needed where the times are written without a day"),
        example=date(2026, 11, 20),
    ),
    Column(
        "started_at",
        Message("started at"),
        ("开始时间", "服务开始时间", "服务时间", "开始", "起始时间", "start", "start time"),
        required=True,
        kind="datetime",
        day="visited_on",
        example="09:10",
    ),
    Column(
        "ended_at",
        Message("ended at"),
        ("结束时间", "服务结束时间", "结束", "终止时间", "end", "end time"),
        required=True,
        kind="datetime",
        day="visited_on",
        example="11:40",
    ),
    Column("received_at", Message("received at"), kind="datetime"),
    Column(
        "mode",
        Message("mode"),
        ("服务方式", "服务形式"),
        kind="choice",
        choices={
            "on_site": (Message("on site"), "现场服务", "实地"),
            "remote": (Message("remote"), "线上", "电话", "网络"),
        },
        example="on_site",
    ),
    Column(
        "content",
        Message("content"),
        ("服务内容", "工作内容", "内容", "日志"),
        example=Message("Looked at the seedlings; advised on water and fertiliser."),
    ),
    Column(
        "service_days",
        Message("service days"),
        ("服务天数", "天数"),
        kind="number",
        hint=Message("in halves; 0.5 where it is blank"),
        example=0.5,
    ),
    *(
        Column(
            key,
            words,
            _RESULT_NAMES[key],
            kind="number" if key == "income_uplift_wan_yuan" else "integer",
        )
        for key, words in RESULTS.items()
    ),
    Column("fix_lon", Message("longitude of the fix"), ("经度",), kind="number"),
    Column("fix_lat", Message("latitude of the fix"), ("纬度",), kind="number"),
    Column("fix_accuracy_m", Message("accuracy of the fix (m)"), ("定位精度", "精度"), kind="number"),
    Column("fix_captured_at", Message("fix captured at"), ("定位时间",), kind="datetime"),
    Column("fix_mocked", Message("fix mocked"), kind="boolean", example=""),
    Column("no_fix_reason", Message("reason for the lack of a position"), ("无定位原因",)),
    Column("grade", Message("evidence grade")),
    Column("confirmation_approved", Message("confirmation approved"), kind="boolean"),
    Column(
        "review",
        Message("review"),
        kind="choice",
        choices={review.value: (words,) for review, words in REVIEW_WORDS.items()},
    ),
    DEMONSTRATION,
)
