"""What the log of a visit may say: limits of its numbers and texts, its period, and the time it is now."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import Decimal

from fieldapp.domain.assignments import SERVING_STATES, Assignment, is_serving
from fieldapp.domain.errors import Fault, FieldappError, ForbiddenError, InvalidInputError
from fieldapp.domain.visits import INCOME, RESULTS, Visit
from geodata.errors import Message

MOST_PHOTOS = 9
LONGEST_CONTENT = 10_000  # characters
LONGEST_REASON = 200
LARGEST_COUNT = 1_000_000
LONGEST_PERIOD = timedelta(days=31)
LARGEST_ACCURACY_M = 1_000_000.0
# How far ahead of the server a phone's clock may go before its times are questioned.
CLOCK_ALLOWANCE = timedelta(minutes=15)
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # a phone whose battery was empty wakes up before
_HALF = Decimal("0.5")


def require_valid(
    visit: Visit, *, now: datetime, timezone: tzinfo, client_clock: datetime | None = None
) -> None:
    """Raise `InvalidInputError`, with every fault and the words of the first, unless the log can be kept."""
    found = list(faults_of(visit, now=now, timezone=timezone, client_clock=client_clock))
    if found:
        code, first = found[0]
        raise InvalidInputError(first.message, [fault for _, fault in found], code=code)


def faults_of(
    visit: Visit, *, now: datetime, timezone: tzinfo, client_clock: datetime | None = None
) -> Iterator[tuple[str, Fault]]:
    """Each fault with its stable code; ``client_clock`` is what the visitor's clock showed at ``now``."""
    yield from _times(visit, now, timezone, client_clock)
    yield from _days(visit, timezone)
    yield from _results(visit)
    yield from _texts(visit)
    yield from _position(visit)
    yield from _photos(visit)


def refusal_of_term(
    visit: Visit, terms: Sequence[Assignment], *, day: date, township: str
) -> FieldappError | None:
    """Why somebody with these terms may not log a visit there on that day; None where that is right.

    A term that has ended since still counts for the days on which it was served.
    """
    here = [
        term for term in terms if term.township_code == visit.township_code and term.state in SERVING_STATES
    ]
    if not here:
        return ForbiddenError(
            Message(
                "{township} is not your township, and never was. Choose the township that you visited "
                "as its commissioner, or ask the bureau to assign it to you.",
                township=township,
            ),
            code="visit.township",
        )
    if any(is_serving(term, day) for term in here):
        return None
    nearest = min(here, key=lambda term: max(term.starts_on - day, day - term.last_day))
    message = Message(
        "You visited {township} on {day}, but your term there is from {starts_on} to {ends_on}. "
        "Correct the day of the visit, or ask the bureau to correct the term.",
        township=township,
        day=day,
        starts_on=nearest.starts_on,
        ends_on=nearest.last_day,
    )
    return InvalidInputError(message, [Fault("/started_at", message)], code="visit.term")


def _times(
    visit: Visit, now: datetime, timezone: tzinfo, client_clock: datetime | None
) -> Iterator[tuple[str, Fault]]:
    for pointer, instant in (("/started_at", visit.started_at), ("/ended_at", visit.ended_at)):
        if instant > now + CLOCK_ALLOWANCE:
            yield "visit.future", Fault(pointer, _future(instant, now, timezone, client_clock))
    if visit.started_at < _EARLIEST:
        message = Message(
            "The visit begins on {day}, which cannot be. Set the clock of your phone and correct the times.",
            day=visit.visited_on(timezone),
        )
        yield "visit.period", Fault("/started_at", message)
    if visit.ended_at < visit.started_at:
        message = Message("The visit ends before it begins. Correct one of the two times.")
        yield "visit.period", Fault("/ended_at", message)
    elif visit.ended_at - visit.started_at > LONGEST_PERIOD:
        message = Message(
            "The visit lasts more than {days} days. Correct the times, or log several visits.",
            days=LONGEST_PERIOD.days,
        )
        yield "visit.period", Fault("/ended_at", message)


