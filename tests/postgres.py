"""A PostgreSQL server for the tests: a throwaway cluster, or the one that the environment names.

Each process of the test run has a cluster of its own, on a socket in a temporary folder. A shell
that waits on a pipe watches over it: when the process ends, however it ends, the pipe closes and the
shell stops the server and removes the folder.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

NAMED_SERVER = "FIELDAPP_TEST_POSTGRES_URL"

# Safe only because nothing here outlives the test run.
_FOR_TESTS = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=64MB",
    "max_connections=60",
    "autovacuum=off",
    "listen_addresses=",
)

_WATCH = """
"$1/postgres" -D "$2/data" -k "$2" $3 >"$2/log" 2>&1 &
server=$!
read -r _ignored || true
kill -QUIT "$server" 2>/dev/null || true
wait "$server" || true
rm -rf "$2"
"""


class PostgresMissingError(Exception):
    """The tests need a PostgreSQL server and there is none."""


def _programs() -> Path:
    """The folder of ``initdb`` and ``postgres``, of the newest version installed."""
    candidates = sorted(
        Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True)
        candidates.append(Path(answer.stdout.strip()))
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise PostgresMissingError(
        "The tests need a PostgreSQL server with PostGIS: run deploy/test-machine.sh, "
        f"or name a server in {NAMED_SERVER}."
    )


def _as_server_user() -> list[str]:
    """What to put before a command: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    try:
        user = pwd.getpwnam("postgres")
    except KeyError:
        raise PostgresMissingError(
            "PostgreSQL does not run as root, and there is no system user postgres: "
            "run deploy/test-machine.sh."
        ) from None
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]


# What a server that is measured has: it keeps what it acknowledged, as it comes from the package.
_DURABLE = ("listen_addresses=",)


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[URL]:
    """The address of a server on which databases can be made; its own database is ``postgres``."""
    if named := os.environ.get(NAMED_SERVER):
        yield make_url(named).set(drivername="postgresql+psycopg")
        return
    programs, prefix = _programs(), _as_server_user()
    folder = Path(tempfile.mkdtemp(prefix="fieldapp-pg-"))
    try:
        if prefix:
            shutil.chown(folder, "postgres", "postgres")
        _run_initdb(programs, prefix, folder)
        options = " ".join(f"-c {option}" for option in (_DURABLE if durable else _FOR_TESTS))
        watch = subprocess.Popen(
            [*prefix, "sh", "-c", _WATCH, "watch", str(programs), str(folder), options],
            stdin=subprocess.PIPE,
            cwd=folder,
            start_new_session=True,  # an interrupt from the keyboard is for the tests, not for the server
        )
        try:
            address = URL.create(
                "postgresql+psycopg", username="postgres", database="postgres", query={"host": str(folder)}
            )
            _wait_until_ready(address, watch, folder)
            yield address
        finally:
            watch.communicate(timeout=60)  # closes the pipe
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_initdb(programs: Path, prefix: list[str], folder: Path) -> None:
    made = subprocess.run(
        [
            *prefix,
            str(programs / "initdb"),
            *("--pgdata", str(folder / "data"), "--username=postgres", "--auth=trust", "--no-sync"),
            *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
        ],
        capture_output=True,
        text=True,
        cwd=folder,
        check=False,  # what it said goes into the error
    )
    if made.returncode != 0:
        raise PostgresMissingError(f"PostgreSQL could not make a cluster:\n{made.stdout}{made.stderr}")


def _wait_until_ready(address: URL, watch: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(_conninfo(address)).close()
        except psycopg.OperationalError as error:
            if watch.poll() is not None or time.monotonic() > deadline:
                raise PostgresMissingError(
                    f"PostgreSQL did not start:\n{(folder / 'log').read_text()}\n{error}"
                ) from error
            time.sleep(0.02)
        else:
            return


def _conninfo(address: URL) -> str:
    return address.set(drivername="postgresql").render_as_string(hide_password=False)


class Databases:
    """Makes databases on a server, and drops them again."""

    def __init__(self, server: URL) -> None:
        self._server = server
        self._prefix = f"fieldapp_{uuid4().hex[:12]}"
        self._made = 0

    def make(self, template: URL | None = None) -> URL:
        """The address of a new database, empty or a copy of ``template``."""
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(
            sql.Identifier(name),
            sql.Identifier("template0" if template is None else str(template.database)),
        )
        self._run(statement)
        return self._server.set(database=name)

    def drop(self, database: URL) -> None:
        """Drop it, also when somebody is still connected."""
        self._run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(str(database.database))))

    def _run(self, statement: sql.Composed) -> None:
        with psycopg.connect(_conninfo(self._server), autocommit=True) as connection:
            connection.execute(statement)
