"""``fieldapp serve``: the pages and the API, by Gunicorn."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.util import import_app

from fieldapp.assets import asset_url
from fieldapp.cli.output import Installation, pass_installation
from fieldapp.domain.errors import ConflictError, InvalidInputError, UnavailableError
from fieldapp.services.tidy_photos import tidy_photos
from fieldapp.settings import Settings
from geodata.errors import Message

# A worker answers several at once, so that one slow upload does not keep the others waiting.
_THREADS = 16
_TIMEOUT_S = 120
_GRACE_S = 30
_BACKLOG = 2048
# Named, not imported: the command line lies below the application that wires it all.
_APPLICATION = "fieldapp.app:create_app"


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one."
)
@click.option(
    "--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Processes that answer."
)
@pass_installation
def serve(installation: Installation, host: str, port: int, workers: int) -> None:
    """Serve the pages and the API until interrupted."""
    run_server(
        installation,
        host=host,
        port=port,
        workers=workers,
        ready=lambda address: click.echo(f"fieldapp ready {address}"),
    )


def run_server(
    installation: Installation, *, host: str, port: int, workers: int, ready: Callable[[str], None]
) -> None:
    """Serve until told to stop; ``ready`` is called once, with the address, when requests are answered.

    Raises, before anything is started, `UnavailableError` where the database or the browser assets are
    not ready, and `ConflictError` or `InvalidInputError` where the address cannot be listened on.
    """
    asset_url("site.css")
    _tidy(installation)
    installation.context.close()  # made ready; no connection may be carried into the workers
    listener = _listening(host, port)
    address = _address(listener)
    server = _Server(
        installation.settings,
        listener.detach(),  # Gunicorn closes it
        workers=workers,
        ready=lambda: ready(address),
    )
    import_app(_APPLICATION)  # once for all workers, who share its memory: they begin sooner and cost less
    _set_aside()
    parent = os.getpid()
    try:
        server.run()
    except SystemExit as end:
        if os.getpid() != parent:
            raise  # a worker, which tells Gunicorn by its code how it ended
        raise SystemExit(1 if end.code else 0) from None


def _tidy(installation: Installation) -> None:
    """Remove what has expired; a store that cannot be reached now is no reason not to serve."""
    try:
        tidy_photos(installation.context)
    except UnavailableError as error:
        installation.say(error.message)


def _listening(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (socket.gaierror, UnicodeError):
        raise InvalidInputError(
            Message("{host} is not an address of this machine. Try 127.0.0.1 or 0.0.0.0.", host=host)
        ) from None
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        raise ConflictError(
            Message(
                "Nothing can be served at {host}:{port}: {reason}. "
                "Stop what runs there, or choose another port with --port.",
                host=host,
                port=port,
                reason=error.strerror or str(error),
            ),
            code="address.taken",
        ) from error
    return listener


class _Server(BaseApplication):  # type: ignore[misc]  # Gunicorn has no types
    """Gunicorn on a socket that is bound already, so that the address cannot be taken meanwhile."""

    def __init__(self, settings: Settings, listener: int, *, workers: int, ready: Callable[[], None]) -> None:
        self._settings = settings
        self._listener = listener
        self._workers = workers
        self._ready = ready
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": f"fd://{self._listener}",
            "workers": self._workers,
            "worker_class": "fieldapp.cli.worker.Worker",
            "threads": _THREADS,
            "timeout": _TIMEOUT_S,
            "graceful_timeout": _GRACE_S,
            "proc_name": "fieldapp",
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_worker_init": self._worker_started,
        }
        if Path("/dev/shm").is_dir():  # noqa: S108  # Gunicorn makes the file itself, safely
            options["worker_tmp_dir"] = "/dev/shm"  # noqa: S108  # its heartbeat must not wait for a disk
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return import_app(_APPLICATION)(self._settings)

    def _worker_started(self, worker: Any) -> None:
        _set_aside()
        gc.set_threshold(5_000, 20, 20)  # to look as often as usual takes a tenth of a small request's time
        if worker.age == 1:  # the first; those that replace others are older
            self._ready()


def _set_aside() -> None:
    """Spare what is there by now, and stays, from being looked through for what has ended."""
    gc.collect()
    gc.freeze()


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}"
