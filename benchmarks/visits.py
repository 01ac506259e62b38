"""Visits from many phones at once, taken by real processes on both databases, with durable commits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from benchmarks.figures import Figure
from benchmarks.load import Load, offer, watched_machine
from benchmarks.server import free_port
from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.permissions import SYSTEM, Role
from fieldapp.persistence import accounts, schema
from fieldapp.persistence.audit_chain import check_chain
from fieldapp.services.context import Context, open_context
from fieldapp.services.keep_tokens import create_token
from fieldapp.services.make_demonstration import make_demonstration
from fieldapp.services.migrate_database import upgrade_database
from fieldapp.settings import Settings
from tests.postgres import Databases, postgres_server

SECONDS = int(os.environ.get("SECONDS_OF_VISITS", "30"))
_PHONES = 40  # as many commissioners log their visits
_CONNECTIONS = 32
_DAYS = 60  # before today, on each of which a commissioner makes visits, one after the other
_LENGTH = timedelta(minutes=150)


def visits_on_sqlite() -> list[Figure]:
    """100 visits a second on SQLite, two worker processes."""
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/fieldapp.sqlite"
        return _taken(Path(folder), database, workers=2, rate=100, most=float("inf"))


def visits_on_postgres() -> list[Figure]:
    """260 visits a second on PostgreSQL as it comes, four worker processes."""
    with postgres_server(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        database = Databases(server).make().render_as_string(hide_password=False)
        return _taken(Path(folder), database, workers=4, rate=260, most=float("inf"))


def _taken(folder: Path, database_url: str, *, workers: int, rate: float, most: float) -> list[Figure]:
    context = open_context(
        Settings(
            data_dir=folder,
            database_url=database_url,
            secret_key="benchmark",
            timezone=ZoneInfo("Asia/Shanghai"),
        )
    )
    upgrade_database(context)
    make_demonstration(context)
    tokens = phones(context)
    with _served(context.settings, workers) as (url, process):
        warm, wanted = 200, int(rate * SECONDS)
        offer(url, logs(tokens, warm), rate=float("inf"), connections=_CONNECTIONS)
        before = _count(context)
        with watched_machine(process) as machine:
            load = offer(url, logs(tokens, wanted, after=warm), rate=rate, connections=_CONNECTIONS)
        left_behind = len(load.latencies) - (_count(context) - before)
        with watched_machine(process) as flat_out:
            further = logs(tokens, wanted // 3, after=warm + wanted)
            fastest = offer(url, further, rate=most, connections=_CONNECTIONS)
    with context.reading() as connection:
        whole = check_chain(connection).whole
    context.close()
    cost = machine.seconds / len(load.latencies)
    engine, seconds = database_url.partition(":")[0].partition("+")[0], f"{SECONDS} s"
    return [
        Figure(
            f"{engine}: visits accepted, of {rate:g} a second for {seconds}",
            load.rate,
            "1/s",
            rate * 0.99,
            False,
        ),
        Figure(f"{engine}: answered 201", 100 * _share(load), "%", 100, at_most=False),
        Figure(
            f"{engine}: answered 201 and not in the database or not in the audit chain",
            left_behind + (not whole),
            "",
            0,
        ),
        Figure(f"{engine}: latency, median", load.latency(0.5) * 1000, "ms"),
        Figure(f"{engine}: latency, 99 of 100", load.latency(0.99) * 1000, "ms"),
        Figure(f"{engine}: processor time of the workers a visit", cost * 1000, "ms"),
        Figure(f"{engine}: machine's steal meanwhile", machine.steal, "%"),
        Figure(f"{engine}: machine idle meanwhile", machine.idle, "%"),
        Figure(f"{engine}: as fast as {_CONNECTIONS} connections are answered", fastest.rate, "1/s"),
        Figure(f"{engine}: answered 201 then", 100 * _share(fastest), "%"),
        Figure(f"{engine}: machine's steal then", flat_out.steal, "%"),
    ]


def _share(load: Load) -> float:
    return load.statuses[201] / len(load.latencies)


def _count(context: Context) -> int:
    with context.reading() as connection:
        return connection.scalar(select(func.count()).select_from(schema.visits)) or 0


def phones(context: Context) -> list[tuple[str, str]]:
    """A token and a township of as many commissioners who have been in office long enough."""
    today = context.today()
    serving = (
        select(schema.assignments.c.commissioner_id, func.min(schema.assignments.c.township_code))
        .where(
            schema.assignments.c.state == "active",
            schema.assignments.c.starts_on <= today - timedelta(days=_DAYS),
            schema.assignments.c.ends_on >= today,
        )
        .group_by(schema.assignments.c.commissioner_id)
        .limit(_PHONES)
    )
    with context.reading() as connection:
        chosen = connection.execute(serving).all()
    made = []
    for number, (commissioner_id, township_code) in enumerate(chosen):
        with context.work(actor="benchmark") as work:
            found = accounts.find_by_commissioner(work.connection, commissioner_id)
            user_id = (
                found["id"]
                if found
                else accounts.add(
                    work.connection,
                    {
                        "username": f"phone-{number}",
                        "display_name": f"phone {number}",
                        "role": Role.COMMISSIONER.value,
                        "commissioner_id": commissioner_id,
                        "created_at": context.now(),
                    },
                )
            )
            work.commit()
        token = create_token(context, user_id, name="phone", scope=TokenScope.VISITS, days=30, by=SYSTEM)
        made.append((token, township_code))
    return made


def logs(tokens: list[tuple[str, str]], count: int, *, after: int = 0) -> list[bytes]:
    """So many new visits, each as the bytes of its request, two photos awaited with each.

    ``after`` are the visits that were made before these: nobody makes two at the same time.
    """
    numbers = range(after, after + count)
    return [_log(*tokens[number % len(tokens)], number // len(tokens)) for number in numbers]


def _log(token: str, township_code: str, number: int) -> bytes:
    slot, days = divmod(number, _DAYS)
    day = date.today() - timedelta(days=1 + days)  # noqa: DTZ011 - within the terms of the chosen phones
    began = datetime.combine(day, time(6), ZoneInfo("Asia/Shanghai")) + slot * _LENGTH
    body = {
        "base_revision": None,
        "township_code": township_code,
        "started_at": began.isoformat(),
        "ended_at": (began + _LENGTH).isoformat(),
        "mode": "on_site",
        "content": "查看苗情，指导水肥管理，解答农户提问，发放技术资料。",
        "service_days": 0.5,
        "results": {"problems_solved": 1, "farmers_trained": 12},
        "fix": {
            "lon": 127.0,
            "lat": 45.2,
            "accuracy_m": 12.0,
            "captured_at": began.isoformat(),
            "mocked": False,
        },
        "photos": [os.urandom(32).hex(), os.urandom(32).hex()],
    }
    content = json.dumps(body).encode()
    return (
        f"PUT /api/v1/visits/{uuid4()} HTTP/1.1\r\nHost: fieldapp\r\nAuthorization: Bearer {token}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n\r\n"
    ).encode() + content


@contextmanager
def _served(settings: Settings, workers: int) -> Iterator[tuple[str, int]]:
    """`fieldapp serve` upon an installation that is there; its address and process."""
    port = free_port()
    given = {
        "FIELDAPP_DATA_DIR": str(settings.data_dir),
        "FIELDAPP_DATABASE_URL": settings.database_url,
        "FIELDAPP_SECRET_KEY": settings.secret_key,
    }
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
    process = subprocess.Popen(
        [
            str(Path(sys.executable).parent / "fieldapp"),
            "serve",
            "--port",
            str(port),
            "--workers",
            str(workers),
        ],
        stdout=subprocess.PIPE,
        text=True,
        env=environment | given,
    )
    try:
        assert process.stdout is not None
        if not any(line.startswith("fieldapp ready") for line in process.stdout):
            raise RuntimeError(f"the server did not start: exit {process.wait()}")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)
