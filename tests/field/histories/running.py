"""Run histories under Node against real server processes."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.field.histories.installation import write_installation
from tests.field.node import node

_RUN = Path(__file__).parent / "run.mjs"


@dataclass(frozen=True)
class Told:
    """How many histories ran, what they went through, and which seeds failed with what."""

    count: int
    seconds: float
    kills: int
    visits: int
    broken: int  # connections that were cut, held back, or delivered late or twice
    failures: list[dict[str, Any]]
    server: str  # what it wrote last, where something failed

    def __str__(self) -> str:
        head = (
            f"{self.count} histories in {self.seconds:.0f} s: {self.visits} visits, "
            f"{self.broken} connections broken, the server killed {self.kills} times, "
            f"{len(self.failures)} failures"
        )
        return "\n".join([head, *(_failure(each) for each in self.failures), self.server])


def run_histories(
    folder: Path,
    *,
    first_seed: int,
    count: int,
    kill_every: int,
    people: int,
    lanes: int = 8,
    seconds: float | None = None,
    database_url: str | None = None,
) -> Told:
    """Run ``count`` histories from ``first_seed`` on, or as many as ``seconds`` allow, ``lanes`` at once.

    After each ``kill_every`` of them the server is killed while the others go on; 0 for never. The database
    is one on SQLite in ``folder``, unless ``database_url`` names another without people in it.
    """
    file = write_installation(folder, people=people, database_url=database_url)
    settings = {
        "INSTALLATION": str(file),
        "SEED": str(first_seed),
        "COUNT": str(count),
        "LANES": str(min(lanes, count)),
        "KILL_EVERY": str(kill_every),
    }
    if seconds is not None:
        settings["SECONDS"] = str(seconds)
    ran = subprocess.run(
        [node(), str(_RUN)], env=os.environ | settings, capture_output=True, text=True, check=False
    )
    if ran.returncode != 0:
        raise RuntimeError(f"the histories ended with {ran.returncode}:\n{ran.stdout}\n{ran.stderr}")
    told = json.loads(ran.stdout.splitlines()[-1])
    return Told(
        count=told["count"],
        seconds=told["seconds"],
        kills=told["kills"],
        visits=told.get("visits", 0),
        broken=sum(told.get(kind, 0) for kind in ("cut", "slow", "late", "twice")),
        failures=told["failures"],
        server=told.get("server", ""),
    )


def _failure(failure: dict[str, Any]) -> str:
    seed, history = failure["seed"], ", ".join(failure.get("history") or ())
    return f"FIELDAPP_HISTORY_SEED={seed} replays: {failure['message']}\n  {history}"
