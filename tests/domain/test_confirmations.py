from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.confirmations import (
    LONGEST_COMMENT,
    Confirmation,
    ConfirmationState,
    kept_digest,
    link_secret,
    paper_code,
    read_answer,
    read_code,
)
from fieldapp.domain.errors import InvalidInputError

NOW = datetime(2026, 11, 26, 4, 0, tzinfo=UTC)
MADE = Confirmation(expires_at=NOW + timedelta(days=30))
HOUR = timedelta(hours=1)


def test_a_confirmation_waits_for_the_recipient_until_it_expires() -> None:
    assert MADE.state(NOW) is ConfirmationState.OPEN
    assert MADE.state(MADE.expires_at - HOUR) is ConfirmationState.OPEN
    assert MADE.state(MADE.expires_at) is ConfirmationState.EXPIRED


def test_an_answer_counts_once_an_officer_has_approved_it_and_not_before() -> None:
    answered = replace(MADE, answered_at=NOW)
    assert (answered.state(NOW), answered.counts(NOW)) == (ConfirmationState.ANSWERED, False)
    approved = replace(answered, approved_at=NOW)
    assert (approved.state(NOW), approved.counts(NOW)) == (ConfirmationState.APPROVED, True)
    assert approved.counts(MADE.expires_at + HOUR)
    assert not replace(approved, revoked_at=NOW).counts(NOW)


@given(st.text(min_size=1), st.text("0123456789abcdef", min_size=32, max_size=32))
def test_link_and_code_are_the_same_each_time_and_tell_nothing_of_each_other(key: str, nonce: str) -> None:
    key = key.encode("utf-8", "replace").decode()
    link, code = link_secret(key, nonce), paper_code(key, nonce)
    assert (link, code) == (link_secret(key, nonce), paper_code(key, nonce))
    assert len(link) == 32  # 24 bytes: 192 bits
    assert read_code(code) == code
    assert code.replace("-", "") not in link
    assert len({kept_digest(key, link), kept_digest(key, code), link, code}) == 4
    assert kept_digest(key + "x", link) != kept_digest(key, link)


@pytest.mark.parametrize("typed", ["abcd-efgh-jkmn", " ABCD EFGH JKMN ", "abcdefghjkmn"])
def test_a_code_is_read_however_it_is_typed(typed: str) -> None:
    assert read_code(typed) == "ABCD-EFGH-JKMN"


def test_letters_that_look_alike_are_one() -> None:
    assert read_code("O0Il-U1oi-0000") == "0011-V101-0000"


@given(st.text(max_size=40))
def test_anything_typed_is_a_code_or_none(typed: str) -> None:
    read = read_code(typed)
    assert read is None or (len(read) == 14 and read_code(read) == read)


@pytest.mark.parametrize(
    ("stars", "comment", "has_photo"),
    [
        ("", "", False),
        ("0", "", True),
        ("6", "", False),
        ("-1", "", False),
        ("٣", "", False),
        ("", "好", False),
    ],
)
def test_an_answer_says_something_that_can_be_used(stars: str, comment: str, has_photo: bool) -> None:
    with pytest.raises(InvalidInputError):
        read_answer(stars, comment, has_photo=has_photo)


def test_stars_or_the_stamped_paper_are_enough() -> None:
    assert read_answer("5", " 很及时 ", has_photo=False).comment == "很及时"
    assert read_answer("", "", has_photo=True).stars is None
    with pytest.raises(InvalidInputError):
        read_answer("5", "字" * (LONGEST_COMMENT + 1), has_photo=False)
