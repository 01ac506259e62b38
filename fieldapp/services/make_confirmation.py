"""Make a confirmation for the recipient of a visit: a link, and a code for the printed slip."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fieldapp.domain.confirmations import (
    ANSWERED_STATES,
    ConfirmationState,
    kept_digest,
    link_secret,
    paper_code,
)
from fieldapp.domain.errors import ConflictError, ForbiddenError
from fieldapp.domain.permissions import Action, Person, may, require
from fieldapp.persistence import commissioners, confirmations, townships, visit_history
from fieldapp.persistence.register import Values
from fieldapp.persistence.unit_of_work import VISITS, UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.review_visit import held_visit, readable_visit, row_of
from geodata.errors import Message


@dataclass(frozen=True)
class Slip:
    """What is printed for the recipient, or shown on the phone: of one visit, once, until it expires."""

    confirmation_id: int
    secret: str
    code: str
    expires_at: datetime
    visit_id: UUID
    visit: Values  # township, county, commissioner, institution, day, content and service days


def make_confirmation(context: Context, visit_id: UUID, *, by: Person) -> int:
    """Make a confirmation and return its id; one that was not answered yet is replaced.

    For an officer, or for the commissioner whose visit it is. Raises as a review does, and `ConflictError`
    where the recipient has answered already.
    """
    now = context.now()
    with context.work(actor=by.actor) as work:
        stored = held_visit(work, visit_id, by, Action.VISIT_CONFIRM)
        before = confirmations.standing(work.connection, [visit_id]).get(visit_id)
        if before is not None:
            state = confirmations.confirmation_of(before).state(now)
            if state in ANSWERED_STATES:
                raise ConflictError(
                    Message("The recipient has answered already. Revoke the answer first, if it is wrong."),
                    code="confirmation.answered",
                )
            confirmations.change(work.connection, before["id"], {"revoked_at": now, "revoked_by": by.user_id})
        nonce, key = secrets.token_hex(16), context.settings.secret_key
        made = confirmations.add(
            work.connection,
            {
                "visit_id": visit_id,
                "nonce": nonce,
                "link_hash": kept_digest(key, link_secret(key, nonce)),
                "code_hash": kept_digest(key, paper_code(key, nonce)),
                "made_at": now,
                "made_by": by.user_id,
                "expires_at": now + context.settings.confirmation_life,
            },
        )
        work.record("visit.confirmation_made", "visit", stored.id, after={"confirmation": made}, topic=VISITS)
        work.commit()
    return made


def show_slip(context: Context, visit_id: UUID, *, by: Person) -> Slip:
    """The slip of the confirmation that awaits its recipient, to print it again; `ConflictError` for none."""
    with context.reading() as connection:
        stored = readable_visit(connection, visit_id, by)
        require(by, Action.VISIT_CONFIRM, row_of(connection, stored, by))
        row = confirmations.standing(connection, [visit_id]).get(visit_id)
        if (
            row is None
            or confirmations.confirmation_of(row).state(context.now()) is not ConfirmationState.OPEN
        ):
            raise ConflictError(
                Message("No confirmation of this visit awaits its recipient. Make one first."),
                code="confirmation.none",
            )
        place = townships.get(connection, stored.visit.township_code)
        person = commissioners.get(connection, stored.commissioner_id)
        county = townships.county_names(connection)[place["county_code"]]
    key = context.settings.secret_key
    return Slip(
        confirmation_id=row["id"],
        secret=link_secret(key, row["nonce"]),
        code=paper_code(key, row["nonce"]),
        expires_at=row["expires_at"],
        visit_id=visit_id,
        visit=dict(stored.row)
        | {
            "township": place["name"],
            "county": county,
            "commissioner": person["name"],
        },
    )


def revoke_confirmation(context: Context, visit_id: UUID, confirmation_id: int, *, by: Person) -> None:
    """Take a confirmation back: its link and code lead nowhere, and what it said counts no more.

    An officer may revoke any; a commissioner one of the own visits that is not answered yet.
    """
    with context.work(actor=by.actor) as work:
        stored = held_visit(work, visit_id, by, Action.VISIT_CONFIRM)
        row = _of_visit(work, visit_id, confirmation_id)
        reviews = may(by, Action.VISIT_REVIEW, row_of(work.connection, stored, by))
        if row["answered_at"] is not None and not reviews:
            raise ForbiddenError(
                Message("The recipient has answered. Only an officer can take this back."),
                code="forbidden.role",
            )
        if row["revoked_at"] is not None:
            return
        confirmations.change(
            work.connection, confirmation_id, {"revoked_at": context.now(), "revoked_by": by.user_id}
        )
        visit_history.set_confirmed(work.connection, visit_id, approved=False)
        if row["denial"] is not None:
            regrade(work, [visit_id])
        work.record(
            "visit.confirmation_revoked",
            "visit",
            visit_id,
            before={"confirmation_approved": stored.row["confirmation_approved"]},
            after={"confirmation": confirmation_id, "confirmation_approved": False},
            topic=VISITS,
        )
        work.commit()


def approve_confirmation(context: Context, visit_id: UUID, confirmation_id: int, *, by: Person) -> None:
    """Approve what the recipient gave: it verifies the visit from now on. Of officers only.

    `ConflictError` where there is no answer, or somebody else was faster.
    """
    with context.work(actor=by.actor) as work:
        held_visit(work, visit_id, by, Action.VISIT_REVIEW)
        row = _of_visit(work, visit_id, confirmation_id)
        now = context.now()
        state = confirmations.confirmation_of(row).state(now)
        if state is not ConfirmationState.ANSWERED:
            raise ConflictError(
                Message("This confirmation is: {state}. It cannot be approved now.", state=state.words),
                code="confirmation.state",
            )
        confirmations.change(
            work.connection, confirmation_id, {"approved_at": now, "approved_by": by.user_id}
        )
        visit_history.set_confirmed(work.connection, visit_id, approved=True)
        work.record(
            "visit.confirmation_approved",
            "visit",
            visit_id,
            before={"confirmation_approved": False},
            after={"confirmation": confirmation_id, "confirmation_approved": True},
            topic=VISITS,
        )
        work.commit()


def _of_visit(work: UnitOfWork, visit_id: UUID, confirmation_id: int) -> Values:
    row = confirmations.get(work.connection, confirmation_id, held=True)
    if row["visit_id"] != visit_id:
        return confirmations.get(work.connection, 0)  # there is none: raises
    return row
