"""Steps of many threads in few commits: each stands or falls by itself, and none goes on too early."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlalchemy import insert, select

from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.persistence.audit_chain import check_chain
from fieldapp.persistence.schema import audit_events, institutions
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from geodata.errors import Message


def _adding(name: str) -> Callable[[UnitOfWork], str]:
    def step(work: UnitOfWork) -> str:
        work.connection.execute(insert(institutions).values(name=name))
        work.record("institution.added", "institution", name)
        return name

    return step


def _as_they_came(_work: UnitOfWork, came: Sequence[Any]) -> Sequence[Any]:
    return came


def _names(context: Context) -> set[str]:
    with context.reading() as connection:
        return set(connection.scalars(select(institutions.c.name)))


def _together(
    context: Context,
    steps: dict[str, Callable[[UnitOfWork], Any]],
    settle: Callable[[UnitOfWork, Sequence[Any]], Sequence[Any]] = _as_they_came,
) -> dict[str, Any]:
    """The result or the error of each step; they all wait for one that is being carried out."""
    came: dict[str, Any] = {}
    holding, waiting = threading.Event(), threading.Event()

    def first(work: UnitOfWork) -> None:
        holding.set()
        waiting.wait()

    def run(name: str, step: Callable[[UnitOfWork], Any]) -> None:
        try:
            came[name] = context.work_together(step, settle, actor=name)
        except Exception as error:  # noqa: BLE001 - looked at by the test
            came[name] = error

    threads = [threading.Thread(target=run, args=("first", first))]
    threads[0].start()
    holding.wait()
    threads += [threading.Thread(target=run, args=each) for each in steps.items()]
    for thread in threads[1:]:
        thread.start()
    while len(context._shared._waiting) < len(steps):
        pass
    waiting.set()
    for thread in threads:
        thread.join()
    return came


def test_what_waits_is_done_together_and_each_gets_its_own_result(context: Context) -> None:
    came = _together(context, {f"院{number}": _adding(f"院{number}") for number in range(6)})
    assert {name: result for name, result in came.items() if name != "first"} == {
        f"院{number}": f"院{number}" for number in range(6)
    }
    assert _names(context) == {f"院{number}" for number in range(6)}
    with context.reading() as connection:
        assert set(connection.scalars(select(audit_events.c.actor))) == {f"院{number}" for number in range(6)}
        assert check_chain(connection).whole


def test_a_step_that_fails_takes_no_other_with_it(context: Context) -> None:
    def refuse(work: UnitOfWork) -> None:
        _adding("不留下的院")(work)
        raise InvalidInputError(Message("This visit cannot be kept."))

    def break_rule(work: UnitOfWork) -> None:
        _adding("院一")(work)
        _adding("院一")(work)

    steps = {"good": _adding("好院"), "refused": refuse, "double": break_rule, "after": _adding("后院")}
    came = _together(context, steps)
    assert isinstance(came["refused"], InvalidInputError)
    assert isinstance(came["double"], ConflictError)
    assert came["double"].code == "already_exists"
    assert (came["good"], came["after"]) == ("好院", "后院")
    assert _names(context) == {"好院", "后院"}
    with context.reading() as connection:
        assert check_chain(connection).events == 2


def test_where_the_common_transaction_fails_each_is_tried_alone(
    context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit, failures = UnitOfWork.commit, iter([None, ConflictError(Message("busy"), code="concurrent")])

    def failing_once(work: UnitOfWork) -> None:
        failure = next(failures, None)
        if failure is not None:
            raise failure
        commit(work)

    monkeypatch.setattr(UnitOfWork, "commit", failing_once)
    came = _together(context, {"one": _adding("院一"), "two": _adding("院二")})
    assert (came["one"], came["two"]) == ("院一", "院二")
    assert _names(context) == {"院一", "院二"}


def test_what_steps_have_in_common_is_settled_once_and_each_gets_its_own(context: Context) -> None:
    settled: list[Sequence[Any]] = []

    def settle(_work: UnitOfWork, came: Sequence[Any]) -> Sequence[Any]:
        settled.append(came)
        return [f"{name}!" for name in came]

    came = _together(context, {"one": _adding("院一"), "two": _adding("院二")}, settle)
    assert (came["one"], came["two"]) == ("院一!", "院二!")
    assert [sorted(each) for each in settled[1:]] == [["院一", "院二"]]


def test_where_settling_fails_each_is_told_of_its_own(context: Context) -> None:
    def settle(_work: UnitOfWork, came: Sequence[Any]) -> Sequence[Any]:
        if "院二" in came:
            raise InvalidInputError(Message("This visit cannot be kept."))
        return came

    came = _together(context, {"one": _adding("院一"), "two": _adding("院二")}, settle)
    assert came["one"] == "院一"
    assert isinstance(came["two"], InvalidInputError)
    assert _names(context) == {"院一"}
