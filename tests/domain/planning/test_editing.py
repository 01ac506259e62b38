"""Edits by hand: each step leaves edits in which nothing contradicts it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.planning import Pair
from fieldapp.domain.planning.editing import Edits

PAIRS = st.builds(Pair, st.sampled_from(["T1", "T2", "T3"]), st.sampled_from(["C1", "C2", "C3"]))
STEPS = st.lists(st.tuples(st.sampled_from(["pin", "forbid", "allow", "unpin", "free"]), PAIRS), max_size=12)


def _taken(steps: list[tuple[str, Pair]]) -> Edits:
    edits = Edits()
    for name, pair in steps:
        given_ = pair.township_code if name in ("unpin", "free") else pair
        edits = getattr(edits, name)(given_)
    return edits


@given(STEPS)
def test_no_township_is_pinned_twice_and_no_pair_both_pinned_and_forbidden(
    steps: list[tuple[str, Pair]],
) -> None:
    edits = _taken(steps)
    assert len({pin.township_code for pin in edits.pins}) == len(edits.pins)
    assert not set(edits.pins) & set(edits.forbids)
    assert len(set(edits.forbids)) == len(edits.forbids)


@given(STEPS, PAIRS)
def test_each_step_does_what_it_says(steps: list[tuple[str, Pair]], pair: Pair) -> None:
    edits = _taken(steps)
    assert pair in edits.pin(pair).pins
    assert pair in edits.forbid(pair).forbids
    assert pair not in edits.allow(pair).forbids
    freed = edits.free(pair.township_code)
    assert all(one.township_code != pair.township_code for one in (*freed.pins, *freed.forbids))
    others = {one for one in edits.pins if one.township_code != pair.township_code}
    assert others <= set(edits.pin(pair).pins)
