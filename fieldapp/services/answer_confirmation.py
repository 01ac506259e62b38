"""What a recipient without an account may do: read of one visit, and confirm or deny it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from fieldapp.domain.confirmations import (
    Answer,
    ConfirmationState,
    Denied,
    kept_digest,
    link_secret,
    read_code,
)
from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.reviewing import REOPENED_BY_DENIAL
from fieldapp.domain.visits import Review, VisitMode
from fieldapp.persistence import (
    commissioners,
    confirmations,
    login_failures,
    townships,
    visit_history,
    visits,
)
from fieldapp.persistence.register import Values
from fieldapp.persistence.unit_of_work import VISITS, UnitOfWork
from fieldapp.persistence.visits import StoredVisit
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.log_in import reserve_attempt
from geodata.errors import Message

# Wrong codes that cost nothing, and those from which on an address has to wait; it may be a village's.
_CODE_LIMITS = (5, 20)
_FORGOTTEN_AFTER = timedelta(hours=1)


@dataclass(frozen=True)
class ShownVisit:
    """What the recipient is shown of a visit, and no more."""

    township: str
    county: str
    commissioner: str
    visited_on: date
    mode: VisitMode
    service_days: Decimal
    content: str


def open_confirmation(context: Context, secret: str) -> ShownVisit:
    """The visit to which a link leads.

    `NotFoundError`, in the same words, for a link that is wrong, has expired, was revoked or was used.
    """
    with context.reading() as connection:
        row = _open_row(context, connection, secret)
        visit = visits.find(connection, row["visit_id"])
        if visit is None or visit.is_withdrawn:
            raise _nowhere()
        place = townships.get(connection, visit.visit.township_code)
        return ShownVisit(
            township=place["name"],
            county=townships.county_names(connection)[place["county_code"]],
            commissioner=commissioners.get(connection, visit.commissioner_id)["name"],
            visited_on=visit.row["visited_on"],
            mode=visit.visit.mode,
            service_days=visit.visit.service_days,
            content=visit.visit.content,
        )


def secret_of_code(context: Context, typed: str, *, address: str) -> str:
    """The secret of the link to which a printed code leads.

    `NotFoundError` in the same words as for a link; `ThrottledError` where too many from one address failed.
    """
    key = f"confirm:{address[:45]}"
    # Counted before it is looked at, so that many at once are not more than many in a row.
    reserve_attempt(context, {key: _CODE_LIMITS})
    code = read_code(typed)
    secret = context.settings.secret_key
    with context.reading() as connection:
        row = confirmations.find_by_code(connection, kept_digest(secret, code or "")) if code else None
        link = link_secret(secret, row["nonce"]) if row else None
        if link is None:
            raise _nowhere()
        _open_row(context, connection, link)
    with context.work(actor="anonymous") as work:
        login_failures.give_back(work.connection, key, context.now(), free=_CODE_LIMITS[0])
        login_failures.forget(work.connection, context.now() - _FORGOTTEN_AFTER)
        work.commit()
    return link


def answer_confirmation(
    context: Context, secret: str, answer: Answer, *, stamp_sha256: str | None = None
) -> None:
    """Keep what the recipient gave, once; an officer looks at it before it counts.

    ``stamp_sha256`` is a photo of the stamped paper that is kept already. Raises as `open_confirmation`.
    """
    with context.work(actor="recipient") as work:
        values: Values = {"stars": answer.stars, "comment": answer.comment, "stamp_sha256": stamp_sha256}
        confirmation, stored = _answered(context, work, secret, values)
        work.record(
            "visit.confirmation_answered",
            "visit",
            stored.id,
            after={"confirmation": confirmation, "stars": answer.stars, "stamp": stamp_sha256 is not None},
            topic=VISITS,
        )
        work.commit()


def deny_visit(context: Context, secret: str, denied: Denied) -> None:
    """Keep, once, that the recipient denies the visit: a reason of its grade until an officer takes it back.

    An approved visit, or one with an open question, awaits review at once, as whoever approved or asked did
    not know. Raises as `open_confirmation`.
    """
    with context.work(actor="recipient") as work:
        values: Values = {"denial": denied.denial.value, "comment": denied.comment}
        confirmation, stored = _answered(context, work, secret, values)
        before: Values = {}
        after: Values = {"confirmation": confirmation, "denial": denied.denial.value}
        review = Review(stored.row["review"])
        if review in REOPENED_BY_DENIAL:
            visit_history.set_review(work.connection, stored.id, Review.SUBMITTED)
            before["review"], after["review"] = review.value, Review.SUBMITTED.value
        regrade(work, [stored.id])
        work.record("visit.denied", "visit", stored.id, before=before or None, after=after, topic=VISITS)
        work.commit()


def _answered(context: Context, work: UnitOfWork, secret: str, values: Values) -> tuple[int, StoredVisit]:
    """Write an answer and return the confirmation's id and the visit, which nobody else changes meanwhile."""
    row = _open_row(context, work.connection, secret)
    work.touch_visits(row["visit_id"])
    stored = visits.find(work.connection, row["visit_id"])
    if stored is None or stored.is_withdrawn:
        raise _nowhere()
    if not confirmations.answer(work.connection, row["id"], values, context.now()):
        raise _nowhere()
    return int(row["id"]), stored


def _open_row(context: Context, connection: Connection, secret: str) -> Values:
    row = confirmations.find_by_link(connection, kept_digest(context.settings.secret_key, secret[:200]))
    if row is None or confirmations.confirmation_of(row).state(context.now()) is not ConfirmationState.OPEN:
        raise _nowhere()
    return row


def _nowhere() -> NotFoundError:
    return NotFoundError(
        Message(
            "This link or code leads nowhere: it is mistyped, was used, has expired or was taken back. "
            "Check how it is written, or ask the commissioner for a new one."
        ),
        code="confirmation.unknown",
    )
