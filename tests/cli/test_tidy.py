"""Removing what nobody will ask for again, by hand and when the server starts."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import insert, select

from fieldapp.cli import main
from fieldapp.cli.output import Installation
from fieldapp.cli.serve import run_server
from fieldapp.domain.errors import ConflictError
from fieldapp.persistence.schema import photos
from fieldapp.services.tidy_photos import UNUSED_FOR

LONG_AGO = datetime.now(UTC) - UNUSED_FOR - timedelta(days=1)


@pytest.fixture
def installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Installation:
    """One with two photos that no visit uses, of which one came yesterday."""
    monkeypatch.setenv("FIELDAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FIELDAPP_LOCALE", "en")
    monkeypatch.delenv("FIELDAPP_DATABASE_URL", raising=False)
    opened = Installation()
    row = {"size_bytes": 9, "media_type": "image/jpeg", "width": 8, "height": 8}
    with opened.context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        for letter, at in (("a", LONG_AGO), ("b", datetime.now(UTC) - timedelta(days=1))):
            connection.execute(insert(photos).values(sha256=letter * 64, received_at=at, **row))
    return opened


@pytest.mark.usefixtures("installation")
def test_the_command_says_what_was_removed() -> None:
    first, second = (CliRunner().invoke(main, ["tidy"]) for _ in range(2))
    assert (first.exit_code, first.stdout) == (0, "")
    assert first.stderr == "Removed: expired uploads 0, photos that no visit has used for 365 days 1.\n"
    assert second.stderr == "Removed: expired uploads 0, photos that no visit has used for 365 days 0.\n"


def test_a_server_tidies_when_it_starts(installation: Installation) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ConflictError):  # so that it goes no further
            run_server(installation, host="127.0.0.1", port=port, workers=1, ready=lambda _: None)
    with installation.context.reading() as connection:
        assert list(connection.scalars(select(photos.c.sha256))) == ["b" * 64]
