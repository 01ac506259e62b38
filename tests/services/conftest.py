"""A visit and the two who have to do with it; tests that begin otherwise have a ``me`` of their own."""

from __future__ import annotations

import pytest

from fieldapp.domain.permissions import Person, Role
from fieldapp.services.context import Context
from tests.accounts import make_account
from tests.services.small_register import fill
from tests.services.visits import commissioner, record


@pytest.fixture
def me(context: Context) -> Person:
    """The commissioner of 拉林满族镇, with one visit there."""
    fill(context)
    me = commissioner(context)
    record(context, me, photos=[])
    return me


@pytest.fixture
def officer(context: Context, me: Person) -> Person:
    return make_account(context, Role.COUNTY_OFFICER, username="wuchang", county_codes=["230184"])
