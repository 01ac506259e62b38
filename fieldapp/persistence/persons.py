"""What is kept about one person, wherever it is, and its erasure."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, Table, delete, exists, func, select, union, update

from fieldapp.domain.assignments import AssignmentState
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    api_tokens,
    assignments,
    audit_events,
    commissioners,
    confirmations,
    phones,
    photos,
    product_photos,
    recovery_codes,
    sessions,
    travel_distances,
    users,
    visit_notes,
    visit_photos,
    visit_revisions,
    visits,
)

_SECRETS = {"password_hash", "totp_secret", "totp_last_step", "nonce", "link_hash", "code_hash"}
_FIX = ("fix_lon", "fix_lat", "fix_accuracy_m", "fix_captured_at", "fix_mocked")


def held_about(connection: Connection, commissioner_id: str) -> dict[str, list[Values]]:
    """Assignments, visits, account, sessions and audit events of a commissioner; no secrets."""
    found = {
        "assignments": _rows(connection, assignments, commissioner_id),
        "travel_distances": _all(
            connection,
            select(travel_distances)
            .where(travel_distances.c.commissioner_id == commissioner_id)
            .order_by(travel_distances.c.township_code),
        ),
        "visits": _rows(connection, visits, commissioner_id),
        "visit_revisions": _all(
            connection,
            select(visit_revisions)
            .where(visit_revisions.c.visit_id.in_(_visits_of(commissioner_id)))
            .order_by(visit_revisions.c.visit_id, visit_revisions.c.revision),
        ),
        "accounts": [
            {name: value for name, value in row.items() if name not in _SECRETS}
            for row in _rows(connection, users, commissioner_id)
        ],
    }
    ids = [row["id"] for row in found["accounts"]]
    logged = _visits_of(commissioner_id)
    found["visit_photos"] = _all(
        connection,
        select(visit_photos)
        .where(visit_photos.c.visit_id.in_(logged))
        .order_by(visit_photos.c.visit_id, visit_photos.c.position),
    )
    found["visit_notes"] = _all(
        connection,
        select(visit_notes)
        .where(visit_notes.c.visit_id.in_(logged) | visit_notes.c.by_id.in_(ids))
        .order_by(visit_notes.c.at, visit_notes.c.id),
    )
    found["confirmations"] = [
        {name: value for name, value in row.items() if name not in _SECRETS}
        # Whoever denied a visit was promised that its commissioner does not read the sentence.
        | ({"comment": ""} if row["denial"] else {})
        for row in _all(
            connection,
            select(confirmations).where(confirmations.c.visit_id.in_(logged)).order_by(confirmations.c.id),
        )
    ]
    found["phones"] = _all(connection, select(phones).where(phones.c.user_id.in_(ids)))
    open_sessions = select(
        sessions.c.created_at, sessions.c.last_seen_at, sessions.c.address, sessions.c.user_agent
    )
    found["photos"] = _all(connection, select(photos).where(photos.c.uploaded_by.in_(ids)))
    found["sessions"] = _all(connection, open_sessions.where(sessions.c.user_id.in_(ids)))
    actors = [f"user:{each}" for each in ids]
    about = select(audit_events).where(
        audit_events.c.actor.in_(actors)
        | ((audit_events.c.subject_type == "commissioner") & (audit_events.c.subject_id == commissioner_id))
    )
    found["audit_events"] = _all(connection, about.order_by(audit_events.c.id))
    return found


def has_unfinished_term(connection: Connection, commissioner_id: str, today: date) -> bool:
    """Whether an assignment runs on the day, or is still to come."""
    last_day = func.coalesce(assignments.c.ended_on, assignments.c.ends_on)
    unfinished = exists().where(
        assignments.c.commissioner_id == commissioner_id,
        assignments.c.state.not_in([AssignmentState.WITHDRAWN.value, AssignmentState.ENDED.value]),
        last_day >= today,
    )
    return bool(connection.scalar(select(unfinished)))


def erase(connection: Connection, commissioner_id: str, *, name: str, today: date) -> None:
    """Put ``name`` in the place of a commissioner's own, and drop what points to the person."""
    connection.execute(
        update(commissioners)
        .where(commissioners.c.id == commissioner_id)
        .values(
            name=name,
            pinyin="",
            phone=None,
            home=None,
            note="",
            retired_on=func.coalesce(commissioners.c.retired_on, today),
            revision=commissioners.c.revision + 1,
        )
    )
    connection.execute(
        update(visits)
        .where(visits.c.commissioner_id == commissioner_id)
        .values(**dict.fromkeys(_FIX), content="", no_fix_reason=None)
    )
    connection.execute(
        update(visit_revisions)
        .where(visit_revisions.c.visit_id.in_(_visits_of(commissioner_id)))
        .values(body=None)
    )
    connection.execute(
        update(assignments).where(assignments.c.commissioner_id == commissioner_id).values(note="")
    )
    connection.execute(
        update(photos)
        .where(photos.c.sha256.in_(photos_only_of(connection, commissioner_id)))
        .values(taken_at=None, lon=None, lat=None)
    )


