"""Public notice (公示): how long a proposed assignment is shown, and the objections raised meanwhile."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.working_days import MAX_WORKING_DAYS, Reckoned, WorkingDays, require_countable
from geodata.errors import Message

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class NoticePolicy:
    """How long a proposal is shown; by custom the day of publication counts where it is worked."""

    working_days: int = 5
    counts_first_day: bool = True

    def __post_init__(self) -> None:
        if not 1 <= self.working_days <= MAX_WORKING_DAYS:
            raise InvalidInputError(
                Message(
                    "The number of working days is from {least} to {most}. Correct it.",
                    least=1,
                    most=MAX_WORKING_DAYS,
                ),
                code="notice.working_days",
            )


@dataclass(frozen=True)
class Notice:
    """A public notice, shown from its first day to its last; ``caveat`` says where a holiday is uncertain."""

    starts_on: date
    ends_on: date
    caveat: Message | None = None

    @property
    def earliest_start(self) -> date:
        """The first day on which a term can begin that waits for the notice."""
        return self.ends_on + _ONE_DAY

    def is_open(self, day: date) -> bool:
        """Whether objections can be raised on the day."""
        return self.starts_on <= day <= self.ends_on


def public_notice(starts_on: date, working_days: WorkingDays, policy: NoticePolicy | None = None) -> Notice:
    """The notice that starts on a day and lasts as many working days as the policy says."""
    policy = policy or NoticePolicy()
    require_countable(starts_on)
    before = starts_on - _ONE_DAY if policy.counts_first_day else starts_on
    last = working_days.add(before, policy.working_days)
    # The day before only anchors the count: its year matters to nobody.
    relied_on = tuple(year for year in last.unannounced_years if year >= starts_on.year)
    return Notice(starts_on, last.day, Reckoned(last.day, relied_on).caveat)


class Settlement(StrEnum):
    DISMISSED = "dismissed"
    UPHELD = "upheld"

    @property
    def words(self) -> Message:
        return _SETTLEMENT_WORDS[self]


_SETTLEMENT_WORDS = {
    Settlement.DISMISSED: Message("dismissed"),
    Settlement.UPHELD: Message("upheld"),
}


@dataclass(frozen=True)
class Objection:
    """An objection to an assignment on public notice; until it is settled it keeps it from activation."""

    raised_on: date
    text: str
    settlement: Settlement | None = None
    settled_on: date | None = None
    answer: str = ""


def raise_objection(notice: Notice, text: str, *, today: date) -> Objection:
    """Note an objection; raises `InvalidInputError` outside the notice's days and without a text."""
    if not notice.is_open(today):
        raise InvalidInputError(
            Message(
                "Objections are taken from {starts_on} to {ends_on}. "
                "Outside these days, end or withdraw the assignment instead.",
                starts_on=notice.starts_on,
                ends_on=notice.ends_on,
            ),
            code="objection.closed",
        )
    if not text.strip():
        raise _missing("text", Message("An objection needs a text. Say what is objected to."))
    return Objection(today, text.strip())


def settle_objection(objection: Objection, settlement: Settlement, answer: str, *, today: date) -> Objection:
    """Dismiss or uphold an objection, with an answer that can be shown to whoever raised it."""
    if objection.settlement is not None:
        raise InvalidInputError(
            Message(
                "The objection is {settlement} already. Reload the page to see the answer.",
                settlement=objection.settlement.words,
            ),
            code="objection.settled",
        )
    if not answer.strip():
        raise _missing("answer", Message("Say why the objection is dismissed or upheld."))
    return Objection(objection.raised_on, objection.text, settlement, today, answer.strip())


def _missing(field: str, message: Message) -> InvalidInputError:
    return InvalidInputError(message, [Fault(f"/{field}", message)], code="objection.text")
