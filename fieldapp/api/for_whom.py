"""For whom a request is: a phone keeps what several people logged, and asks for one of them at a time."""

from __future__ import annotations

from flask import request

from fieldapp.domain.errors import ForbiddenError
from fieldapp.web.accounts import current_account
from geodata.errors import Message

# Carries the number of the account that the request is for.
FOR_USER = "For-User"


def refuse_mistaken() -> None:
    """What was asked for one person is never answered to another who has logged in meanwhile."""
    meant, account = request.headers.get(FOR_USER), current_account()
    if meant is not None and account is not None and meant != str(account.id):
        raise ForbiddenError(
            Message("Somebody else is logged in by now. Log in again as the person whose visits these are."),
            code="login.other",
        )
