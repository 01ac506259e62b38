"""Solve a draft: at once where that takes a moment, else in a process of its own, which can be cancelled."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from threading import Event, Thread

from fieldapp.domain.errors import FieldappError
from fieldapp.domain.planning import PlanningProblem
from fieldapp.domain.planning.distances import distances_of
from fieldapp.domain.planning.drafts import DraftState, Stage
from fieldapp.domain.planning.keeping import problem_of
from fieldapp.persistence import plan_drafts
from fieldapp.persistence.register import Values
from fieldapp.services.ask_roads import has_routing, measure_by_road
from fieldapp.services.context import Context, open_context
from fieldapp.services.explain_plan import OnStage, solve_and_explain
from fieldapp.services.open_draft import failed
from fieldapp.settings import Settings
from geodata.errors import Message

AT_ONCE = 100_000  # pairs of a commissioner and a township: a second or two
_BEAT_S = 1.0
_log = logging.getLogger(__name__)


def is_small(problem: PlanningProblem) -> bool:
    """Whether people can wait for it."""
    return len(problem.people) * len(problem.townships) <= AT_ONCE


def solved_at_once(
    context: Context, problem: PlanningProblem, *, on_stage: OnStage = lambda _: None
) -> Values:
    """The columns of a draft whose problem is solved here and now; raises what the solver raises.

    Who cannot be spared is found out when somebody looks, except where that takes long.
    """
    plan, facts = solve_and_explain(problem, with_fragility=not is_small(problem), on_stage=on_stage)
    return _ready(context, plan, facts)


def to_be_solved(context: Context) -> Values:
    """The columns of a draft that waits for its solver."""
    return {
        "state": DraftState.WAITING.value,
        "plan": None,
        "facts": None,
        "error": None,
        "solved_at": None,
        "progress": None,
        "beat_at": context.now(),
    }


def start_solver(context: Context, draft_id: int, revision: int) -> None:
    """Solve a stored draft in a process of its own; it ends with this one, or when the draft is cancelled."""
    # A new interpreter: a fork would carry locks and connections of the server's threads with it.
    get_context("spawn").Process(
        target=_run, args=(context.settings, draft_id, revision), daemon=True
    ).start()


def solve_stored(context: Context, draft_id: int, revision: int) -> None:
    """Solve a draft that waits, and store what comes of it, unless it was cancelled or changed meanwhile."""
    with context.reading() as connection:
        row = plan_drafts.get(connection, draft_id)
    try:
        values = row["input"]
        if has_routing(context):
            _require_wanted(_tell(context, draft_id, revision, Stage.ROADS))
            values |= measure_by_road(context, problem_of(values), distances_of(values)).values()
            _require_wanted(_save(context, draft_id, revision, {"input": values}))
        plan, facts = solve_and_explain(
            problem_of(values),
            with_fragility=True,
            on_stage=lambda stage: _require_wanted(_tell(context, draft_id, revision, stage)),
        )
        result = _ready(context, plan, facts)
    except _CancelledError:
        return
    except FieldappError as error:
        result = failed(error)
    except Exception:  # noqa: BLE001
        # Whatever it was, whoever waits is told; the reason goes to the log.
        _log.exception("plan %s cannot be solved", draft_id)
        result = failed(
            Message("The plan could not be solved, by a fault of the program. Tell the administrator.")
        )
    _save(context, draft_id, revision, result)


class _CancelledError(Exception):
    """Nobody wants the plan any more."""


def _run(settings: Settings, draft_id: int, revision: int) -> None:
    context = open_context(settings)
    try:
        with _beating(context, draft_id, revision):
            solve_stored(context, draft_id, revision)
    finally:
        context.close()


@contextmanager
def _beating(context: Context, draft_id: int, revision: int) -> Iterator[None]:
    """Tell every second that the solver is at work, and end the process when the draft is cancelled.

    The solver itself cannot be interrupted; it has written nothing before it is done.
    """
    done = Event()

    def beat() -> None:
        while not done.wait(_BEAT_S):
            if not _save(context, draft_id, revision, {"beat_at": context.now()}) and not done.is_set():
                os._exit(0)

    thread = Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _tell(context: Context, draft_id: int, revision: int, stage: Stage) -> bool:
    progress = {"stage": stage.value, "share": stage.share}
    values = {"state": DraftState.SOLVING.value, "progress": progress, "beat_at": context.now()}
    return _save(context, draft_id, revision, values)


def _require_wanted(is_wanted: bool) -> None:
    if not is_wanted:
        raise _CancelledError


def _save(context: Context, draft_id: int, revision: int, values: Values) -> bool:
    with context.work(actor="system") as work:
        is_wanted = plan_drafts.save_running(work.connection, draft_id, revision, **values)
        work.commit()
    return is_wanted


def _ready(context: Context, plan: Values, facts: Values) -> Values:
    return {
        "state": DraftState.READY.value,
        "plan": plan,
        "facts": facts,
        "error": None,
        "solved_at": context.now(),
        "progress": None,
        "beat_at": None,
    }
