"""Phones that have not synced: when a commissioner is reminded, and what of."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fieldapp.domain.evidence import CLOCK_SLACK
from geodata.errors import Message

# A log that waits this long has most likely been forgotten on a phone.
WAITS_LONG = timedelta(days=3)
# More than this between the phone's clock and the server's is told: the evidence depends on it.
CLOCK_OFF = timedelta(minutes=5)


@dataclass(frozen=True)
class Phone:
    """What a phone said of itself when it last synced."""

    last_seen_at: datetime
    pending: int
    oldest_pending_at: datetime | None = None
    clock_skew_s: float = 0.0
    persistent: bool = True
    reminded_at: datetime | None = None  # an officer asked to sync, since it last had nothing left to send

    def waits_since(self) -> datetime | None:
        """Since when its oldest log waits; None where none does."""
        return (self.oldest_pending_at or self.last_seen_at) if self.pending else None


def reminder_of(phones: Iterable[Phone], now: datetime) -> Message | None:
    """The sentence that a commissioner is shown; None where there is nothing to remind of.

    The most pressing comes first: logs that wait for long, then an officer's request, then a clock that is
    wrong, then a browser that may throw the logs away.
    """
    known = list(phones)
    late = [phone for phone in known if (since := phone.waits_since()) and now - since >= WAITS_LONG]
    if late:
        oldest = min(phone.waits_since() or now for phone in late)
        return _waiting(sum(phone.pending for phone in late), (now - oldest).days)
    if any(phone.reminded_at is not None for phone in known):
        return Message(
            "The science and technology bureau asks you to send what is still on your phone. "
            "Open the app where there is network, until it says that all are sent."
        )
    latest = max(known, key=lambda phone: phone.last_seen_at, default=None)
    if latest is None:
        return None
    if clock_is_off(latest.clock_skew_s):
        return _clock_off(latest.clock_skew_s)
    if latest.pending and not latest.persistent:
        return Message(
            "This browser may delete logs that were not sent. Send them soon, "
            "and put the app on the home screen."
        )
    return None


def clock_is_off(skew_s: float) -> bool:
    """Whether a clock that is so many seconds fast, or slow if negative, is told of."""
    return abs(skew_s) > CLOCK_OFF.total_seconds()


def clock_off(skew_s: float) -> Message | None:
    """How wrong a clock is, for a list of phones; None where it is right enough."""
    if not clock_is_off(skew_s):
        return None
    off = _duration(skew_s)
    return Message("clock {off} slow", off=off) if skew_s < 0 else Message("clock {off} fast", off=off)


def _duration(seconds: float) -> Message:
    minutes = round(abs(seconds) / 60)
    if minutes < 2 * 60:
        return Message("{count} min", count=minutes)
    if minutes < 48 * 60:
        return Message("{count} h", count=round(minutes / 60))
    return Message("{count} days", count=round(minutes / 60 / 24))


def _clock_off(skew_s: float) -> Message:
    has = {"off": _duration(skew_s), "slack": round(CLOCK_SLACK.total_seconds() / 60)}
    if skew_s < 0:
        return Message(
            "The clock of your phone is {off} slow. The app goes by the server's time, but a service log "
            "that is sent while the clock is wrong by more than {slack} min gets only evidence grade D. Put "
            "it right before you send: in the phone's settings, under date and time, switch on setting it "
            "automatically.",
            **has,
        )
    return Message(
        "The clock of your phone is {off} fast. The app goes by the server's time, but a service log "
        "that is sent while the clock is wrong by more than {slack} min gets only evidence grade D. Put it "
        "right before you send: in the phone's settings, under date and time, switch on setting it "
        "automatically.",
        **has,
    )


def _waiting(count: int, days: int) -> Message:
    if count == 1:
        return Message(
            "A service log has been waiting on a phone for {days} days. "
            "Open the app on that phone where there is network, until it says that all are sent.",
            days=days,
        )
    return Message(
        "{count} service logs have been waiting on a phone for {days} days. "
        "Open the app on that phone where there is network, until it says that all are sent.",
        count=count,
        days=days,
    )
