from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.finding import find_commissioner, find_institution, find_township
from fieldapp.domain.naming import Gazetteer, Match, Named, Place, Register, Suggestions

PLACES = Gazetteer(
    [
        Place("230184101", "拉林满族镇", "230184", "五常市", former_names=("拉林镇公社",)),
        Place("230184102", "向阳镇", "230184", "五常市"),
        Place("230184103", "山河镇", "230184", "五常市"),
        Place("230112104", "向阳镇", "230112", "阿城区"),
        Place("230112201", "红旗满族乡", "230112", "阿城区"),
        Place("230113201", "红旗满族乡", "230113", "双城区"),
    ]
)
PEOPLE = Register(
    [Named("C-0001", "王芳", "东北农业大学"), Named("C-0002", "王芳", "省农科院"), Named("C-0003", "李强")]
)


def code(answer: Match[Place] | Suggestions[Place]) -> str:
    assert isinstance(answer, Match), answer
    return answer.found.code


def doubt(answer: Match[Place] | Suggestions[Place]) -> tuple[list[str], str]:
    assert isinstance(answer, Suggestions), answer
    return [place.code for place in answer.things], str(answer.message)


def test_a_code_or_an_unambiguous_name_is_enough() -> None:
    assert code(find_township(PLACES, code="２３０１８４１０１")) == "230184101"
    assert code(find_township(PLACES, name=" 拉 林满族镇　")) == "230184101"
    assert code(find_township(PLACES, name="五常市向阳镇")) == "230184102"


@pytest.mark.parametrize("county", ["阿城区", "230112", "哈尔滨市阿城区", "黑龙江省哈尔滨市阿城区"])
def test_a_name_in_two_counties_needs_the_county(county: str) -> None:
    for name in ("向阳镇", "红旗满族乡"):
        found, message = doubt(find_township(PLACES, name=name))
        assert len(found) == 2
        assert "Give the county too" in message
        assert code(find_township(PLACES, name=name, county=county)).startswith("230112")


@pytest.mark.parametrize("name", ["拉林镇", "拉林", "拉琳满族镇", "啦林镇", "lalinmanzuzhen"])
def test_a_near_name_is_suggested_and_never_taken(name: str) -> None:
    found, message = doubt(find_township(PLACES, name=name))
    assert found[0] == "230184101"
    assert "Did you mean 五常市拉林满族镇 (230184101)" in message


def test_a_former_name_points_to_the_present_one() -> None:
    found, message = doubt(find_township(PLACES, name="拉林镇公社"))
    assert (found, "former name" in message) == (["230184101"], True)


def test_code_name_and_county_must_agree() -> None:
    assert (
        "belongs to 五常市拉林满族镇, not to 山河镇"
        in doubt(find_township(PLACES, code="230184101", name="山河镇"))[1]
    )
    assert (
        "lies in 五常市, not in 阿城区" in doubt(find_township(PLACES, code="230184101", county="阿城区"))[1]
    )
    assert "lies in 五常市, not in 阿城区" in doubt(find_township(PLACES, name="山河镇", county="阿城区"))[1]
    assert code(find_township(PLACES, code="230184102", name="向阳镇", county="五常市")) == "230184102"


def test_what_is_unknown_or_missing_says_so() -> None:
    assert "is missing" in doubt(find_township(PLACES, name="  "))[1]
    assert "No township has the code 999999999" in doubt(find_township(PLACES, code="999999999"))[1]
    assert doubt(find_township(PLACES, code="999999999", name="山河镇"))[0] == ["230184103"]
    assert "There is no county 火星区" in doubt(find_township(PLACES, name="山河镇", county="火星区"))[1]
    assert doubt(find_township(PLACES, name="qqqqq"))[0] == []


@given(st.text(max_size=20), st.text(max_size=12), st.text(max_size=12))
def test_whatever_is_written_a_match_is_what_was_written(given_code: str, name: str, county: str) -> None:
    answer = find_township(PLACES, code=given_code, name=name, county=county)
    if isinstance(answer, Match):
        assert answer.found in PLACES.by_name(name) or PLACES.by_code(given_code.strip()) is not None


def test_a_commissioner_is_found_by_id_or_by_a_name_that_is_alone() -> None:
    assert find_commissioner(PEOPLE, commissioner_id="c-0001") == Match(PEOPLE.entries[0])
    assert find_commissioner(PEOPLE, name="李强") == Match(PEOPLE.entries[2])


def test_namesakes_and_contradictions_are_never_guessed() -> None:
    namesakes = find_commissioner(PEOPLE, name="王芳")
    assert isinstance(namesakes, Suggestions)
    assert "东北农业大学" in str(namesakes.message)
    other = find_commissioner(PEOPLE, commissioner_id="C-0001", name="李强")
    assert isinstance(other, Suggestions)
    assert "belongs to 王芳, not to 李强" in str(other.message)


def test_an_institution_is_suggested() -> None:
    register = Register([Named("I-1", "东北农业大学"), Named("I-2", "黑龙江省农业科学院")])
    answer = find_institution(register, name="东北农大学")
    assert isinstance(answer, Suggestions)
    assert answer.things[0].id == "I-1"
    assert str(answer.message).startswith(
        "There is no institution 东北农大学. Did you mean 东北农业大学 (I-1)"
    )
    nothing = find_institution(register)
    assert isinstance(nothing, Suggestions)
    assert "The institution is missing" in str(nothing.message)


def test_a_name_that_only_shares_letters_in_pinyin_is_not_suggested() -> None:
    people = Register([Named("C-1", "张三"), Named("C-2", "张珊"), Named("C-3", "李四")])
    answer = find_commissioner(people, name="章散")
    assert isinstance(answer, Suggestions)
    assert [each.name for each in answer.things] == ["张三", "张珊"]
    far = find_commissioner(people, name="常胜")  # changsheng, zhangsan
    assert isinstance(far, Suggestions)
    assert far.things == ()
