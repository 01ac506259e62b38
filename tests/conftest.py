"""What every test can ask for: a fresh migrated database of either engine, and a context upon it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import URL

from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.migrating import upgrade
from fieldapp.services.context import Context
from fieldapp.settings import Settings
from tests.postgres import Databases, postgres_server

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)


def _migrated(database_url: str) -> None:
    engine = make_engine(database_url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def _address(database: URL) -> str:
    return database.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgres_databases() -> Iterator[Databases]:
    """Makes databases on a PostgreSQL server with PostGIS; none is an error."""
    with postgres_server() as server:
        yield Databases(server)


@pytest.fixture(scope="session")
def migrated_postgres(postgres_databases: Databases) -> Iterator[URL]:
    """The migrated database that others are copied from; nobody connects to it."""
    database = postgres_databases.make()
    _migrated(_address(database))
    yield database
    postgres_databases.drop(database)


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The migrated file that others are copied from."""
    file = tmp_path_factory.mktemp("migrated") / "fieldapp.sqlite"
    _migrated(f"sqlite:///{file}")
    assert not file.with_name(file.name + "-wal").exists()  # all of it is in the file
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """A fresh migrated SQLite database."""
    file = tmp_path / "fieldapp.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(postgres_databases: Databases, migrated_postgres: URL) -> Iterator[str]:
    """A fresh migrated PostgreSQL database with PostGIS."""
    database = postgres_databases.make(migrated_postgres)
    yield _address(database)
    postgres_databases.drop(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh migrated database of each engine in turn."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A SQLite database that was never migrated."""
    return f"sqlite:///{tmp_path / 'empty.sqlite'}"


@pytest.fixture
def empty_postgresql_url(postgres_databases: Databases) -> Iterator[str]:
    """A PostgreSQL database that was never migrated."""
    database = postgres_databases.make()
    yield _address(database)
    postgres_databases.drop(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest) -> str:
    """A database of each engine in turn that was never migrated."""
    url: str = request.getfixturevalue(f"empty_{request.param}_url")
    return url


def _context(database_url: str, data_dir: Path) -> Context:
    settings = Settings(
        data_dir=data_dir, database_url=database_url, secret_key="only-for-tests", timezone=SHANGHAI
    )
    return Context(settings=settings, engine=make_engine(database_url), now=lambda: NOW)


@pytest.fixture
def context(database_url: str, tmp_path: Path) -> Iterator[Context]:
    """An installation on each engine in turn, at nine in the morning of 22 November 2026."""
    context = _context(database_url, tmp_path)
    yield context
    context.close()


@pytest.fixture
def sqlite_context(sqlite_url: str, tmp_path: Path) -> Iterator[Context]:
    """The same on SQLite only, for tests where the engine cannot matter."""
    context = _context(sqlite_url, tmp_path)
    yield context
    context.close()


@pytest.fixture
def postgresql_context(postgresql_url: str, tmp_path: Path) -> Iterator[Context]:
    """The same on PostgreSQL only, for what SQLite does not have."""
    context = _context(postgresql_url, tmp_path)
    yield context
    context.close()
