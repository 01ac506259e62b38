"""Passwords: argon2id, long rather than complicated, and none that everybody guesses first."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from fieldapp.domain.errors import Fault, InvalidInputError
from geodata.errors import Message

SHORTEST, LONGEST = 10, 200
_OURS = ("fieldapp", "keji", "tepaiyuan")  # what anybody would try here
_WEAKEST_SCORE = 2  # of zxcvbn, 0 to 4: more than a million guesses

# The second of the choices that OWASP recommends: 19 MiB and two passes, for servers with many logins.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of nobody")


def hashed(password: str) -> str:
    """The argon2id hash of a password."""
    return _hasher.hash(password)


def is_password(kept: str | None, password: str) -> bool:
    """Whether the password is the one kept; where none is kept it takes just as long to say no."""
    try:
        return _hasher.verify(kept or _nobodys(), password[:LONGEST]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(kept)


def check_new_password(password: str, *, known: Sequence[str] = ()) -> None:
    """Raise `InvalidInputError` for a password that is too short, or guessed early.

    ``known`` is what others know of the person, such as the names: a password made of it is weak.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        message = Message(
            "A password has {least} to {most} characters. A sentence of several words is easy to keep.",
            least=SHORTEST,
            most=LONGEST,
        )
    elif zxcvbn(password[:72], user_inputs=[*known, *_OURS])["score"] < _WEAKEST_SCORE:
        message = Message("This password is among the first that are guessed. Choose several words instead.")
    else:
        return
    raise InvalidInputError(message, [Fault("/password", message)], code="password.weak")
