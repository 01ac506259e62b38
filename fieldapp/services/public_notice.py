"""The public notice of this installation: its number of working days, and the days it holds for holidays."""

from __future__ import annotations

from datetime import MAXYEAR, date, timedelta

from fieldapp.domain.holidays import announced_days
from fieldapp.domain.notice import Notice, NoticePolicy, public_notice
from fieldapp.domain.working_days import WorkingDays, read_special_days
from fieldapp.services.context import Context

# An installation's own table, beside its database: holidays announced later than the package was made.
OWN_TABLE = "holidays.csv"


def working_days(context: Context) -> WorkingDays:
    """The announced holidays and make-up days, and after them the installation's own table, if any.

    Raises `InvalidInputError` where that table cannot be read.
    """
    own = context.settings.data_dir / OWN_TABLE
    entered = read_special_days(own.read_text("utf-8")) if own.is_file() else ()
    return WorkingDays((*announced_days(), *entered))


def notice_from(context: Context, starts_on: date) -> Notice:
    """The notice that starts on a day; a term that waits for it can begin on its ``earliest_start``."""
    policy = NoticePolicy(working_days=context.settings.notice_days)
    return public_notice(starts_on, working_days(context), policy)


def usual_term(starts_on: date) -> date:
    """The last day of a term of one year, or of the calendar."""
    if starts_on.year == MAXYEAR:
        return date.max
    try:
        anniversary = starts_on.replace(year=starts_on.year + 1)
    except ValueError:  # 29 February
        anniversary = date(starts_on.year + 1, 3, 1)
    return anniversary - timedelta(days=1)
