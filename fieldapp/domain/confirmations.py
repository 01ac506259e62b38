"""The confirmation of a visit by its recipient (服务确认书): a rating, a comment, or the stamped paper.

The recipient has no account: a link on a phone, or the code on the printed slip, leads to one visit once.
Instead of confirming, the recipient may deny it: the visit did not take place, or not as described.

Who approves: an officer, always. Whoever can make the link could also answer it, and a commissioner may make
it; so no rating counts by itself, and the stamp on a photo is something that a person has to look at. This
is the one place that says so (`Confirmation.counts`).
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import b32encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.wording import plain_text
from geodata.errors import Message

MOST_STARS = 5
LONGEST_COMMENT = 1000  # characters
# Crockford's letters: none that is taken for another when read from paper.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12  # of 32 letters each: 60 bits, behind a lock-out
_BASE32 = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", _LETTERS)
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V"})


class ConfirmationState(StrEnum):
    OPEN = "open"
    EXPIRED = "expired"
    ANSWERED = "answered"
    APPROVED = "approved"
    DENIED = "denied"
    REVOKED = "revoked"

    @property
    def words(self) -> Message:
        return _WORDS[self]


_WORDS = {
    ConfirmationState.OPEN: Message("awaiting the recipient"),
    ConfirmationState.EXPIRED: Message("expired"),
    ConfirmationState.ANSWERED: Message("answered, awaiting approval"),
    ConfirmationState.APPROVED: Message("confirmed"),
    ConfirmationState.DENIED: Message("denied by the recipient"),
    ConfirmationState.REVOKED: Message("revoked"),
}


# In these the recipient has said something, and only an officer takes that back.
ANSWERED_STATES = frozenset(
    {ConfirmationState.ANSWERED, ConfirmationState.APPROVED, ConfirmationState.DENIED}
)


class Denial(StrEnum):
    """What the recipient says against a visit."""

    NOT_HAPPENED = "not_happened"
    NOT_AS_DESCRIBED = "not_as_described"

    @property
    def words(self) -> Message:
        return _DENIAL_WORDS[self]


_DENIAL_WORDS = {
    Denial.NOT_HAPPENED: Message("The visit did not take place"),
    Denial.NOT_AS_DESCRIBED: Message("The visit was not as described"),
}


@dataclass(frozen=True)
class Confirmation:
    """What is known of one confirmation, as far as its state asks."""

    expires_at: datetime
    answered_at: datetime | None = None
    approved_at: datetime | None = None
    revoked_at: datetime | None = None
    denial: Denial | None = None

    def state(self, now: datetime) -> ConfirmationState:
        if self.revoked_at is not None:
            return ConfirmationState.REVOKED
        if self.approved_at is not None:
            return ConfirmationState.APPROVED
        if self.denial is not None:
            return ConfirmationState.DENIED
        if self.answered_at is not None:
            return ConfirmationState.ANSWERED
        return ConfirmationState.EXPIRED if now >= self.expires_at else ConfirmationState.OPEN

    def counts(self, now: datetime) -> bool:
        """Whether it verifies the visit: an officer has approved what the recipient gave."""
        return self.state(now) is ConfirmationState.APPROVED


def link_secret(key: str, nonce: str) -> str:
    """The secret of a link: 192 bits that only this installation can make of the ``nonce``, any time."""
    return urlsafe_b64encode(_keyed(key, "link", nonce)[:24]).decode()


def paper_code(key: str, nonce: str) -> str:
    """The code for the printed slip, in groups of four."""
    letters = b32encode(_keyed(key, "code", nonce)).decode().translate(_BASE32)[:_CODE_LENGTH]
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def read_code(text: str) -> str | None:
    """A code as somebody typed it, in the form in which it is printed; None for what cannot be one."""
    letters = "".join(text.upper().split()).replace("-", "").translate(_MISREAD)
    if len(letters) != _CODE_LENGTH or any(letter not in _LETTERS for letter in letters):
        return None
    return "-".join(letters[start : start + 4] for start in range(0, _CODE_LENGTH, 4))


def kept_digest(key: str, secret: str) -> str:
    """What is kept of a link's secret or a code: no use without the installation's key."""
    return _keyed(key, "kept", secret).hex()


def _keyed(key: str, purpose: str, text: str) -> bytes:
    return hmac.new(key.encode(), f"confirmation:{purpose}:{text}".encode(), hashlib.sha256).digest()


@dataclass(frozen=True)
class Answer:
    """What the recipient gave: stars, words, or both; a photo of the stamped paper comes beside it."""

    stars: int | None
    comment: str = ""


@dataclass(frozen=True)
class Denied:
    """What the recipient says against the visit, with a sentence or without."""

    denial: Denial
    comment: str = ""


def read_answer(stars: str, comment: str, *, has_photo: bool) -> Answer:
    """The recipient's answer out of a form; raises `InvalidInputError` where nothing is given or usable."""
    comment = _comment(comment)
    stars = stars.strip()
    if stars and stars not in {str(each) for each in range(1, MOST_STARS + 1)}:
        message = Message("Choose between 1 and {most} stars.", most=MOST_STARS)
        raise InvalidInputError(message, [Fault("/stars", message)], code="confirmation.answer")
    if not stars and not has_photo:
        message = Message("Choose the stars, or add a photo of the stamped paper.")
        raise InvalidInputError(message, [Fault("/stars", message)], code="confirmation.answer")
    return Answer(int(stars) if stars else None, comment)


def read_denial(denial: str, comment: str) -> Denied:
    """What a recipient denies, out of a form; raises `InvalidInputError` where it does not say what."""
    comment = _comment(comment)
    if denial not in {each.value for each in Denial}:
        message = Message("Choose what is not right: it did not take place, or not as described.")
        raise InvalidInputError(message, [Fault("/denial", message)], code="confirmation.answer")
    return Denied(Denial(denial), comment)


def _comment(text: str) -> str:
    comment = plain_text(text)
    if len(comment) > LONGEST_COMMENT:
        message = Message(
            "The text has {length} characters, more than the {limit} that are kept. Shorten it.",
            length=len(comment),
            limit=LONGEST_COMMENT,
        )
        raise InvalidInputError(message, [Fault("/comment", message)], code="confirmation.answer")
    return comment
