"""What cameras write about time and place is believed only where it makes sense."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldapp.domain.photo_metadata import position, taken_at

SHANGHAI = ZoneInfo("Asia/Shanghai")
GPS = {1: "N", 2: (45.0, 30.0, 0.0), 3: "E", 4: (127.0, 15.0, 0.0)}
SATELLITES = {29: "2026:11:20", 7: (1.0, 30.0, 0.0)}


@pytest.mark.parametrize(
    ("exif", "gps", "expected"),
    [
        ({0x9003: "2026:11:20 09:30:00", 0x9011: "+08:00"}, {}, (1, 30)),
        ({0x9003: b"2026:11:20 09:30:00\0", 0x9011: "-03:30"}, {}, (13, 0)),
        ({0x9003: "2026:11:20 09:45:00"}, {}, (1, 45)),
        ({0x9003: "2026:11:20 09:45:00"}, SATELLITES, (1, 30)),  # the satellites know their time zone
        ({}, SATELLITES, (1, 30)),
    ],
)
def test_the_moment_is_told_in_utc(
    exif: dict[int, Any], gps: dict[int, Any], expected: tuple[int, int]
) -> None:
    assert taken_at({}, exif, gps, local=SHANGHAI) == datetime(2026, 11, 20, *expected, tzinfo=UTC)


@pytest.mark.parametrize(
    "written", ["0000:00:00 00:00:00", "    :  :     :  :  ", "1980:01:01 00:00:00", "", None, 7]
)
def test_a_camera_that_does_not_know_the_time_tells_none(written: object) -> None:
    assert taken_at({}, {0x9003: written}, {}, local=SHANGHAI) is None


def test_a_place_needs_both_coordinates_and_their_letters() -> None:
    assert position(GPS) == (127.25, 45.5)
    assert position(GPS | {1: "S", 3: "W"}) == (-127.25, -45.5)
    for broken in ({1: None}, {2: None}, {2: (91.0, 0.0, 0.0)}, {4: (float("nan"), 0, 0)}, {4: (1.0, 2.0)}):
        assert position(GPS | broken) is None
    assert position({1: "N", 2: (0, 0, 0), 3: "E", 4: (0, 0, 0)}) is None


junk = st.recursive(
    st.none() | st.text(max_size=30) | st.binary(max_size=30) | st.floats() | st.integers(),
    lambda inner: st.lists(inner, max_size=4).map(tuple),
    max_leaves=5,
)
tags = st.dictionaries(st.sampled_from([1, 2, 3, 4, 7, 29, 0x0132, 0x9003, 0x9010, 0x9011]), junk)


@settings(deadline=None)
@given(tags, tags, tags)
def test_no_tag_breaks_the_reading(main: dict[int, Any], exif: dict[int, Any], gps: dict[int, Any]) -> None:
    found = position(gps)
    assert found is None or (abs(found[0]) <= 180 and abs(found[1]) <= 90)
    when = taken_at(main, exif, gps, local=SHANGHAI)
    assert when is None or when.tzinfo is not None
