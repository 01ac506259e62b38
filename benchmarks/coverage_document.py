"""The coverage document over HTTP, and the function behind it for the whole nation."""

from __future__ import annotations

import http.client
import statistics
import threading
import time
from datetime import date
from urllib.parse import urlsplit

from benchmarks.figures import Figure, median_seconds
from benchmarks.nation import nation
from benchmarks.server import Served
from fieldapp.domain.coverage import coverage_table
from fieldapp.services.context import open_context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.settings import Settings

PATH = "/api/v1/coverage"


def document_over_http(served: Served, *, requests: int = 400, clients: int = 4) -> list[Figure]:
    """Latency of one client, throughput of several, and what an unchanged ETag costs."""
    latencies, etag = _latencies(served.url, {}, requests)
    unchanged, _ = _latencies(served.url, {"If-None-Match": etag}, requests, expect=304)
    begun = time.perf_counter()
    threads = [threading.Thread(target=_latencies, args=(served.url, {}, requests)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = clients * requests / (time.perf_counter() - begun)
    settings = Settings.from_environment({"FIELDAPP_DATA_DIR": str(served.data_dir)})

    def recomputed() -> None:
        context = open_context(settings)  # a new context has nothing cached
        measure_coverage(context).document()
        context.close()

    return [
        Figure("one request, median", statistics.median(latencies) * 1000, "ms", 10),
        Figure("one request with an unchanged ETag (304), median", statistics.median(unchanged) * 1000, "ms"),
        Figure(f"requests from {clients} clients at once", rate, "1/s", 200, at_most=False),
        Figure("baseline: recomputed for one request", median_seconds(recomputed, runs=7) * 1000, "ms"),
    ]


def function_alone() -> list[Figure]:
    """`coverage_table` on made-up frames: it grows with the townships."""
    figures = []
    for townships in (168, 40_000):
        frames = nation(townships)
        seconds = median_seconds(
            lambda frames=frames: coverage_table(frames.townships, **frames.others, as_of=date(2026, 11, 22)),
            runs=5,
        )
        figures.append(Figure(f"coverage_table, {townships} townships", seconds * 1000, "ms"))
    return figures


def _latencies(
    url: str, headers: dict[str, str], requests: int, *, expect: int = 200
) -> tuple[list[float], str]:
    connection = http.client.HTTPConnection(urlsplit(url).netloc)
    latencies = []
    etag = ""
    for _ in range(requests):
        begun = time.perf_counter()
        connection.request("GET", PATH, headers={"Accept-Encoding": "br"} | headers)
        response = connection.getresponse()
        response.read()
        latencies.append(time.perf_counter() - begun)
        if response.status != expect:
            raise RuntimeError(f"expected {expect}, was answered {response.status}")
        etag = response.headers["ETag"]
    connection.close()
    return latencies, etag
