from __future__ import annotations

from datetime import date

from fieldapp.domain.importing import Action, ImportFault, ImportOutcome, RowChange
from geodata.errors import Message

CHANGES = [
    RowChange(Action.ADD, 2, "大米", after={"name": "大米", "starts_on": date(2026, 1, 5)}),
    RowChange(
        Action.CHANGE, 3, "木耳", before={"name": "木耳", "grade": 1}, after={"name": "黑木耳", "grade": 1}
    ),
    RowChange(Action.END, None, "玉米", before={"name": "玉米"}),
    RowChange(Action.KEEP, 4, "大豆", before={"name": "大豆"}, after={"name": "大豆"}),
]
FAULT = ImportFault(None, 7, "乡镇", "拉林镇", Message("There is no {what}.", what=Message("township")))


def test_an_outcome_counts_its_changes() -> None:
    assert ImportOutcome.of(CHANGES).document() == {
        "added": 1,
        "changed": 1,
        "ended": 1,
        "unchanged": 1,
        "errors": [],
    }


def test_an_outcome_with_a_fault_changes_nothing() -> None:
    outcome = ImportOutcome.of(CHANGES, [FAULT])
    assert not outcome.is_sound
    assert outcome.document(lambda words: words.template.upper()) == {
        "added": 0,
        "changed": 0,
        "ended": 0,
        "unchanged": 0,
        "errors": [
            {"sheet": None, "row": 7, "column": "乡镇", "value": "拉林镇", "message": "THERE IS NO {WHAT}."}
        ],
    }


def test_the_preview_shows_each_row_before_and_after() -> None:
    preview = ImportOutcome.of(CHANGES).preview()
    assert preview[0] == {
        "row": 2,
        "action": "add",
        "words": "would be added",
        "title": "大米",
        "before": {},
        "after": {"name": "大米", "starts_on": "2026-01-05"},
    }
    assert CHANGES[1].changed_keys == ("name",)
