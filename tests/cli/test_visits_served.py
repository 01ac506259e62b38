"""Visits against real processes on both databases: many at once, clients that hang up, a server killed."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.persistence.audit_chain import check_chain
from fieldapp.services.context import Context
from tests.api.accounts import store_accounts, token_of
from tests.services.small_register import fill, rows
from tests.services.visits import ONE, OTHER_PHOTO, PHOTO, body

_COMMAND = [sys.executable, "-c", "from fieldapp.cli import main; main()", "serve", "--port", "0"]
_TOKEN = token_of(Role.COMMISSIONER)
_PATIENCE_S = 60  # a busy machine is slow, a stuck server answers never


@contextmanager
def _serving(context: Context) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Two workers upon the installation, and their port; ended with the block unless they have ended."""
    process = subprocess.Popen(
        [*_COMMAND, "--workers", "2"],
        env={
            "FIELDAPP_DATABASE_URL": context.settings.database_url,
            "FIELDAPP_DATA_DIR": str(context.settings.data_dir),
            "FIELDAPP_SECRET_KEY": "only-for-tests",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = re.fullmatch(r"fieldapp ready http://127\.0\.0\.1:(\d+)\n", process.stdout.readline())
        assert ready is not None
        yield process, int(ready[1])
    finally:
        process.terminate()
        process.communicate(timeout=_PATIENCE_S)


@pytest.fixture
def installed(context: Context) -> Context:
    fill(context)
    store_accounts(context)
    return context


def _put(port: int, visit_id: UUID, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_S)
    try:
        headers = {"Authorization": f"Bearer {_TOKEN}", "Content-Type": "application/json"}
        connection.request("PUT", f"/api/v1/visits/{visit_id}", json.dumps(said), headers)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()


def _at_once(count: int, work: Any) -> None:
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_identical_posts_at_the_same_moment_make_exactly_one_visit(installed: Context) -> None:
    said = body(photos=[PHOTO, OTHER_PHOTO])
    with _serving(installed) as (_, port):
        for number in range(5):
            answers: list[tuple[int, dict[str, Any]]] = []
            _at_once(8, lambda _, at=number, into=answers: into.append(_put(port, UUID(int=at + 1), said)))
            assert Counter(status for status, _ in answers) == {201: 1, 200: 7}
            assert {answer["revision"] for _, answer in answers} == {1}
    assert (len(rows(installed, schema.visits)), len(rows(installed, schema.visit_photos))) == (5, 10)
    assert [row["action"] for row in rows(installed, schema.audit_events)] == ["visit.recorded"] * 5


def _request(visit_id: UUID) -> bytes:
    content = json.dumps(body()).encode()
    head = (
        f"PUT /api/v1/visits/{visit_id} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_TOKEN}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content


def _hang_up(client: socket.socket, number: int) -> bool:
    """One of the ways in which a client is lost; whether its connection stays open without a word."""
    request = _request(uuid4())
    head = request.index(b"\r\n\r\n") + 4
    sent = (request[: head // 2], request[:head], request[: head + 40], request)[number % 4]
    client.sendall(sent)
    way = number // 4 % 3
    if way == 1:  # at once, without a farewell
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return way == 2


def test_clients_that_hang_up_leave_every_thread_and_connection_free(installed: Context) -> None:
    with _serving(installed) as (process, port):
        silent: list[socket.socket] = []
        for number in range(200):
            client = socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE_S)
            if _hang_up(client, number):
                silent.append(client)
            else:
                client.close()
        # As many at once as there are threads: every one of them, and its connection, must be free.
        answers: list[int] = []
        _at_once(16, lambda _: answers.append(_put(port, uuid4(), body())[0]))
        assert answers == [201] * 16
        for client in silent:
            client.close()
        if installed.engine.dialect.name == "postgresql":
            assert _busy_connections(installed) == 0
        process.terminate()
        _, said = process.communicate(timeout=_PATIENCE_S)
        assert "Traceback" not in said


def _busy_connections(context: Context) -> int:
    """Connections of others that hold a transaction open."""
    held = (
        "SELECT count(*) FROM pg_stat_activity "
        "WHERE datname = current_database() AND state LIKE 'idle in transaction%'"
    )
    with context.engine.connect() as connection:
        return connection.scalar(text(held)) or 0


def test_what_was_acknowledged_is_there_after_a_kill(installed: Context) -> None:
    acknowledged: set[str] = set()
    with _serving(installed) as (process, port):
        workers = _children(process.pid)
        killed = threading.Event()

        def log_visits(_number: int) -> None:
            while not killed.is_set():
                visit_id = uuid4()
                with suppress(OSError, http.client.HTTPException, ValueError):
                    status, _ = _put(port, visit_id, body())
                    if status == 201:
                        acknowledged.add(str(visit_id))
                if len(acknowledged) >= 40:
                    for pid in (process.pid, *workers):
                        with suppress(ProcessLookupError):
                            os.kill(pid, signal.SIGKILL)
                    killed.set()

        _at_once(6, log_visits)
    stored = {str(row["id"]) for row in rows(installed, schema.visits)}
    assert len(acknowledged) >= 40
    assert acknowledged <= stored
    with installed.reading() as connection:
        assert check_chain(connection).whole
    with _serving(installed) as (_, port):  # and what a phone did not hear of, it sends again
        for visit_id in [*stored][:5]:
            assert _put(port, UUID(visit_id), body())[0] == 200
        assert _put(port, ONE, body())[0] == 201


def _children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
