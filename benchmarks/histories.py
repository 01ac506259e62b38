"""Random histories of phones and failures against real server processes, for a while."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from tests.field.histories.running import Told, run_histories
from tests.postgres import Databases, postgres_server

_COUNT = 2000
_SECONDS = 900.0  # on each engine
_LANES = 20  # they mostly wait for the network
_PEOPLE = 2000  # whoever comes again brings all earlier visits to every new phone
_KILL_EVERY = 25


def random_histories() -> list[Figure]:
    """As many as fit into the time, on SQLite and then on PostgreSQL.

    FIELDAPP_HISTORIES and FIELDAPP_HISTORY_SECONDS say otherwise, FIELDAPP_HISTORY_SEED where to begin.
    """
    figures = _figures("SQLite", _run(None))
    with postgres_server(durable=True) as server:
        address = Databases(server).make().render_as_string(hide_password=False)
        return figures + _figures("PostgreSQL", _run(address))


def _run(database_url: str | None) -> Told:
    with tempfile.TemporaryDirectory() as folder:
        told = run_histories(
            Path(folder),
            first_seed=int(os.environ.get("FIELDAPP_HISTORY_SEED", time.time())),
            count=int(os.environ.get("FIELDAPP_HISTORIES", _COUNT)),
            kill_every=_KILL_EVERY,
            people=_PEOPLE,
            lanes=_LANES,
            seconds=float(os.environ.get("FIELDAPP_HISTORY_SECONDS", _SECONDS)),
            database_url=database_url,
        )
    print(told)
    return told


def _figures(name: str, told: Told) -> list[Figure]:
    return [
        Figure(f"{name}: random histories of phones, a bad network and a killed server", told.count, ""),
        Figure(
            f"{name}: of them lost or doubled something, or came to no agreement",
            len(told.failures),
            "",
            must=0,
        ),
    ]


if __name__ == "__main__":
    for figure in random_histories():
        print(figure)
