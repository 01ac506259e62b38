"""The memory of a worker that has answered for long: it stays small, and it stays as it is.

Workers are forked from a process that has read the application, and share its pages: what one takes of the
machine counts each page by the share in it (PSS). What lists of processes show (RSS) counts it whole.
"""

from __future__ import annotations

import itertools
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.load import offer
from benchmarks.server import Served
from benchmarks.visits import logs, phones
from fieldapp.domain.accounts import TokenScope
from fieldapp.domain.permissions import SYSTEM
from fieldapp.persistence import accounts
from fieldapp.services.context import Context, open_context
from fieldapp.services.keep_tokens import create_token
from fieldapp.settings import Settings

_REQUESTS = 10_000
_CONNECTIONS = 8
_READ = (
    "/",
    "/?lang=en",
    "/map",
    "/assign",
    "/visits",
    "/visits/review",
    "/api/v1/coverage",
    "/api/v1/coverage?as_of=2026-12-31",
    "/api/v1/townships.geojson",
    "/api/v1/commissioners",
    "/api/v1/assignments",
    "/api/v1/visits?limit=50",
    "/export/townships.xlsx",
)
_MIB = 2**20


def after_many_requests(served: Served) -> list[Figure]:
    """What the larger worker takes after 10 000 requests of all kinds, and since half of them."""
    context = open_context(Settings.from_environment({"FIELDAPP_DATA_DIR": str(served.data_dir)}))
    half = _requests(context, _REQUESTS // 2)
    other_half = _requests(context, _REQUESTS // 2)
    context.close()
    first = offer(served.url, half, rate=float("inf"), connections=_CONNECTIONS)
    between = _largest(served.process, "Pss")
    second = offer(served.url, other_half, rate=float("inf"), connections=_CONNECTIONS)
    statuses = first.statuses + second.statuses
    refused = sum(count for status, count in statuses.items() if status not in {200, 201})
    end = _largest(served.process, "Pss")
    return [
        Figure(f"a worker after {_REQUESTS} mixed requests", end / _MIB, "MiB", 300),
        Figure(
            "the same with every shared page counted whole", _largest(served.process, "Rss") / _MIB, "MiB"
        ),
        Figure("grown in the second half of them", (end - between) / _MIB, "MiB", 10),
        Figure("answered neither 200 nor 201", refused, "", 0),
        Figure("requests a second, of all kinds", _REQUESTS / (first.seconds + second.seconds), "1/s"),
    ]


def _requests(context: Context, count: int) -> list[bytes]:
    """A third of them visits from phones, the rest pages, documents and files."""
    written = logs(phones(context), count // 3)
    with context.reading() as connection:
        administrator = accounts.find_by_name(connection, "admin")
    assert administrator is not None
    token = create_token(
        context, administrator["id"], name="memory", scope=TokenScope.WRITE, days=1, by=SYSTEM
    )
    head = f"Host: fieldapp\r\nAuthorization: Bearer {token}\r\nAccept-Encoding: br\r\n\r\n"
    read = [f"GET {address} HTTP/1.1\r\n{head}".encode() for address in _READ]
    mixed = itertools.chain.from_iterable(zip(written, itertools.cycle(read), itertools.cycle(read[5:])))
    return list(itertools.islice(mixed, count))


def _largest(process: int, kind: str) -> int:
    """Bytes of the largest child of a process."""
    children = Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split()
    return max(_bytes(int(child), kind) for child in children)


def _bytes(process: int, kind: str) -> int:
    for line in Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines():
        if line.startswith(f"{kind}:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"process {process} tells no {kind}")
