"""Accounts: how names are compared, what a token may be used for, and when a session ends."""

from __future__ import annotations

import re
from datetime import timedelta
from enum import StrEnum

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.permissions import Action, Role
from geodata.errors import Message

# Letters of any script, digits and . _ -; an address of mail is a name as well.
_USERNAME = re.compile(r"[^\W_][\w.@-]{1,58}[^\W_]|[^\W_]{2}")


class TokenScope(StrEnum):
    """What a token of a program may be used for, within what its account may do."""

    READ = "read"
    VISITS = "visits"
    WRITE = "write"

    @property
    def words(self) -> Message:
        return _SCOPE_WORDS[self]

    def allows(self, action: Action) -> bool:
        """Whether the scope reaches to an action; accounts are managed by people only."""
        if action.kind in {"account", "user"}:
            return False
        if action.reads or self is TokenScope.WRITE:
            return True
        return self is TokenScope.VISITS and action is Action.VISIT_WRITE


_SCOPE_WORDS = {
    TokenScope.READ: Message("read only"),
    TokenScope.VISITS: Message("read, and log visits"),
    TokenScope.WRITE: Message("everything the account may do"),
}

OFFICERS = frozenset({Role.ADMINISTRATOR, Role.BUREAU_OFFICER, Role.COUNTY_OFFICER})
# A phone in a field is not logged in anew every half an hour, and belongs to one person.
_COMMISSIONER_IDLE = timedelta(days=7)
_COMMISSIONER_LIFE = timedelta(days=30)


def session_limits(role: Role, *, idle: timedelta, life: timedelta) -> tuple[timedelta, timedelta]:
    """How long a session may rest, and how long it may last in all; the settings are for desks."""
    if role is Role.COMMISSIONER:
        return max(idle, _COMMISSIONER_IDLE), max(life, _COMMISSIONER_LIFE)
    return idle, life


def folded_username(text: str) -> str:
    """The form in which user names are kept and compared; `InvalidInputError` for what cannot be one."""
    folded = text.strip().casefold()
    if not _USERNAME.fullmatch(folded):
        raise InvalidInputError(
            Message(
                "{value} cannot be a user name. Use 2 to 60 letters, digits, dots and hyphens.",
                value=text.strip()[:60],
            ),
            code="username.invalid",
        )
    return folded
