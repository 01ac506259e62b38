"""Made-up products, assignments and visits, placed in time around a day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import cos, pi, radians, sin
from random import Random
from typing import Any
from uuid import UUID

from fieldapp.demonstration.people import DemoCommissioner
from fieldapp.domain.assignments import AgreementState, AssignmentState, EndReason
from fieldapp.domain.specialties import FITTING
from fieldapp.domain.visits import EvidenceGrade, Review, VisitMode

TERM = timedelta(days=365)
DAY = timedelta(days=1)

# What a township without a product in print is given: things that do grow in the region.
_MADE_UP_PRODUCTS = (
    ("鲜食玉米", "grain"),
    ("绿色大豆", "soybean"),
    ("寒地蓝莓", "fruit"),
    ("棚室番茄", "vegetables"),
    ("黑木耳", "edible_fungi"),
    ("生态肉牛", "livestock"),
    ("五味子", "medicinal"),
    ("稻田蟹", "fisheries"),
)

# How townships stand on the day, in these proportions.
_STANDINGS = (
    ["uncovered"] * 16
    + ["no_product"] * 5
    + ["unsigned"] * 8
    + ["dormant"] * 11
    + ["unverified"] * 12
    + ["covered"] * 48
)

_CONTENT = (
    "查看苗情，指导水肥管理。",
    "现场指导病虫害防治，发放技术资料。",
    "举办技术培训，解答农户提问。",
    "帮助合作社制定生产计划，推广新品种。",
    "检查棚室温湿度，调整管理措施。",
)


@dataclass(frozen=True)
class DemoTownship:
    """What the history needs to know of a township: code, seat as (lon, lat), product in print."""

    code: str
    seat: tuple[float, float]
    product: dict[str, Any] | None


@dataclass(frozen=True)
class DemoHistory:
    """Rows for the tables of the same names; ``id`` is left to the database where it gives it."""

    products: list[dict[str, Any]]
    assignments: list[dict[str, Any]]
    visits: list[dict[str, Any]]


def history(
    random: Random, townships: Sequence[DemoTownship], people: Sequence[DemoCommissioner], today: date
) -> DemoHistory:
    """Products, assignments and visits of the year before ``today``, and the terms that go on after it.

    A person's place is given to one township for all of its terms, so capacity always holds.
    """
    standings = [
        "covered"
        if township.product and not township.product["demonstration"] and drawn == "no_product"
        else drawn
        for township, drawn in zip(townships, _drawn_standings(random, len(townships)), strict=True)
    ]
    free = [person for person in people for _ in range(person.capacity)]
    random.shuffle(free)
    products: list[dict[str, Any]] = []
    assignments: list[dict[str, Any]] = []
    visits: list[dict[str, Any]] = []
    # The uncovered choose last: their people, if any are left, have resigned or are still on notice.
    for township, standing in sorted(
        zip(townships, standings, strict=True), key=lambda pair: (pair[1] == "uncovered", pair[0].code)
    ):
        product = township.product or _made_up_product(random, township.code)
        if standing != "no_product":
            products.append(product)
        if not free:
            continue
        person = _take_fitting(free, product["category"])
        terms = _terms(random, township.code, person.id, standing, today)
        assignments.extend(terms)
        for term in terms:
            visits.extend(_visits(random, township, term, standing, today))
    return DemoHistory(products, assignments, visits)


def _drawn_standings(random: Random, count: int) -> list[str]:
    drawn = [_STANDINGS[index * len(_STANDINGS) // count] for index in range(count)]
    random.shuffle(drawn)
    return drawn


def _made_up_product(random: Random, township_code: str) -> dict[str, Any]:
    name, category = random.choice(_MADE_UP_PRODUCTS)
    return {
        "township_code": township_code,
        "name": f"{name}（演示）",
        "category": category,
        "basis": "演示数据",
        "demonstration": True,
    }


def _take_fitting(free: list[DemoCommissioner], category: str) -> DemoCommissioner:
    wanted = set(FITTING[category])
    index = next((i for i, person in enumerate(free) if wanted & set(person.specialties)), len(free) - 1)
    return free.pop(index)


def _terms(
    random: Random, township_code: str, commissioner_id: str, standing: str, today: date
) -> list[dict[str, Any]]:
    def term(starts_on: date, state: AssignmentState, **more: Any) -> dict[str, Any]:
        signed = state in {AssignmentState.ACTIVE, AssignmentState.ENDED}
        row = {
            "township_code": township_code,
            "commissioner_id": commissioner_id,
            "state": state.value,
            "starts_on": starts_on,
            "ends_on": starts_on + TERM - DAY,
            "ended_on": None,
            "end_reason": None,
            "notice_starts_on": starts_on - timedelta(days=20),
            "notice_ends_on": starts_on - timedelta(days=13),
            "agreement_state": (AgreementState.APPROVED if signed else AgreementState.NONE).value,
            "agreement_approved_on": starts_on + timedelta(days=random.randrange(5, 20)) if signed else None,
            "demonstration": True,
        }
        return row | more

    if standing == "uncovered":
        return _terms_of_uncovered(random, term, today)
    # One in four lapses within 90 days, so that there is something to see and to do.
    days_left = random.choice((random.randrange(1, 31), *(random.randrange(31, 91),) * 2, *(0,) * 9))
    ends_on = today + timedelta(days=days_left or random.randrange(91, 340))
    starts_on = ends_on - TERM + DAY
    current = term(starts_on, AssignmentState.ACTIVE)
    current["agreement_approved_on"] = min(current["agreement_approved_on"], today)
    if standing == "unsigned":
        current |= {"agreement_state": AgreementState.SUBMITTED.value, "agreement_approved_on": None}
    terms = [current]
    if random.random() < 0.6:
        former = term(starts_on - TERM, AssignmentState.ENDED, end_reason=EndReason.TERM_OVER.value)
        terms.insert(0, former)
    if days_left and random.random() < 0.25:
        terms.append(
            term(
                ends_on + DAY,
                AssignmentState.ACTIVE,
                agreement_state=AgreementState.NONE.value,
                agreement_approved_on=None,
            )
        )
    return terms


def _terms_of_uncovered(random: Random, term: Any, today: date) -> list[dict[str, Any]]:
    drawn = random.random()
    if drawn < 0.35:  # resigned before the term was over
        starts_on = today - timedelta(days=random.randrange(200, 300))
        ended_on = today - timedelta(days=random.randrange(5, 90))
        ended = {"ended_on": ended_on, "end_reason": EndReason.RESIGNED.value}
        return [term(starts_on, AssignmentState.ENDED, **ended)]
    if drawn < 0.6:  # ran out, and nobody followed
        starts_on = today - TERM - timedelta(days=random.randrange(3, 60))
        return [term(starts_on, AssignmentState.ENDED, end_reason=EndReason.TERM_OVER.value)]
    if drawn < 0.8:
        starts_on = today + timedelta(days=random.randrange(10, 40))
        state = AssignmentState.ON_NOTICE if drawn < 0.7 else AssignmentState.PROPOSED
        return [term(starts_on, state)]
    return []


def _visits(
    random: Random, township: DemoTownship, term: dict[str, Any], standing: str, today: date
) -> Iterator[dict[str, Any]]:
    if term["starts_on"] > today:
        return
    served_until = term["ended_on"] or term["ends_on"]
    goes_on = served_until >= today
    last = min(served_until, today - DAY)  # today's visits are not over yet
    lately = max(term["starts_on"], today - timedelta(days=random.randrange(1, 30)))
    if goes_on and standing == "dormant":
        last = today - timedelta(days=95)
    elif goes_on and lately <= last:
        yield _visit(random, township, term, lately, standing, today=today)
    day = term["starts_on"] + timedelta(days=random.randrange(1, 20))
    while day <= last:
        recent = (today - day).days < 90
        if not (goes_on and day == lately):
            yield _visit(random, township, term, day, standing if recent else "covered", today=today)
        day += timedelta(days=random.randrange(8, 26))


def _visit(
    random: Random, township: DemoTownship, term: dict[str, Any], day: date, standing: str, *, today: date
) -> dict[str, Any]:
    started_at = datetime.combine(
        day, time(random.randrange(0, 7), random.randrange(60)), UTC
    )  # 08 to 15 o'clock
    on_site = standing == "covered" or random.random() < 0.5
    metres = 900 * random.random()
    bearing = 2 * pi * random.random()
    lon, lat = township.seat
    grade = EvidenceGrade.B if standing != "unverified" else EvidenceGrade.C
    fix: dict[str, Any] = dict.fromkeys(
        ("fix_lon", "fix_lat", "fix_accuracy_m", "fix_captured_at", "fix_mocked")
    )
    if grade is EvidenceGrade.B:
        fix = {
            "fix_lon": round(lon + metres * sin(bearing) / (111_320 * cos(radians(lat))), 6),
            "fix_lat": round(lat + metres * cos(bearing) / 111_320, 6),
            "fix_accuracy_m": float(random.randrange(5, 60)),
            "fix_captured_at": started_at + timedelta(minutes=2),
            "fix_mocked": False,
        }
    training = random.random() < 0.2
    return {
        "id": UUID(int=random.getrandbits(128), version=4),
        "township_code": township.code,
        "commissioner_id": term["commissioner_id"],
        "started_at": started_at,
        "ended_at": started_at + timedelta(minutes=random.choice((90, 150, 240))),
        "visited_on": day,
        "received_at": min(
            started_at + timedelta(hours=random.randrange(4, 72)), datetime.combine(today, time(), UTC)
        ),
        "mode": (VisitMode.ON_SITE if on_site or grade is EvidenceGrade.B else VisitMode.REMOTE).value,
        "content": random.choice(_CONTENT),
        "service_days": random.choice((0.5, 0.5, 1.0)),
        "new_technologies": random.choice((0, 0, 0, 1)),
        "problems_solved": random.choice((0, 1, 1, 2)),
        "training_sessions": int(training),
        "farmers_trained": random.randrange(15, 60) if training else 0,
        "households_helped": random.randrange(0, 6),
        **fix,
        "grade": grade.value,
        "review": random.choice((Review.APPROVED, Review.APPROVED, Review.SUBMITTED)).value,
        "demonstration": True,
    }
