"""A person's data: given out whole, or erased; what is counted stays, the person goes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shapely.geometry.base import BaseGeometry

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import accounts, commissioners, persons, plan_drafts, travel_distances
from fieldapp.persistence.register import lock_register
from fieldapp.persistence.unit_of_work import REGISTER, VISITS
from fieldapp.services.context import Context
from fieldapp.services.keep_picture import forget_picture
from fieldapp.services.keep_users import shut_out
from geodata.errors import Message

ERASED_NAME = "已注销人员"


def export_person(context: Context, commissioner_id: str, *, by: Person) -> bytes:
    """Everything that is kept about one commissioner, as JSON; the export is an audit event."""
    require(by, Action.PERSON_EXPORT, Row(commissioner_ids=frozenset({commissioner_id})))
    with context.work(actor=by.actor) as work:
        person = commissioners.get(work.connection, commissioner_id)
        held = persons.held_about(work.connection, commissioner_id)
        work.record("person.exported", "commissioner", commissioner_id, topic=None)
        work.commit()
    document = {
        "exported_at": context.now().astimezone(UTC).isoformat(),
        "commissioner": person,
        **held,
    }
    return json.dumps(document, ensure_ascii=False, indent=1, default=_plain).encode()


def erase_person(context: Context, commissioner_id: str, *, by: Person, reason: str) -> None:
    """Erase one commissioner's name, phone, home, distances, notes, positions and photos; close the account.

    The photos of stamped paper that confirmed the visits go as well; that they were confirmed stays. Kept
    plans lose the name and the home, too. Terms, products and counted results stay. `ConflictError` while a
    term still runs or lies ahead.
    """
    require(by, Action.PERSON_ERASE, Row(commissioner_ids=frozenset({commissioner_id})))
    now = context.now()
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)  # so that nobody stores a plan that still knows the person
        commissioners.get(work.connection, commissioner_id)
        if persons.has_unfinished_term(work.connection, commissioner_id, context.today()):
            raise ConflictError(
                Message(
                    "This commissioner still has a term that is not over. End it, then erase the person."
                ),
                code="person.serving",
            )
        user = accounts.find_by_commissioner(work.connection, commissioner_id)
        work.touch_visits(*persons.visit_ids(work.connection, commissioner_id))
        pictures = persons.files_only_of(work.connection, commissioner_id)
        persons.erase(work.connection, commissioner_id, name=ERASED_NAME, today=context.today())
        travel_distances.erase_person(work.connection, commissioner_id)
        plan_drafts.erase_person(work.connection, commissioner_id, name=ERASED_NAME)
        persons.erase_words(work.connection, commissioner_id, None if user is None else user["id"], now)
        if user is not None:
            shut_out(work.connection, user["id"], now)
            persons.erase_account(work.connection, user["id"], name=ERASED_NAME, now=now)
        work.record("person.erased", "commissioner", commissioner_id, reason=reason[:500], topic=REGISTER)
        work.record("person.erased", "visits", commissioner_id, topic=VISITS)
        work.commit()
    for digest in pictures:
        forget_picture(context.photo_store, digest)


def _plain(value: Any) -> object:
    if isinstance(value, BaseGeometry):
        return {"lon": value.centroid.x, "lat": value.centroid.y}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form in JSON")
