from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from fieldapp.api.checking import faults_of


@pytest.mark.parametrize(
    ("schema", "value", "said"),
    [
        ({"minimum": 1}, 0, "0 is too small; it must be 1 or more."),
        ({"maximum": 9}, 10, "10 is too large; it must be 9 or less."),
        ({"minimum": 1, "maximum": 9}, 10, "10 is not from 1 to 9."),
        ({"minLength": 2}, "a", "This takes at least 2 characters."),
        ({"maxLength": 2}, "abc", "This takes 0 to 2 characters."),
    ],
)
def test_what_is_out_of_bounds_is_told_by_the_bounds_that_there_are(
    schema: dict[str, Any], value: object, said: str
) -> None:
    (error,) = Draft202012Validator(schema).iter_errors(value)
    (fault,) = faults_of(error)
    assert str(fault.message) == said
