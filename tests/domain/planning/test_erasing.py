"""A person taken out of a kept draft: the name is nowhere, and a namesake stays where that is known."""

from __future__ import annotations

import json
from typing import Any

from fieldapp.domain.planning.erasing import without_person

GONE = "已注销人员"


def sentence(**values: Any) -> dict[str, Any]:
    return {"$say": "...", "with": values}


def draft(**facts: Any) -> dict[str, Any]:
    people = [
        {"id": "C-1", "name": "张三", "home_lon": 126.5, "home_lat": 45.1},
        {"id": "C-2", "name": "李四", "home_lon": 126.6, "home_lat": 45.2},
        {"id": "C-3", "name": "张三", "home_lon": 126.7, "home_lat": 45.3},
    ]
    return {
        "name": "张三之外的方案",
        "input": {
            "people": people,
            "recusals": [
                {"township_code": "T-1", "commissioner_id": "C-1", "reason": "张三之弟在此"},
                {"township_code": "T-1", "commissioner_id": "C-2", "reason": "与张三为夫妻"},
            ],
            "travel": {"name": "表", "km": [["C-1", "T-1", 7.0], ["C-2", "T-1", 8.0]]},
            "roads": {
                "source": "OSRM",
                "asked_on": "2026-11-22",
                "people": ["C-1", "C-2"],
                "km": [["T-1", [0, 1], [7.0, None]]],
            },
        },
        "plan": {"pairs": []},
        "facts": facts,
        "error": None,
    }


def test_the_input_keeps_the_number_and_loses_name_home_and_distances() -> None:
    changed = without_person(draft(), "C-1", GONE)
    assert changed is not None
    kept = changed["input"]
    assert kept["people"][0] == {"id": "C-1", "name": GONE, "home_lon": None, "home_lat": None}
    assert kept["people"][1:] == draft()["input"]["people"][1:]
    assert [each["reason"] for each in kept["recusals"]] == ["", f"与{GONE}为夫妻"]
    assert changed["name"] == f"{GONE}之外的方案"
    assert kept["travel"]["km"] == [["C-2", "T-1", 8.0]]
    assert kept["roads"]["km"] == [["T-1", [1], [None]]]


def test_a_sentence_loses_the_name_alone_and_among_others() -> None:
    changed = without_person(
        draft(
            leftover=[{"commissioner": "C-2", "name": "李四", "reason": sentence(name="李四", other="张三")}],
            shortages=[{"reason": sentence(names=sentence(names="李四、张三、王五", count=2))}],
        ),
        "C-1",
        GONE,
    )
    assert changed is not None
    assert changed["facts"]["leftover"][0]["reason"] == sentence(name="李四", other=GONE)
    assert (
        changed["facts"]["shortages"][0]["reason"]["with"]["names"]["with"]["names"] == f"李四、{GONE}、王五"
    )


def test_a_namesake_keeps_the_name_beside_the_own_number() -> None:
    row = {
        "township": "T-1",
        "commissioner": "C-3",
        "commissioner_name": "张三",
        "before": "C-1",
        "before_name": "张三",
        "reason": sentence(name="张三", alternative="张三"),
    }
    changed = without_person(draft(difference=[row]), "C-1", GONE)
    assert changed is not None
    (found,) = changed["facts"]["difference"]
    assert (found["commissioner_name"], found["before_name"]) == ("张三", GONE)
    assert found["reason"] == sentence(name="张三", alternative=GONE)


def test_a_repair_in_somebody_elses_row_loses_the_name_however_deep_it_stands() -> None:
    move = sentence(township="山河镇", name="张三")
    repair = sentence(moves=sentence(one=move, more=sentence(one=move, count=2)))
    changed = without_person(
        draft(fragility=[{"commissioner": "C-2", "name": "李四", "townships": [], "repair": repair}]),
        "C-1",
        GONE,
    )
    assert changed is not None
    assert "张三" not in json.dumps(changed["facts"], ensure_ascii=False)
    assert changed["facts"]["fragility"][0]["name"] == "李四"


def test_a_reason_somebody_wrote_loses_the_name_within_its_words() -> None:
    error = sentence(name="李四", township="山河镇", reason="与张三为夫妻")
    changed = without_person(draft() | {"error": error}, "C-1", GONE)
    assert changed is not None
    assert changed["error"]["with"]["reason"] == f"与{GONE}为夫妻"


def test_a_draft_that_does_not_know_the_person_is_left_alone() -> None:
    assert without_person(draft(), "C-9", GONE) is None


def test_a_draft_of_before_there_were_roads_and_one_that_is_not_solved_can_lose_a_person() -> None:
    old = draft()
    del old["input"]["roads"]
    old |= {"plan": None, "facts": None, "error": sentence(name="张三")}
    changed = without_person(old, "C-1", GONE)
    assert changed is not None
    assert "张三" not in json.dumps(changed["error"], ensure_ascii=False)
    assert (changed["plan"], changed["facts"]) == (None, None)
