"""Random histories of phones and failures against real server processes, for a while."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from tests.field.histories.running import run_histories

_COUNT = 2000
_SECONDS = 600.0
_PEOPLE = 240
_KILL_EVERY = 25


def random_histories() -> list[Figure]:
    """As many as fit into the time; FIELDAPP_HISTORIES and FIELDAPP_HISTORY_SECONDS say otherwise."""
    count = int(os.environ.get("FIELDAPP_HISTORIES", _COUNT))
    seconds = float(os.environ.get("FIELDAPP_HISTORY_SECONDS", _SECONDS))
    with tempfile.TemporaryDirectory() as folder:
        told = run_histories(
            Path(folder),
            first_seed=int(time.time()),
            count=count,
            kill_every=_KILL_EVERY,
            people=_PEOPLE,
            seconds=seconds,
        )
    print(told)
    return [
        Figure("random histories of phones, a bad network and a killed server", told.count, ""),
        Figure("of them lost or doubled something, or came to no agreement", len(told.failures), "", must=0),
    ]


if __name__ == "__main__":
    for figure in random_histories():
        print(figure)
