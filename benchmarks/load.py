"""A load of requests that come when they are due, whether or not the ones before have been answered."""

from __future__ import annotations

import os
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Load:
    """What became of the requests; latencies count from the moment when each was due, in seconds."""

    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second, until the last one was there."""
        return len(self.latencies) / self.seconds

    def latency(self, share: float) -> float:
        """The latency that this share of the requests did not exceed."""
        return sorted(self.latencies)[min(int(share * len(self.latencies)), len(self.latencies) - 1)]


@dataclass
class _Line:
    """One kept-alive connection, and when the request on it was due; None while it rests."""

    socket: socket.socket
    due: float | None = None
    received: bytes = b""


def offer(url: str, requests: Sequence[bytes], *, rate: float, connections: int) -> Load:
    """Send each request at its turn, ``rate`` a second, over so many connections; inf: as fast as answered.

    One thread, so that the client takes little from the server whose machine it shares.
    """
    place = urlsplit(url)
    address = (place.hostname or "", place.port or 80)
    lines = [_Line(socket.create_connection(address)) for _ in range(connections)]
    free, load = deque(lines), Load()
    begun = time.perf_counter()
    ahead = deque(
        (begun + number / rate if rate != float("inf") else begun, each)
        for number, each in enumerate(requests)
    )
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
        while ahead or len(free) < connections:
            now = time.perf_counter()
            while ahead and free and ahead[0][0] <= now:
                due, request = ahead.popleft()
                line = free.popleft()
                line.due = now if rate == float("inf") else due
                line.socket.sendall(request)
            wait = max(ahead[0][0] - now, 0) if ahead and free else 5.0
            for key, _ in selector.select(wait):
                line = key.data
                if line.due is None:  # the server ends a connection that has rested for long
                    selector.unregister(line.socket)
                    line.socket.close()
                    line.socket = socket.create_connection(address)
                    selector.register(line.socket, selectors.EVENT_READ, line)
                elif _is_answered(line, load):
                    line.due = None
                    free.append(line)
    load.seconds = time.perf_counter() - begun
    for line in lines:
        line.socket.close()
    return load


def _is_answered(line: _Line, load: Load) -> bool:
    data = line.socket.recv(65536)
    if not data:
        raise ConnectionError("the server closed a connection instead of answering")
    line.received += data
    head, found, body = line.received.partition(b"\r\n\r\n")
    if not found:
        return False
    if not _is_whole(head.lower(), body):
        return False
    load.statuses[int(head[9:12])] += 1
    load.latencies.append(time.perf_counter() - (line.due or 0))
    line.received = b""
    return True


def _is_whole(head: bytes, body: bytes) -> bool:
    if b"\r\ntransfer-encoding: chunked" in head:
        return body.endswith(b"\r\n0\r\n\r\n")
    length = next(
        int(each.split(b":")[1]) for each in head.split(b"\r\n") if each.startswith(b"content-length:")
    )
    return len(body) >= length


@dataclass
class Machine:
    """Shares of the machine's time, in per cent, while it was watched, and the seconds of some processes."""

    steal: float = 0.0
    idle: float = 0.0
    seconds: float = 0.0


@contextmanager
def watched_machine(process: int) -> Iterator[Machine]:
    """What the machine did meanwhile, and the processor time of the children of ``process``.

    A neighbour's steal makes every other figure worse.
    """
    machine, before, used = Machine(), _jiffies(), _seconds_of_children(process)
    yield machine
    machine.seconds = _seconds_of_children(process) - used
    spent = [after - was for after, was in zip(_jiffies(), before, strict=True)]
    machine.steal = 100 * spent[7] / sum(spent)
    machine.idle = 100 * (spent[3] + spent[4]) / sum(spent)


def _seconds_of_children(process: int) -> float:
    ticks = 0
    for child in Path(f"/proc/{process}/task/{process}/children").read_text("ascii").split():
        ticks += sum(
            int(each) for each in Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[11:13]
        )
    return ticks / os.sysconf("SC_CLK_TCK")


def _jiffies() -> list[int]:
    return [int(each) for each in Path("/proc/stat").read_text("ascii").splitlines()[0].split()[1:9]]
