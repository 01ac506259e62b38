"""The columns of assignments."""

from __future__ import annotations

from fieldapp.domain.assignments import AssignmentState
from fieldapp.services.columns.shared import DEMONSTRATION, NOTE, place
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

ASSIGNMENTS = (
    Column(
        "id",
        Message("assignment id"),
        ("编号", "选派编号", "序列号", "assignment_id"),
        kind="integer",
        hint=Message("leave it blank for a new assignment"),
    ),
    *place(of="服务乡镇"),
    Column(
        "commissioner_id",
        Message("commissioner id"),
        ("科技特派员编号", "特派员编号", "人员编号"),
        kind="text",
        hint=Message("or give the commissioner's name instead"),
        example="C-0001",
    ),
    Column(
        "commissioner",
        Message("commissioner"),
        ("科技特派员", "特派员", "姓名", "科技特派员姓名", "特派员姓名"),
        example="张三",
    ),
    Column(
        "institution",
        Message("institution"),
        ("派出单位", "单位", "工作单位", "所在单位"),
        hint=Message("tells namesakes apart"),
    ),
    Column(
        "state",
        Message("state"),
        ("状态", "选派状态"),
        kind="choice",
        choices={
            AssignmentState.PROPOSED: (AssignmentState.PROPOSED.words, "拟选派", "拟派"),
            AssignmentState.ON_NOTICE: (AssignmentState.ON_NOTICE.words, "公示中", "公示"),
            AssignmentState.ACTIVE: (AssignmentState.ACTIVE.words, "在任", "服务中", "生效", "在岗"),
            AssignmentState.ENDED: (AssignmentState.ENDED.words, "已结束", "结束"),
            AssignmentState.WITHDRAWN: (AssignmentState.WITHDRAWN.words, "已撤回", "撤回"),
        },
        hint=Message("active where it is left out"),
        example="active",
    ),
    Column(
        "starts_on",
        Message("term from"),
        ("服务期开始", "开始日期", "起始日期", "服务开始日期", "服务期起"),
        required=True,
        kind="date",
        example="2026-01-01",
    ),
    Column(
        "ends_on",
        Message("term until"),
        ("服务期结束", "结束日期", "截止日期", "服务结束日期", "服务期止"),
        required=True,
        kind="date",
        hint=Message("the last day of the term as agreed"),
        example="2026-12-31",
    ),
    Column(
        "ended_on",
        Message("ended on"),
        ("实际结束日期", "提前结束日期", "终止日期"),
        kind="date",
        hint=Message("the last day served, where the term was cut short"),
    ),
    Column(
        "end_reason",
        Message("reason for the end"),
        ("结束原因", "终止原因"),
        kind="choice",
        choices={
            "term_over": (Message("term over"), "期满", "服务期满"),
            "resigned": (Message("resigned"), "辞任", "辞职"),
            "transferred": (Message("transferred"), "调离", "调动"),
            "removed": (Message("removed"), "免除", "解聘"),
        },
        example="",  # the one of the example goes on
    ),
    Column("notice_starts_on", Message("public notice from"), ("公示开始", "公示开始日期"), kind="date"),
    Column(
        "notice_ends_on",
        Message("public notice until"),
        ("公示结束", "公示结束日期", "公示截止日期"),
        kind="date",
    ),
    Column(
        "agreement_state",
        Message("state of the agreement"),
        ("协议状态", "三方协议", "三方协议状态"),
        kind="choice",
        choices={
            "none": (Message("none yet"), "未提交", "无"),
            "submitted": (Message("submitted"), "已提交"),
            "returned": (Message("returned"), "已退回", "退回"),
            "approved": (Message("approved"), "已批准", "已签订", "已签约", "已审核"),
        },
        example="approved",
    ),
    Column(
        "agreement_approved_on",
        Message("agreement approved on"),
        ("协议批准日期", "签约日期", "协议签订日期"),
        kind="date",
        example="2025-12-25",
    ),
    NOTE,
    DEMONSTRATION,
)
