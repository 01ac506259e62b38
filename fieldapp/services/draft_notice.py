"""Draft the public notice (公示): the document that an office sends out with the list of who is proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import BinaryIO, Literal

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.errors import Fault, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Person, visible
from fieldapp.domain.working_days import MAX_WORKING_DAYS, WorkingDays
from fieldapp.persistence.assignment_list import AssignmentFilter, list_assignments
from fieldapp.persistence.register import Values
from fieldapp.reports.notice import TITLE, Contact, NoticeDocument
from fieldapp.services.context import Context
from fieldapp.services.draft_assignment_table import listed, record_draft, require_reach
from fieldapp.services.public_notice import notice_from, working_days
from geodata.errors import Message

DocumentFormat = Literal["docx", "xlsx"]
DOCUMENT_FORMATS: tuple[DocumentFormat, ...] = ("docx", "xlsx")


@dataclass(frozen=True, kw_only=True)
class NoticeWish:
    """What a notice is wanted to say.

    Without days it is the notice that runs or is to come. ``proposals`` drafts the notice of what is proposed
    and was not shown yet, from ``starts_on`` (today) to ``ends_on`` (by the number of working days). What is
    blank of office and contact is as the installation's settings say.
    """

    starts_on: date | None = None
    ends_on: date | None = None
    county_code: str | None = None
    proposals: bool = False
    title: str = TITLE
    office: str = ""
    contact: str = ""
    phone: str = ""
    address: str = ""
    issued_on: date | None = None


@dataclass(frozen=True)
class Drafted:
    """What was written: how many rows, for which days, and what to tell whoever relies on the days."""

    rows: int
    starts_on: date
    ends_on: date
    caveat: Message | None = None


def draft_notice(
    context: Context, target: BinaryIO, file_format: DocumentFormat, wish: NoticeWish, *, by: Person
) -> Drafted:
    """Write the notice of the assignments that the person may see.

    Raises `NotFoundError` where there is nothing to list, and `InvalidInputError` where several notices run
    and none was chosen, or where the days cannot be meant.
    """
    require_reach(by, wish.county_code)
    calendar, settings = working_days(context), context.settings
    asked = _filter(wish)
    with context.reading() as connection:
        rows = list_assignments(connection, asked, visible(by, "assignment"), by_place=True)
        rows, drafted = _noticed(rows, wish, context)
        document = NoticeDocument(
            starts_on=drafted.starts_on,
            ends_on=drafted.ends_on,
            working_days=_count_working_days(calendar, drafted.starts_on, drafted.ends_on),
            rows=listed(connection, rows, drafted.starts_on),
            issued_on=wish.issued_on or drafted.starts_on,
            office=wish.office or settings.office,
            contact=Contact(
                wish.contact or settings.contact,
                wish.phone or settings.contact_phone,
                wish.address or settings.contact_address,
            ),
            title=wish.title or TITLE,
        )
    record_draft(context, "notice", file_format, wish.county_code, by=by)
    if file_format == "docx":
        document.write_docx(target)
    else:
        document.write_xlsx(target)
    return drafted


def _noticed(rows: list[Values], wish: NoticeWish, context: Context) -> tuple[list[Values], Drafted]:
    """The rows of the one notice that is meant, and its days."""
    caveat, today = None, context.today()
    if wish.proposals:
        starts_on = wish.starts_on or today
        notice = notice_from(context, starts_on)
        ends_on, caveat = wish.ends_on or notice.ends_on, notice.caveat
        _require_order(starts_on, ends_on)
    else:
        if wish.starts_on is None and wish.ends_on is None:
            rows = [row for row in rows if row["notice_ends_on"] >= today]
        periods = sorted({(row["notice_starts_on"], row["notice_ends_on"]) for row in rows})
        if len(periods) > 1:
            raise _several(periods)
        starts_on, ends_on = periods[0] if periods else (today, today)
    if not rows:
        raise NotFoundError(_nothing(wish), code="report.empty")
    return rows, Drafted(len(rows), starts_on, ends_on, caveat)


def _filter(wish: NoticeWish) -> AssignmentFilter:
    if wish.proposals:
        return AssignmentFilter(county_code=wish.county_code, states=[AssignmentState.PROPOSED])
    named = wish.starts_on is not None or wish.ends_on is not None
    # A notice that is named by its days is listed as it was shown, whatever became of its rows; only what
    # was withdrawn is left out.
    states = (AssignmentState.ON_NOTICE, AssignmentState.ACTIVE, AssignmentState.ENDED)
    return AssignmentFilter(
        county_code=wish.county_code,
        states=states if named else [AssignmentState.ON_NOTICE],
        notice_starts_on=wish.starts_on,
        notice_ends_on=wish.ends_on,
    )


def _nothing(wish: NoticeWish) -> Message:
    if wish.proposals:
        return Message("There is no proposal to list. Propose assignments first.")
    if wish.starts_on or wish.ends_on:
        return Message(
            "There is no public notice with these days: {starts_on} – {ends_on}. Check the days.",
            starts_on=wish.starts_on or "?",
            ends_on=wish.ends_on or "?",
        )
    return Message(
        "No assignment is on public notice. Put proposals on notice first, or draft the notice of proposals."
    )


def _several(periods: list[tuple[date, date]]) -> InvalidInputError:
    message = Message(
        "There are several public notices: {periods}. Choose one by its first and last day.",
        periods="; ".join(f"{starts_on} – {ends_on}" for starts_on, ends_on in periods),
    )
    return InvalidInputError(message, [Fault("/from", message)], code="report.several")


def _require_order(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on or (ends_on - starts_on).days > MAX_WORKING_DAYS:
        message = Message(
            "A public notice cannot last from {starts_on} to {ends_on}. Correct one of the two days.",
            starts_on=starts_on,
            ends_on=ends_on,
        )
        raise InvalidInputError(message, [Fault("/to", message)], code="report.days")


def _count_working_days(calendar: WorkingDays, starts_on: date, ends_on: date) -> int:
    days = (starts_on + timedelta(days=number) for number in range((ends_on - starts_on).days + 1))
    return sum(calendar.is_working(day) for day in days)