def _future(instant: datetime, now: datetime, timezone: tzinfo, client_clock: datetime | None) -> Message:
    told = {"instant": _clock(instant, timezone), "now": _clock(now, timezone)}
    if client_clock is not None and client_clock > now + CLOCK_ALLOWANCE:
        return Message(
            "{instant} lies ahead: it is {now} now, but the clock of your phone shows {shown}. "
            "Set the phone's clock, correct the times of the visit and send it again.",
            shown=_clock(client_clock, timezone),
            **told,
        )
    return Message("{instant} lies ahead: it is {now} now. Correct the times of the visit.", **told)


def _clock(instant: datetime, timezone: tzinfo) -> str:
    return instant.astimezone(timezone).strftime("%Y-%m-%d %H:%M")


def _days(visit: Visit, timezone: tzinfo) -> Iterator[tuple[str, Fault]]:
    days = visit.service_days
    if not days.is_finite() or days <= 0 or days % _HALF:
        message = Message("Service days are counted in halves, such as 0.5 or 1. Correct them.")
        yield "visit.service_days", Fault("/service_days", message)
        return
    first, last = visit.visited_on(timezone), visit.ended_at.astimezone(timezone).date()
    touched = (last - first).days + 1
    if touched >= 1 and days > touched:
        message = Message(
            "From {first} to {last} there cannot be {days} days of service. Correct the days or the times.",
            first=first,
            last=last,
            days=format(days.normalize(), "f"),
        )
        yield "visit.service_days", Fault("/service_days", message)


def _results(visit: Visit) -> Iterator[tuple[str, Fault]]:
    for name, value in visit.results.items():
        number = Decimal(value)
        if not (number.is_finite() and 0 <= number <= LARGEST_COUNT):
            message = Message(
                "{what}: give a number from 0 to {most}.", what=RESULTS[name], most=LARGEST_COUNT
            )
            yield "visit.results", Fault(f"/results/{name}", message)
        elif name == INCOME and number != round(number, 2):
            message = Message("{what}: give at most two decimals.", what=RESULTS[name])
            yield "visit.results", Fault(f"/results/{name}", message)


def _texts(visit: Visit) -> Iterator[tuple[str, Fault]]:
    if len(visit.content) > LONGEST_CONTENT:
        message = Message("The content has more than {most} characters. Shorten it.", most=LONGEST_CONTENT)
        yield "visit.content", Fault("/content", message)
    if visit.no_fix_reason is None:
        return
    if visit.fix is not None:
        message = Message("There is a position and a reason why there is none. Leave out one of the two.")
        yield "visit.no_fix_reason", Fault("/no_fix_reason", message)
    elif len(visit.no_fix_reason) > LONGEST_REASON:
        message = Message("The reason has more than {most} characters. Shorten it.", most=LONGEST_REASON)
        yield "visit.no_fix_reason", Fault("/no_fix_reason", message)


def _position(visit: Visit) -> Iterator[tuple[str, Fault]]:
    if visit.fix is None:
        return
    limits = (
        ("lon", visit.fix.lon, -180.0, 180.0),
        ("lat", visit.fix.lat, -90.0, 90.0),
        ("accuracy_m", visit.fix.accuracy_m, 0.0, LARGEST_ACCURACY_M),
    )
    for name, value, least, most in limits:
        if not (math.isfinite(value) and least <= value <= most):
            message = Message("{value} is not from {least} to {most}.", value=value, least=least, most=most)
            yield "visit.fix", Fault(f"/fix/{name}", message)


def _photos(visit: Visit) -> Iterator[tuple[str, Fault]]:
    if len(visit.photos) > MOST_PHOTOS:
        message = Message("A visit has at most {most} photos. Leave some out.", most=MOST_PHOTOS)
        yield "visit.photos", Fault("/photos", message)
    if len(set(visit.photos)) < len(visit.photos):
        message = Message("The same photo is there twice. Leave one out.")
        yield "visit.photos", Fault("/photos", message)
