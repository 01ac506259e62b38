"""``fieldapp serve``: real processes on a real port."""

from __future__ import annotations

import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from fieldapp.cli import main
from fieldapp.persistence.migrating import downgrade
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables

COMMAND = [sys.executable, "-c", "from fieldapp.cli import main; main()", "serve"]


@pytest.fixture
def environment(sqlite_context: Context) -> dict[str, str]:
    load_reference_tables(sqlite_context)
    return {
        "FIELDAPP_DATABASE_URL": sqlite_context.settings.database_url,
        "FIELDAPP_DATA_DIR": str(sqlite_context.settings.data_dir),
        "FIELDAPP_LOCALE": "en",
    }


@pytest.fixture
def server(environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A server on a free port, as soon as it said that it is ready."""
    process = subprocess.Popen(
        [*COMMAND, "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    ready = re.fullmatch(r"fieldapp ready http://127\.0\.0\.1:(\d+)\n", process.stdout.readline())
    assert ready is not None
    yield process, int(ready[1])
    process.terminate()
    process.communicate(timeout=60)


def _get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_it_serves_from_the_moment_it_says_so_and_stops_when_told(
    server: tuple[subprocess.Popen[str], int],
) -> None:
    process, port = server
    status, body = _get(port, "/api/v1/coverage")
    assert (status, json.loads(body)["roster"]) == (200, 168)
    process.send_signal(signal.SIGTERM)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout, stderr) == (0, "", "")


def test_a_port_that_is_taken_is_said_and_nothing_is_started(
    server: tuple[subprocess.Popen[str], int], environment: dict[str, str]
) -> None:
    _, port = server
    second = subprocess.run(
        [*COMMAND, "--port", str(port)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (second.returncode, second.stdout) == (1, "")
    assert f"127.0.0.1:{port}" in second.stderr
    assert "Traceback" not in second.stderr


def test_clients_that_hang_up_leave_the_server_free(server: tuple[subprocess.Popen[str], int]) -> None:
    _, port = server
    for number in range(200):
        with socket.create_connection(("127.0.0.1", port), timeout=60) as client:
            request = b"GET /api/v1/coverage HTTP/1.1\r\nHost: x\r\n\r\n"
            client.sendall(request[: 10 + number % len(request)])
    began = time.monotonic()
    assert _get(port, "/readyz")[0] == 200
    assert time.monotonic() - began < 30


def test_a_host_that_is_none_is_said(environment: dict[str, str]) -> None:
    refused = CliRunner().invoke(main, ["serve", "--host", "nothing.invalid"], env=environment)
    assert refused.exit_code == 1
    assert "nothing.invalid" in refused.stderr


def test_an_old_database_is_not_served_but_the_cure_is_told(
    environment: dict[str, str], sqlite_context: Context
) -> None:
    downgrade(sqlite_context.engine, "-1")
    refused = subprocess.run(
        [*COMMAND, "--port", "0"], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "fieldapp db upgrade" in refused.stderr
    assert "Traceback" not in refused.stderr