def photos_only_of(connection: Connection, commissioner_id: str) -> list[str]:
    """The photos that a commissioner sent or named, and nobody else's visit names."""
    own = _visits_of(commissioner_id)
    account = select(users.c.id).where(users.c.commissioner_id == commissioner_id)
    named = select(visit_photos.c.sha256).where(visit_photos.c.visit_id.in_(own))
    elsewhere = select(visit_photos.c.sha256).where(visit_photos.c.visit_id.not_in(own))
    return list(
        connection.scalars(
            select(photos.c.sha256).where(
                photos.c.uploaded_by.in_(account) | photos.c.sha256.in_(named),
                photos.c.sha256.not_in(elsewhere),
            )
        )
    )


def files_only_of(connection: Connection, commissioner_id: str) -> list[str]:
    """The digests of the files that go with a commissioner: photos of visits and of stamped paper.

    A file that anything else shows stays: another's visit, another's confirmation, a product.
    """
    own = _visits_of(commissioner_id)
    stamps = select(confirmations.c.stamp_sha256).where(
        confirmations.c.visit_id.in_(own), confirmations.c.stamp_sha256.is_not(None)
    )
    candidates = {*photos_only_of(connection, commissioner_id), *connection.scalars(stamps)}
    elsewhere = union(
        select(visit_photos.c.sha256).where(
            visit_photos.c.sha256.in_(candidates), visit_photos.c.visit_id.not_in(own)
        ),
        select(confirmations.c.stamp_sha256).where(
            confirmations.c.stamp_sha256.in_(candidates), confirmations.c.visit_id.not_in(own)
        ),
        select(product_photos.c.sha256).where(
            product_photos.c.sha256.in_(candidates), product_photos.c.removed_at.is_(None)
        ),
    )
    return sorted(candidates - set(connection.scalars(elsewhere)))


def erase_words(connection: Connection, commissioner_id: str, user_id: int | None, now: datetime) -> None:
    """Drop what was written beside a person's visits, and what the person's phones said.

    That there was a question, an answer or a rating stays, for it is counted; its words go.
    """
    logged = _visits_of(commissioner_id)
    beside = visit_notes.c.visit_id.in_(logged)
    connection.execute(update(visit_notes).where(beside).values(text=""))
    if user_id is not None:
        connection.execute(update(visit_notes).where(visit_notes.c.by_id == user_id).values(text=""))
        connection.execute(delete(phones).where(phones.c.user_id == user_id))
    connection.execute(update(confirmations).where(confirmations.c.visit_id.in_(logged)).values(comment=""))
    # A link that still leads to the visit would show it.
    connection.execute(
        update(confirmations)
        .where(
            confirmations.c.visit_id.in_(logged),
            confirmations.c.answered_at.is_(None),
            confirmations.c.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def visit_ids(connection: Connection, commissioner_id: str) -> list[UUID]:
    """The visits of a commissioner."""
    return list(connection.scalars(_visits_of(commissioner_id)))


def _visits_of(commissioner_id: str) -> Select[tuple[UUID]]:
    return select(visits.c.id).where(visits.c.commissioner_id == commissioner_id)


def erase_account(connection: Connection, user_id: int, *, name: str, now: datetime) -> None:
    """Close an account for good and drop what names the person or where the person was."""
    connection.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(
            username=f"erased-{user_id}",
            display_name=name,
            phone=None,
            password_hash=None,
            totp_secret=None,
            totp_confirmed_at=None,
            disabled_at=now,
            erased_at=now,
            revision=users.c.revision + 1,
        )
    )
    for table in (sessions, api_tokens, recovery_codes):
        connection.execute(delete(table).where(table.c.user_id == user_id))


def _rows(connection: Connection, table: Table, commissioner_id: str) -> list[Values]:
    return _all(
        connection, select(table).where(table.c.commissioner_id == commissioner_id).order_by(table.c.id)
    )


def _all(connection: Connection, statement: Select[Any]) -> list[Values]:
    return [dict(row._mapping) for row in connection.execute(statement)]
