"""What every test can ask for: a fresh migrated database of either engine, and a context upon it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import hypothesis
import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from sqlalchemy import URL

from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.migrating import upgrade
from fieldapp.services import passwords
from fieldapp.services.context import Context
from fieldapp.services.make_demonstration import make_demonstration
from fieldapp.settings import Settings
from tests.postgres import Databases, postgres_server

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=SHANGHAI)
DATABASE_FILE = "fieldapp.sqlite"
_MEMORY = Path("/dev/shm")
_ROOM = 4 * 1024**3  # bytes; the tests need a small part of it


# A busy machine takes its time over an example; what hangs is ended by the timeout of the test.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")


def pytest_configure() -> None:
    """Write into memory where there is room: on a disk every commit waits, and nothing outlives the run."""
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > _ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(_MEMORY)


def _migrated(database_url: str) -> None:
    engine = make_engine(database_url)
    try:
        upgrade(engine)
    finally:
        engine.dispose()


def _address(database: URL) -> str:
    return database.render_as_string(hide_password=False)


class _CompiledTemplates(BytecodeCache):
    """What a template was compiled to, by its name and its text."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._kept:
            bucket.bytecode_from_string(self._kept[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _templates_compiled_once() -> None:
    """Hundreds of applications are made here, each of which would compile every template anew."""
    Flask.jinja_options = Flask.jinja_options | {"bytecode_cache": _CompiledTemplates()}


@pytest.fixture(scope="session", autouse=True)
def strong_hasher() -> Iterator[PasswordHasher]:
    """The hasher of passwords as people have it; meanwhile tests have one that takes no time and memory."""
    with pytest.MonkeyPatch.context() as patch:
        strong = passwords._hasher
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield strong


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
    file = tmp_path_factory.mktemp("migrated") / DATABASE_FILE
    _migrated(f"sqlite:///{file}")
    _assert_whole(file)
    return file


def _assert_whole(file: Path) -> None:
    assert not file.with_name(file.name + "-wal").exists()  # all of it is in the file


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_sqlite: Path) -> str:
    """A fresh migrated SQLite database."""
    file = tmp_path / DATABASE_FILE
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


@pytest.fixture(scope="session")
def made_demonstration(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demonstration, with its database in it, that others are copied from."""
    folder = tmp_path_factory.mktemp("made")
    shutil.copyfile(migrated_sqlite, folder / DATABASE_FILE)
    context = _context(f"sqlite:///{folder / DATABASE_FILE}", folder)
    make_demonstration(context)
    context.close()
    _assert_whole(folder / DATABASE_FILE)
    return folder


@pytest.fixture(scope="session")
def made_postgres_demonstration(
    postgres_databases: Databases, migrated_postgres: URL, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[URL, Path]]:
    """The database and the data folder of a demonstration on PostgreSQL that others are copied from."""
    database = postgres_databases.make(migrated_postgres)
    folder = tmp_path_factory.mktemp("made")
    context = _context(_address(database), folder)
    make_demonstration(context)
    context.close()
    yield database, folder
    postgres_databases.drop(database)


@pytest.fixture
def demonstration_folder(tmp_path: Path, made_demonstration: Path) -> Path:
    """A data folder with a demonstration of its own, and its database on SQLite in it."""
    shutil.copytree(made_demonstration, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture
def sqlite_demonstration(demonstration_folder: Path) -> Iterator[Context]:
    """An installation of the demonstration on SQLite, at the same hour as the others."""
    context = _context(f"sqlite:///{demonstration_folder / DATABASE_FILE}", demonstration_folder)
    yield context
    context.close()


@pytest.fixture
def postgresql_demonstration(
    postgres_databases: Databases, made_postgres_demonstration: tuple[URL, Path], tmp_path: Path
) -> Iterator[Context]:
    """The same on PostgreSQL."""
    made, folder = made_postgres_demonstration
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    database = postgres_databases.make(made)
    context = _context(_address(database), tmp_path)
    yield context
    context.close()
    postgres_databases.drop(database)


@pytest.fixture(params=["sqlite", "postgresql"])
def demonstration_context(request: pytest.FixtureRequest) -> Context:
    """The demonstration on each engine in turn."""
    context: Context = request.getfixturevalue(f"{request.param}_demonstration")
    return context
