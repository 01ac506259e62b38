"""Random histories of phones, persons and failures against a real server: nothing is lost or doubled.

The seed of a history that fails is printed; ``FIELDAPP_HISTORY_SEED=n`` replays it alone.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.field.histories.running import run_histories

COUNT = 24


@pytest.mark.timeout(900)
def test_phones_and_server_agree_after_any_history(tmp_path: Path) -> None:
    seed = os.environ.get("FIELDAPP_HISTORY_SEED")
    first, count = (int(seed), 1) if seed else (int(time.time()) % 1_000_000, COUNT)
    told = run_histories(tmp_path, first_seed=first, count=count, kill_every=12, people=48)
    print(told)
    assert told.count == count
    assert not told.failures, str(told)
