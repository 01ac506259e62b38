from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from fieldapp.api.checking import errors_of, faults_of
from fieldapp.api.visit_schemas import BODY
from fieldapp.domain.visits import RESULTS


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"minimum": 1}, 0, "0 is too small; it must be 1 or more."),
        ({"maximum": 9}, 10, "10 is too large; it must be 9 or less."),
        ({"minimum": 1, "maximum": 9}, 10, "10 is not from 1 to 9."),
        ({"minLength": 2}, "a", "This takes at least 2 characters."),
        ({"maxItems": 2}, ["a", "b", "c"], "These are 3; at most 2 are taken."),
        ({"minItems": 1}, [], "At least 1 are needed here."),
        ({"maxLength": 2}, "abc", "This takes 0 to 2 characters."),
    ],
)
def test_what_is_out_of_bounds_is_told_by_the_bounds_that_there_are(
    schema: dict[str, Any], value: object, said: str
) -> None:
    (error,) = Draft202012Validator(schema).iter_errors(value)
    (fault,) = faults_of(error)
    assert str(fault.message) == said


def body(**more: Any) -> dict[str, Any]:
    """A visit that fits its schema."""
    return {
        "base_revision": None,
        "township_code": "230184101",
        "started_at": "2026-11-20T09:10:00+08:00",
        "ended_at": "2026-11-20T11:40:00+08:00",
        "mode": "on_site",
        "content": "",
        "service_days": 0.5,
        "results": dict.fromkeys(RESULTS, 0),
        "fix": {
            "lon": 127.0,
            "lat": 45.2,
            "accuracy_m": 12.0,
            "captured_at": "2026-11-20T09:12:00+08:00",
            "mocked": False,
        },
    } | more


NUMBERS = [
    ("base_revision",),
    ("service_days",),
    *(("fix", name) for name in ("lon", "lat", "accuracy_m")),
    *(("results", name) for name in RESULTS),
]


@given(
    st.sets(st.sampled_from(NUMBERS), min_size=1), st.sampled_from(["NaN", "Infinity", "-Infinity", "1e999"])
)
def test_what_is_no_number_is_named_wherever_it_stands_and_nothing_else_is(
    places: set[tuple[str, ...]], written: str
) -> None:
    sent = body()
    for *outer, name in places:
        (sent[outer[0]] if outer else sent)[name] = json.loads(written)
    faults = [fault for error in errors_of(BODY, sent) for fault in faults_of(error)]
    assert sorted(fault.pointer for fault in faults) == sorted("/" + "/".join(place) for place in places)
    assert all("is not a number that can be kept" in str(fault.message) for fault in faults)
    assert list(errors_of(BODY, body())) == []


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(list(body())) | st.text(), inner),
    )
)
def test_a_body_of_any_shape_is_checked_and_every_fault_worded(value: Any) -> None:
    for error in errors_of(BODY, value):
        assert all(str(fault.message) for fault in faults_of(error))
