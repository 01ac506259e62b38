"""How people write when they were there: what is taken means one instant, the rest says how to write it."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.workbooks.cells import parser_for
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.errors import CellError
from fieldapp.workbooks.moments import read_moment
from geodata.errors import Message

COLUMN = Column("d", Message("d"), kind="datetime")
# The hours of the day for which a word can stand at all.
MEANT = {
    "凌晨": range(7),
    "清晨": range(12),
    "早晨": range(12),
    "早上": range(12),
    "上午": range(12),
    "中午": range(11, 15),
    "下午": range(12, 24),
    "傍晚": range(16, 20),
    "晚上": range(17, 24),
}
EAST = timezone(timedelta(hours=8))


def read(text: object) -> object:
    """The moment, or the sentence that refuses it."""
    try:
        return parser_for(COLUMN)(text)
    except CellError as error:
        return str(error)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026年11月11日 10点", "2026-11-11 10:00"),
        ("2026年11月11日10时30分", "2026-11-11 10:30"),
        ("2026年11月11日 10点30", "2026-11-11 10:30"),
        ("2026.11.11 10:00", "2026-11-11 10:00"),
        ("2026年11月11日 上午10:30", "2026-11-11 10:30"),
        ("2026年11月11日 上午 10：30", "2026-11-11 10:30"),
        ("2026年11月11日下午3点半", "2026-11-11 15:30"),
        ("2026/11/11 下午15:30", "2026-11-11 15:30"),
        ("2026-11-11 下午3时一刻", "2026-11-11 15:15"),
        ("2026-11-11 中午12点", "2026-11-11 12:00"),
        ("2026-11-11 中午1点", "2026-11-11 13:00"),
        ("2026-11-11 下午12:30", "2026-11-11 12:30"),
        ("2026-11-11 晚上7点整", "2026-11-11 19:00"),
        ("2026-11-11 凌晨5点20分", "2026-11-11 05:20"),
        ("2026年11月11日（周三）10点", "2026-11-11 10:00"),
        ("2026年11月11日 星期三 上午10点", "2026-11-11 10:00"),
        ("2026-11-11 03点30分", "2026-11-11 03:30"),
        ("2026-11-11 3时30分", "2026-11-11 03:30"),
        ("2026-11-11 3:30 pm", "2026-11-11 15:30"),
        ("2026-11-11 10:30 A.M.", "2026-11-11 10:30"),
        ("2026-11-11T10:30:05.25", "2026-11-11 10:30:05.250000"),
    ],
)
def test_what_people_write_is_understood(text: str, moment: str) -> None:
    assert read(text) == at(moment)


@pytest.mark.parametrize(
    "text", ["11月11日上午10点", "11月11日", "11-11 10:00", "11/11", "26年11月11日 10:00"]
)
def test_a_time_of_no_year_is_refused_with_how_to_write_it(text: str) -> None:
    assert "does not say the year. Write it with all four digits of the year" in str(read(text))


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月11日 3点半",
        "2026-11-11 上午12点",
        "2026-11-11 晚上12点",
        "2026-11-11 晚上3点",
        "2026-11-11 凌晨12点",
        "2026-11-11 上午15:30",
        "2026-11-11 中午9点",
        "2026-11-11 12:30 am",
        "2026-11-11 上午10:30 pm",
        "2026-11-11 下午0点",
    ],
)
def test_an_hour_that_can_be_meant_twice_or_not_at_all_is_refused(text: str) -> None:
    assert "Write the hour from 0 to 23" in str(read(text))


def test_a_day_of_the_week_that_is_not_that_of_the_date_is_refused() -> None:
    assert "Correct one of them" in str(read("2026年11月11日（周四）10点"))


@pytest.mark.parametrize("text", ["2026年11月11日", "2026-11-11", "20261111"])
def test_a_day_alone_is_no_time(text: str) -> None:
    assert "has no time of day" in str(read(text))


@pytest.mark.parametrize(
    "text", ["2026-1-110:30", "2026-11-11 25:00", "2026-11-11 24点", "2026-11-11 10:60", "上午10点", "10:30"]
)
def test_what_is_no_day_with_a_time_is_refused(text: str) -> None:
    assert "is not a date with time" in str(read(text))


moments = st.datetimes(at("1000-01-01"), at("2999-12-31")).map(
    lambda moment: moment.replace(second=0, microsecond=0)
)
days = st.sampled_from(
    ["{0:%Y}-{0.month}-{0.day} ", "{0:%Y}年{0.month}月{0.day}日", "{0:%Y}.{0:%m}.{0:%d}  "]
)
weekdays = st.sampled_from(["", "（周{0}）", " 星期{0} "])


@given(moments, days, weekdays, st.booleans())
def test_a_moment_in_the_words_of_people_is_read_as_that_moment(
    moment: datetime, day: str, weekday: str, wide: bool
) -> None:
    name = "一二三四五六日"[moment.weekday()]
    times = [f"{moment.hour}:{moment.minute:02}", f"{moment.hour}时{moment.minute}分"]
    for word, hours in MEANT.items():
        if moment.hour in hours:
            times += [f"{word}{moment.hour}:{moment.minute:02}"]
            if word != "凌晨":
                shown = moment.hour % 12 or (12 if moment.hour else 0)
                times += [f"{word}{shown}点{moment.minute}分", f"{word} {shown}:{moment.minute:02}"]
    for time in times:
        text = day.format(moment) + weekday.format(name) + time
        if wide:
            text = text.replace(":", "：").replace("1", "１")
        assert read(text) == moment, text


DATED = Column("t", Message("t"), kind="datetime", day="d")


@given(moments, days, weekdays, st.booleans())
def test_a_time_beside_its_day_is_the_moment_that_both_would_be_in_one_cell(
    moment: datetime, day: str, weekday: str, wide: bool
) -> None:
    parse = parser_for(DATED)
    date_text = day.format(moment).strip() + weekday.format("一二三四五六日"[moment.weekday()])
    clock = moment.time()
    since_midnight = timedelta(hours=clock.hour, minutes=clock.minute)
    cells: list[object] = [
        clock,
        since_midnight,
        since_midnight / timedelta(days=1),
        datetime.combine(date(1899, 12, 31), clock),
        f"{clock:%H:%M}",
        f"{clock:%H:%M:%S}",
        f"{clock.hour}时{clock.minute}分",
        f"{clock.hour}:{clock.minute:02}",
    ]
    if clock.hour < 12:
        cells += [f"上午{clock.hour}点{clock.minute}分", f"{clock.hour}:{clock.minute:02} am"]
    else:
        cells += [
            f"下午{clock.hour % 12 or 12}点{clock.minute}分",
            f"{clock.hour % 12 or 12}:{clock.minute:02}PM",
        ]
    for cell in cells:
        shown = cell.replace(":", "：").replace("1", "１") if wide and isinstance(cell, str) else cell
        assert parse(shown) == clock, shown
        if isinstance(cell, str):
            assert read(f"{date_text} {cell}") == moment == datetime.combine(moment.date(), clock)
    assert parse(moment) == moment
    assert parse(f"{date_text} {clock:%H:%M}") == moment


@pytest.mark.parametrize("cell", ["25:00", "24:00", "9", 9, "上午", timedelta(days=1), True, "9:75"])
def test_what_is_no_time_of_day_is_refused_with_how_to_write_it(cell: object) -> None:
    with pytest.raises(CellError, match=r"is not a time\. Write it like 09:30"):
        parser_for(DATED)(cell)


def test_a_time_of_day_that_can_be_meant_twice_is_refused() -> None:
    with pytest.raises(CellError, match="from 0 to 23: 15:30"):
        parser_for(DATED)("3点")


@given(
    moments,
    st.sampled_from(["", *MEANT]),
    st.integers(0, 24),
    st.sampled_from([":{0:02}", "点{0}分", "时{0}分", "点", "时", "点半"]),
    st.sampled_from(["", "Z", "+08:00"]),
)
def test_what_is_taken_means_one_instant(
    moment: datetime, word: str, hour: int, rest: str, zone: str
) -> None:
    """However an hour is written, either it is refused, or no other hour of that day could be meant."""
    text = f"{moment:%Y}年{moment.month}月{moment.day}日{word}{hour}{rest.format(moment.minute)}{zone}"
    found = read(text)
    possible = [
        each
        for each in (MEANT[word] if word else range(24))
        if each == hour or (each % 12 == hour % 12 and (word or (rest.startswith("点") and 1 <= hour <= 6)))
    ]
    if not isinstance(found, datetime):
        return
    assert possible == [found.hour], text
    assert found.date() == moment.date()
    expected_offset = {"": None, "Z": timedelta(), "+08:00": timedelta(hours=8)}[zone]
    assert found.utcoffset() == expected_offset
    # The same said otherwise is the same.
    again = read(unicodedata.normalize("NFKC", found.isoformat()))
    assert again == found


@given(st.text(alphabet="0123456789年月日号点时分半:：-/. 上下午中晚早T", max_size=24))
def test_nothing_that_names_no_year_is_taken(text: str) -> None:
    found = read(text)
    if isinstance(found, datetime):
        assert f"{found.year:04}" in unicodedata.normalize("NFKC", text) or text.strip().isdigit()


def test_a_number_of_days_is_a_moment() -> None:
    assert read_moment("46027.5", dates_from_1904=False) is not None
    assert read(46027.5) == at("2026-01-05 12:00")
