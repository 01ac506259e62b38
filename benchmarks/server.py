"""A demonstration installation in a temporary folder, served by real worker processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Served:
    url: str
    data_dir: Path
    process: int  # the parent of the workers
    passwords: dict[str, str] = field(default_factory=dict)  # of the demonstration's accounts, by name


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def served_demonstration() -> Iterator[Served]:
    """`fieldapp demo` as a person starts it; ends with the block."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        command = [str(Path(sys.executable).parent / "fieldapp"), "demo"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("FIELDAPP_")}
        process = subprocess.Popen(
            [*command, "--port", str(port), "--data-dir", f"{folder}/data"],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        try:
            assert process.stdout is not None
            said = []
            for line in process.stdout:
                if line.startswith("fieldapp ready"):
                    break
                said.append(line.split())
            else:
                raise RuntimeError(f"the demonstration did not start: exit {process.wait()}")
            passwords = {words[0]: words[1] for words in said if len(words) == 2}
            yield Served(f"http://127.0.0.1:{port}", Path(folder) / "data", process.pid, passwords)
        finally:
            process.terminate()
            process.wait(timeout=20)
