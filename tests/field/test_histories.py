"""Random histories of phones, persons and failures against a real server: nothing is lost or doubled.

The seed of a history that fails is printed; ``FIELDAPP_HISTORY_SEED=n`` replays it alone.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.field.histories.running import run_histories

# By the engine of the database; the phones are the same, so PostgreSQL is tried with fewer.
COUNTS = {"sqlite": 24, "postgresql": 12}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("engine", COUNTS)
def test_phones_and_server_agree_after_any_history(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database_url: str = request.getfixturevalue(f"{engine}_url")
    seed = os.environ.get("FIELDAPP_HISTORY_SEED")
    first, count = (int(seed), 1) if seed else (int(time.time()) % 1_000_000, COUNTS[engine])
    told = run_histories(
        tmp_path / "histories",
        first_seed=first,
        count=count,
        kill_every=12,
        people=48,
        database_url=database_url,
    )
    print(told)
    assert told.count == count
    assert not told.failures, str(told)
