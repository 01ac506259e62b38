"""The small register with an account of each role, and the phone of the commissioner of 拉林满族镇."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import fill


@pytest.fixture
def app(context: Context) -> Flask:
    fill(context)
    store_accounts(context)
    return create_app(context=context)


@pytest.fixture
def phone(app: Flask) -> FlaskClient:
    return client_of(app, Role.COMMISSIONER)
