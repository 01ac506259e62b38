"""The application on a database with the townships that the product carries."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from fieldapp.app import create_app
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    load_reference_tables(sqlite_context)
    return create_app(context=sqlite_context)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
