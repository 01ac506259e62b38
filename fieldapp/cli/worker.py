"""Gunicorn's threaded worker, which gives a thread only to a request that has arrived.

A phone at the edge of a field sends a photo for a minute, or vanishes in the middle of it. Such clients wait
in the poller of the main thread and cost a socket and some memory, never one of the few threads, however
many there are of them.
"""

from __future__ import annotations

import re
import selectors
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

# What is kept of a request until a thread reads the rest: the log of a visit, a photo as phones shrink them.
_MOST_KEPT = 512 * 1024  # bytes
_LONGEST_HEAD = 64 * 1024
_CHUNK = 64 * 1024
_SILENCE_S = 15.0  # a client that sends nothing for so long has vanished
_ARRIVAL_S = 120.0  # and one that trickles so long keeps others from coming in
_YIELD_S = 0.000_2  # for each client that a worker has
_LONGEST_YIELD_S = 0.003
_STALL_S = 20.0  # how long a thread waits for more of a large body, or for an answer to be taken
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d{1,15})[ \t]*\r\n", re.IGNORECASE)
# The length is told piece by piece, or the client waits for our word to go on: a thread has to talk to it.
_CONVERSES = re.compile(rb"\r\n(transfer-encoding|expect|upgrade):", re.IGNORECASE)


class _Connection(TConn):  # type: ignore[misc]  # Gunicorn has no types
    """A connection with what has arrived on it."""

    def __init__(self, *given: Any, closing: ThreadPoolExecutor) -> None:
        super().__init__(*given)
        self._closing = closing
        self.data_ready = True  # it is given to a thread only then
        self.arrived = bytearray()
        self.silent_from = self.begun = 0.0

    def await_request(self) -> None:
        """Begin to wait for a request."""
        self.sock.setblocking(False)
        self.begun = self.silent_from = time.monotonic()

    def receive(self) -> bool | None:
        """Take what is there; whether the request is whole, and None where the client has gone."""
        try:
            data = self.sock.recv(_CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            return None
        if not data:
            return None
        self.arrived += data
        self.silent_from = time.monotonic()
        return self._is_whole()

    def has_vanished(self, now: float) -> bool:
        """Whether to wait no longer."""
        return now - self.silent_from > _SILENCE_S or now - self.begun > _ARRIVAL_S

    def init(self) -> None:
        """Hand what has arrived to the parser; Gunicorn calls this in the thread."""
        super().init()
        self.sock.settimeout(_STALL_S)
        if self.arrived:
            self.parser.unreader.unread(bytes(self.arrived))
            self.arrived.clear()

    def close(self, graceful: bool = False) -> None:
        """Close without waiting for the client, as Gunicorn would on its main thread."""
        if graceful:
            self._closing.submit(util.close_graceful, self.sock)
        else:
            util.close(self.sock)

    def _is_whole(self) -> bool:
        end = self.arrived.find(b"\r\n\r\n")
        if end < 0:
            return len(self.arrived) > _LONGEST_HEAD  # the parser will refuse it
        head = bytes(self.arrived[: end + 2])
        length = _LENGTH.search(head)
        if length is None or _CONVERSES.search(head):
            return True
        return len(self.arrived) >= min(end + 4 + int(length[1]), _MOST_KEPT)


class Worker(ThreadWorker):  # type: ignore[misc]  # Gunicorn has no types
    """The worker of ``fieldapp serve``."""

    def init_process(self) -> None:
        """Begin to work, in the process that was forked for it."""
        # Clients are let read the last of an answer before their connection is closed under them.
        self._closing = ThreadPoolExecutor(max_workers=4, thread_name_prefix="closing")
        super().init_process()

    def accept(self, listener: socket.socket) -> None:
        """Take in a client, and wait for its request."""
        # All workers are told of a client. Who has many lets those with few be faster: the first to begin
        # would otherwise take them all, and leave processors without work.
        time.sleep(min(self.nr_conns * _YIELD_S, _LONGEST_YIELD_S))
        try:
            client, address = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return  # another worker was faster, or the client has gone
        self.nr_conns += 1
        self._await(_Connection(self.cfg, client, address, listener.getsockname(), closing=self._closing))

    def on_client_socket_readable(self, conn: _Connection, client: socket.socket) -> None:
        """Wait for the next request on a connection that was kept."""
        self.poller.unregister(client)
        self.keepalived_conns.remove(conn)
        self._await(conn)

    def murder_pending(self) -> None:
        """Give up clients that have vanished, and when stopping those that have asked nothing."""
        now = time.monotonic()
        for conn in list(self.pending_conns):
            if conn.has_vanished(now) or not (self.alive or conn.arrived):
                self._give_up(conn)

    def _await(self, conn: _Connection) -> None:
        conn.await_request()
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(self._on_arrival, conn))

    def _on_arrival(self, conn: _Connection, client: socket.socket) -> None:
        is_whole = conn.receive()
        if is_whole is None:
            self._give_up(conn)
        elif is_whole:
            self.poller.unregister(client)
            self.pending_conns.remove(conn)
            self.enqueue_req(conn)

    def _give_up(self, conn: _Connection) -> None:
        self.poller.unregister(conn.sock)
        self.pending_conns.remove(conn)
        self.nr_conns -= 1
        conn.close()
