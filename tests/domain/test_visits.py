"""What a log says, when two say the same, and what cannot be kept."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldapp.domain.assignments import Assignment, AssignmentState
from fieldapp.domain.errors import ForbiddenError, InvalidInputError
from fieldapp.domain.visit_rules import CLOCK_ALLOWANCE, faults_of, refusal_of_term, require_valid
from fieldapp.domain.visits import INCOME, RESULTS, Fix, Visit, VisitMode, body_of, visit_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
BEGAN = datetime(2026, 11, 20, 1, 10, tzinfo=UTC)
LALIN = "230184101"


def log(**more: Any) -> Visit:
    """A log that can be kept."""
    said: dict[str, Any] = {
        "township_code": LALIN,
        "started_at": BEGAN,
        "ended_at": BEGAN + timedelta(minutes=150),
        "mode": VisitMode.ON_SITE,
        "content": "查看苗情",
        "service_days": Decimal("0.5"),
        "results": dict.fromkeys(RESULTS, 0),
        "fix": Fix(lon=127.0, lat=45.2, accuracy_m=12.0, captured_at=BEGAN, mocked=False),
        "no_fix_reason": None,
        "photos": (),
    }
    return Visit(**said | more)


def codes(visit: Visit, **more: Any) -> list[tuple[str, str]]:
    found = faults_of(visit, now=NOW, timezone=SHANGHAI, **more)
    return [(code, fault.pointer) for code, fault in found]


instants = st.integers(1_000_000_000, 1_790_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
fixes = st.builds(
    Fix,
    lon=st.floats(-180, 180),
    lat=st.floats(-90, 90),
    accuracy_m=st.floats(0, 5000),
    captured_at=instants,
    mocked=st.booleans(),
)


@st.composite
def logs(draw: st.DrawFn) -> Visit:
    """Any log that can be kept."""
    started_at = draw(instants)
    fix = draw(st.none() | fixes)
    results: dict[str, int | Decimal] = {name: draw(st.integers(0, 1_000_000)) for name in RESULTS}
    results[INCOME] = Decimal(draw(st.integers(0, 100_000_000))) / 100
    return log(
        started_at=started_at,
        ended_at=started_at + draw(st.timedeltas(timedelta(0), timedelta(days=31))),
        mode=draw(st.sampled_from(VisitMode)),
        content=draw(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=50)).strip(),
        results=results,
        fix=fix,
        no_fix_reason=None if fix else draw(st.none() | st.just("没有信号")),
        photos=tuple(
            draw(st.lists(st.text("0123456789abcdef", min_size=64, max_size=64), unique=True, max_size=9))
        ),
    )


def read(body: dict[str, Any]) -> dict[str, Any]:
    """The body as it arrives over the wire."""
    body = json.loads(json.dumps(body))
    for name in ("started_at", "ended_at", "recorded_at"):
        body[name] = body[name] and datetime.fromisoformat(body[name])
    if body["fix"]:
        body["fix"]["captured_at"] = datetime.fromisoformat(body["fix"]["captured_at"])
    return body


@given(logs(), st.integers(-14 * 60, 14 * 60))
def test_a_log_says_the_same_in_whatever_offset_its_instants_are_written(visit: Visit, minutes: int) -> None:
    offset = timezone(timedelta(minutes=minutes))
    assert visit_of(read(body_of(visit, offset))) == visit
    assert codes(visit) == []


@given(logs())
def test_numbers_say_the_same_as_0_5_or_as_whole_numbers_written_with_a_point(visit: Visit) -> None:
    body = read(body_of(visit, SHANGHAI))
    body["results"] = {name: float(value) for name, value in body["results"].items()}
    assert visit_of(body) == visit


@given(logs(), logs())
def test_logs_that_differ_in_anything_said_are_not_the_same(one: Visit, other: Visit) -> None:
    same_body = body_of(one, UTC) == body_of(other, UTC)
    assert (one == other) == same_body


def test_what_is_left_out_is_none_and_blanks_say_nothing() -> None:
    body = read(body_of(log(content="  查看苗情\r\n二 \n"), SHANGHAI))
    for name in ("results", "photos", "no_fix_reason", "recorded_at"):
        del body[name]
    visit = visit_of(body)
    assert visit.content == "查看苗情\n二"
    assert (set(visit.results.values()), visit.photos, visit.no_fix_reason) == ({0}, (), None)


def test_when_a_log_was_saved_says_nothing_of_the_visit() -> None:
    assert log(recorded_at=NOW) == log(recorded_at=None)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), date(2026, 12, 31)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_a_visit_counts_in_the_year_of_its_local_day(instant: datetime, day: date) -> None:
    assert log(started_at=instant).visited_on(SHANGHAI) == day


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"ended_at": BEGAN - timedelta(seconds=1)}, ("visit.period", "/ended_at")),
        ({"started_at": BEGAN - timedelta(days=32)}, ("visit.period", "/ended_at")),
        (
            {
                "started_at": datetime(1999, 12, 31, tzinfo=UTC),
                "ended_at": datetime(1999, 12, 31, 1, tzinfo=UTC),
            },
            ("visit.period", "/started_at"),
        ),
        ({"service_days": Decimal("0.3")}, ("visit.service_days", "/service_days")),
        ({"service_days": Decimal(0)}, ("visit.service_days", "/service_days")),
        ({"service_days": Decimal("Infinity")}, ("visit.service_days", "/service_days")),
        ({"service_days": Decimal("1.5")}, ("visit.service_days", "/service_days")),
        ({"content": "字" * 10_001}, ("visit.content", "/content")),
        ({"no_fix_reason": "没有信号"}, ("visit.no_fix_reason", "/no_fix_reason")),
        ({"fix": None, "no_fix_reason": "字" * 201}, ("visit.no_fix_reason", "/no_fix_reason")),
        ({"photos": ("a" * 64, "a" * 64)}, ("visit.photos", "/photos")),
        ({"photos": tuple(f"{n:064x}" for n in range(10))}, ("visit.photos", "/photos")),
        (
            {"fix": Fix(lon=181, lat=45, accuracy_m=1, captured_at=BEGAN, mocked=False)},
            ("visit.fix", "/fix/lon"),
        ),
        (
            {"fix": Fix(lon=127, lat=float("nan"), accuracy_m=1, captured_at=BEGAN, mocked=False)},
            ("visit.fix", "/fix/lat"),
        ),
        ({"results": {"new_varieties": -1}}, ("visit.results", "/results/new_varieties")),
        ({"results": {INCOME: Decimal("0.001")}}, ("visit.results", f"/results/{INCOME}")),
        ({"results": {INCOME: Decimal("Infinity")}}, ("visit.results", f"/results/{INCOME}")),
    ],
)
def test_what_cannot_be_is_pointed_at(change: dict[str, Any], fault: tuple[str, str]) -> None:
    assert codes(log(**change)) == [fault]


def test_a_day_of_service_each_day_that_the_visit_touches_is_possible() -> None:
    overnight = {"started_at": BEGAN, "ended_at": BEGAN + timedelta(days=1)}
    assert codes(log(**overnight, service_days=Decimal(2))) == []


def test_ten_days_of_service_that_cannot_be_are_written_as_ten() -> None:
    (found,) = faults_of(log(service_days=Decimal("1E+1")), now=NOW, timezone=SHANGHAI)
    assert "10 days of service" in str(found[1].message)


@given(st.timedeltas(timedelta(0), CLOCK_ALLOWANCE))
def test_a_clock_that_is_a_little_ahead_is_borne(ahead: timedelta) -> None:
    assert codes(log(ended_at=NOW + ahead, started_at=NOW)) == []


def test_a_clock_far_ahead_is_told_in_plain_words() -> None:
    visit = log(started_at=NOW + timedelta(hours=2), ended_at=NOW + timedelta(hours=3))
    with pytest.raises(InvalidInputError, match="lies ahead") as refused:
        require_valid(visit, now=NOW, timezone=SHANGHAI)
    assert refused.value.code == "visit.future"
    assert [fault.pointer for fault in refused.value.faults] == ["/started_at", "/ended_at"]
    clock = NOW + timedelta(hours=3)
    with pytest.raises(InvalidInputError) as told:
        require_valid(visit, now=NOW, timezone=SHANGHAI, client_clock=clock)
    assert "your phone shows 2026-11-22 12:00" in str(told.value.faults[0].message)


def term(**more: Any) -> Assignment:
    return Assignment(
        **{
            "township_code": LALIN,
            "commissioner_id": "C-0001",
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2026, 12, 31),
            "state": AssignmentState.ACTIVE,
        }
        | more
    )


def refusal(*terms: Assignment, day: date = date(2026, 11, 20)) -> str | None:
    refused = refusal_of_term(log(), terms, day=day, township="拉林满族镇")
    assert refused is None or isinstance(refused, ForbiddenError | InvalidInputError)
    return None if refused is None else refused.code


def test_a_visit_belongs_to_a_term_of_its_visitor_on_its_day() -> None:
    assert refusal(term()) is None
    assert refusal(term(state=AssignmentState.ENDED)) is None
    assert refusal(term(), day=date(2027, 1, 1)) == "visit.term"
    assert refusal(term(), day=date(2026, 12, 31)) is None
    assert refusal(term(ended_on=date(2026, 11, 19), state=AssignmentState.ENDED)) == "visit.term"


@pytest.mark.parametrize(
    "state", [AssignmentState.PROPOSED, AssignmentState.ON_NOTICE, AssignmentState.WITHDRAWN]
)
def test_what_was_not_yet_or_never_served_is_no_term(state: AssignmentState) -> None:
    assert refusal(term(state=state)) == "visit.township"
    assert refusal() == "visit.township"
    assert refusal(term(township_code="230184102")) == "visit.township"
    assert refusal(replace(term(), state=state), term()) is None
