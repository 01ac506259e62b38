"""The migrations make the schema that the code was written for, on both engines."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, inspect, select, text

from fieldapp.domain.errors import InvalidInputError, UnavailableError
from fieldapp.persistence import migrating
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.schema import change_counters, metadata
from fieldapp.services.context import Context
from tests.conftest import Databases


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def _tables(engine: Engine) -> set[str]:
    return set(inspect(engine).get_table_names()) - {"spatial_ref_sys"}


def _shape(engine: Engine) -> dict[str, Any]:
    """What `compare_metadata` does not look at: the checks, and the primary and foreign keys by name."""
    inspector = inspect(engine)
    return {
        table: {
            "checks": sorted(
                (str(check["name"]), str(check["sqltext"]))
                for check in inspector.get_check_constraints(table)
            ),
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": sorted(str(key) for key in inspector.get_foreign_keys(table)),
        }
        for table in metadata.tables
    }


def test_the_migrated_database_is_the_schema(context: Context) -> None:
    with context.engine.connect() as connection:
        opts = migrating.comparison(connection.dialect.name)
        assert compare_metadata(MigrationContext.configure(connection, opts=opts), metadata) == []


def test_the_checks_and_keys_of_the_migrations_are_those_of_the_schema(
    context: Context, request: pytest.FixtureRequest
) -> None:
    drawn = make_engine(request.getfixturevalue(f"empty_{context.engine.dialect.name}_url"))
    with drawn.begin() as connection:
        if drawn.dialect.name == "postgresql":
            connection.execute(text("CREATE EXTENSION postgis"))
        metadata.create_all(connection)
    assert _shape(context.engine) == _shape(drawn)
    drawn.dispose()


def test_every_revision_goes_up_down_and_up_again(empty: Engine) -> None:
    migrating.upgrade(empty)
    migrated = _shape(empty)
    assert set(metadata.tables) | {"alembic_version"} == _tables(empty)

    migrating.downgrade(empty, "base")
    assert _tables(empty) == {"alembic_version"}
    assert migrating.current(empty) is None

    migrating.upgrade(empty)
    assert _shape(empty) == migrated
    assert migrating.current(empty) == migrating.newest()


def test_the_schema_goes_down_one_revision_at_a_time(context: Context) -> None:
    seen = set()
    while (found := migrating.current(context.engine)) is not None:
        seen.add(found)
        migrating.downgrade(context.engine, "-1")
    assert {"202611220900", "202611220910", "202611220920"} <= seen


def test_the_counters_of_all_topics_stand_at_zero(context: Context) -> None:
    with context.engine.connect() as connection:
        rows = connection.execute(select(change_counters.c.topic, change_counters.c.version)).all()
    assert {tuple(row) for row in rows} == {("register", 0), ("register.places", 0), ("visits", 0)}


def test_geometry_is_real_postgis_geometry_with_its_index(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    with engine.connect() as connection:
        columns = connection.execute(
            text(
                "SELECT f_table_name, f_geometry_column, type, srid FROM geometry_columns "
                "ORDER BY f_table_name, f_geometry_column"
            )
        ).all()
        indexes = connection.scalars(
            text("SELECT indexname FROM pg_indexes WHERE indexdef LIKE '%USING gist (boundary)%'")
        ).all()
    engine.dispose()
    assert [tuple(column) for column in columns] == [
        ("commissioners", "home", "POINT", 4326),
        ("counties", "boundary", "MULTIPOLYGON", 4326),
        ("townships", "boundary", "MULTIPOLYGON", 4326),
        ("townships", "seat", "POINT", 4326),
    ]
    assert set(indexes) == {"ix_counties_boundary", "ix_townships_boundary"}


def test_servers_that_start_at_once_migrate_once(empty_database_url: str) -> None:
    engines = [make_engine(empty_database_url) for _ in range(3)]
    barrier = threading.Barrier(len(engines))
    failures: list[BaseException] = []

    def start(engine: Engine) -> None:
        try:
            barrier.wait()
            migrating.upgrade(engine)
            migrating.require_current(engine)
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            failures.append(error)

    threads = [threading.Thread(target=start, args=(engine,)) for engine in engines]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for engine in engines:
        engine.dispose()
    assert failures == []


def test_a_database_that_is_not_migrated_says_so(empty: Engine) -> None:
    with pytest.raises(UnavailableError, match="fieldapp db upgrade") as refused:
        migrating.require_current(empty)
    assert refused.value.code == "database.not_migrated"


def test_a_database_left_behind_says_so(context: Context) -> None:
    migrating.require_current(context.engine)
    migrating.downgrade(context.engine, "-1")
    with pytest.raises(UnavailableError, match="fieldapp db upgrade"):
        migrating.require_current(context.engine)


def test_a_database_of_a_newer_program_says_so(context: Context) -> None:
    with context.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '209912312359'"))
    with pytest.raises(UnavailableError, match="209912312359") as refused:
        migrating.require_current(context.engine)
    assert refused.value.code == "database.too_new"
    with pytest.raises(InvalidInputError):
        migrating.upgrade(context.engine)


def test_a_revision_that_does_not_exist_is_refused_and_changes_nothing(context: Context) -> None:
    with pytest.raises(InvalidInputError, match="no-such-revision") as refused:
        migrating.downgrade(context.engine, "no-such-revision")
    assert refused.value.code == "migration.unknown"
    assert migrating.current(context.engine) == migrating.newest()


def test_an_unreachable_database_is_named_as_such(tmp_path: Any) -> None:
    for address in (
        f"postgresql+psycopg://nobody@/nothing?host={tmp_path}",
        f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite'}",
    ):
        engine = make_engine(address)
        with pytest.raises(UnavailableError, match="FIELDAPP_DATABASE_URL") as refused:
            migrating.current(engine)
        assert refused.value.code == "database.unreachable"
        engine.dispose()


def test_a_server_that_does_not_allow_postgis_is_named_as_such(postgres_databases: Databases) -> None:
    database = postgres_databases.make()
    role = f"plain_{database.database}"
    owner = make_engine(database.render_as_string(hide_password=False))
    with owner.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD 'plain'"))
        connection.execute(text(f"GRANT CREATE ON SCHEMA public TO {role}"))
    engine = make_engine(database.set(username=role, password="plain").render_as_string(hide_password=False))
    try:
        with pytest.raises(UnavailableError, match="PostGIS") as refused:
            migrating.upgrade(engine)
        assert refused.value.code == "database.no_postgis"
        assert _tables(engine) == set()
    finally:
        engine.dispose()
        with owner.begin() as connection:
            connection.execute(text(f"DROP OWNED BY {role}"))
            connection.execute(text(f"DROP ROLE {role}"))
        owner.dispose()
        postgres_databases.drop(database)
