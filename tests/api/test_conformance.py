"""The API keeps to its own description, whatever it is asked and whoever asks."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings, strategies
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from sqlalchemy import insert

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema as tables
from fieldapp.services.context import Context
from tests.api.accounts import headers_of, store_accounts
from tests.services.small_register import PINGFANG, SHANHE, fill

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
_EXAMPLES = 5
# Photos come in pieces of any bytes.
schemathesis.openapi.media_type("application/offset+octet-stream", strategies.binary(max_size=200))


@pytest.fixture
def asked(sqlite_context: Context) -> Flask:
    """The application on a small register, with an assignment in each of some states."""
    fill(sqlite_context)
    store_accounts(sqlite_context)
    with sqlite_context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(tables.assignments),
            [
                {
                    "township_code": township,
                    "commissioner_id": commissioner,
                    "state": state,
                    "starts_on": date(2027, 1, 1),
                    "ends_on": date(2027, 12, 31),
                    "notice_starts_on": date(2026, 11, 1) if state == "on_notice" else None,
                    "notice_ends_on": date(2026, 11, 6) if state == "on_notice" else None,
                }
                for township, commissioner, state in (
                    (SHANHE, "C-0002", "proposed"),
                    (PINGFANG, "C-0003", "on_notice"),
                )
            ],
        )
    return create_app(context=sqlite_context)


_made: dict[GenerationMode, list[schemathesis.Case]] = {}


def _cases(app: Flask, mode: GenerationMode) -> list[schemathesis.Case]:
    """What every operation is asked: the same for each role, and to think it up takes longest."""
    if mode not in _made:
        described = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", app)
        made: list[schemathesis.Case] = []
        for found in described.get_all_operations():

            @seed(168)
            @settings(
                max_examples=_EXAMPLES,
                deadline=None,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=found.ok().as_strategy(generation_mode=mode))
            def keep(case: schemathesis.Case) -> None:
                made.append(case)

            with suppress(Unsatisfiable):  # some take nothing that could be given wrongly
                keep()
        _made[mode] = made
    return _made[mode]


# One process makes the cases of a mode, and asks them of every role.
_MODES = [
    pytest.param(mode, id=mode.value, marks=pytest.mark.xdist_group(f"conformance of {mode.value}"))
    for mode in GenerationMode
]


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("role", [*Role, None], ids=lambda role: role or "nobody")
def test_answers_keep_to_the_description(asked: Flask, role: Role | None, mode: GenerationMode) -> None:
    headers = {"Accept-Encoding": "identity"} | (headers_of(role) if role else {})
    operations = set()
    for case in _cases(asked, mode):
        case.call_and_validate(headers=headers, checks=_CHECKS, app=asked)
        operations.add(case.operation.label)
    assert len(operations) >= 25
