"""A photo whose server is killed in the middle goes on where the file ends: real processes, real sockets."""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert

from fieldapp.domain.permissions import Role
from fieldapp.persistence.schema import api_tokens
from fieldapp.services.context import Context
from fieldapp.services.identify_person import digest
from fieldapp.services.upload_pieces import path_of
from tests.accounts import make_account
from tests.pictures import jpeg
from tests.services.small_register import fill

COMMAND = [sys.executable, "-c", "from fieldapp.cli import main; main()", "serve", "--port", "0"]
HEADERS = {"Authorization": "Bearer a-token", "Tus-Resumable": "1.0.0"}
PIECE = {"Content-Type": "application/offset+octet-stream"}
KEPT = 600 * 1024  # bytes that have arrived when the server is killed: more than it collects before it writes


def _serve(context: Context) -> tuple[subprocess.Popen[str], int]:
    process = subprocess.Popen(
        COMMAND,
        env={
            "FIELDAPP_DATABASE_URL": context.settings.database_url,
            "FIELDAPP_DATA_DIR": str(context.settings.data_dir),
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    ready = re.search(r":(\d+)$", process.stdout.readline())
    assert ready is not None
    return process, int(ready[1])


def _ask(
    port: int, method: str, path: str, headers: dict[str, str], body: bytes = b""
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, path, body, HEADERS | headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def _send_half(port: int, path: str, content: bytes) -> socket.socket:
    """Begin a request that says it carries everything, and send the beginning of it."""
    client = socket.create_connection(("127.0.0.1", port), timeout=60)
    headers = HEADERS | PIECE | {"Host": "x", "Upload-Offset": "0", "Content-Length": str(len(content))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    client.sendall(f"PATCH {path} HTTP/1.1\r\n{lines}\r\n".encode() + content[:KEPT])
    return client


def test_an_upload_outlives_kill_9_and_clients_that_hang_up(sqlite_context: Context) -> None:
    fill(sqlite_context)
    person = make_account(sqlite_context, Role.COMMISSIONER, commissioner_id="C-0001")
    with sqlite_context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(
            insert(api_tokens).values(
                token_hash=digest("a-token"),
                user_id=person.user_id,
                name="phone",
                scope="write",
                created_at=datetime(2026, 1, 1, tzinfo=UTC),
                expires_at=datetime(2099, 1, 1, tzinfo=UTC),
            )
        )
    content = jpeg(size=(4000, 3000), quality=95)
    assert len(content) > KEPT
    sha256 = hashlib.sha256(content).hexdigest()
    process, port = _serve(sqlite_context)
    try:
        begun = _ask(port, "POST", "/api/v1/photos", {"Upload-Length": str(len(content))})
        address = begun.headers["Location"]
        file = path_of(sqlite_context, UUID(address[-36:]))
        with _send_half(port, address, content):
            deadline = time.monotonic() + 60
            while not (file.exists() and file.stat().st_size == KEPT):
                assert time.monotonic() < deadline
        while (hung_up := _ask(port, "HEAD", address, {})).status == 423:
            assert time.monotonic() < deadline
        assert hung_up.headers["Upload-Offset"] == str(KEPT)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate(timeout=60)
    process, port = _serve(sqlite_context)
    try:
        offset = int(_ask(port, "HEAD", address, {}).headers["Upload-Offset"])
        assert offset == KEPT
        rest = {"Upload-Offset": str(offset)}
        assert _ask(port, "PATCH", address, PIECE | rest, content[offset:]).status == 204
        assert _ask(port, "HEAD", f"/api/v1/photos/{sha256}", {}).status == 200
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.communicate(timeout=60)
