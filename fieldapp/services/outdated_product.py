"""Two people, one township's products: who featured another one meanwhile has changed each of them."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from fieldapp.persistence import products
from fieldapp.persistence.register import Values
from fieldapp.services.outdated import OutdatedError, require_current
from fieldapp.services.product_values import subject_of
from fieldapp.services.who_did import who_did
from geodata.errors import Message

_STEPS = {
    "product.featured": Message("feature a product"),
    "product.unfeatured": Message("feature a product no longer"),
}


def require_current_product(
    connection: Connection, stored: Values, *, revision: int, was: Mapping[str, object] | None = None
) -> None:
    """Raise `OutdatedError` unless ``revision`` is the stored one; it tells who featured what since.

    ``was`` is as in `require_current`.
    """
    if revision == stored["revision"]:
        return
    subject = subject_of(stored)
    event = products.last_event(connection, stored["township_code"], subject[1])
    if event is None or event["action"] not in _STEPS:
        require_current(connection, subject, stored, revision=revision, was=was, name=stored["name"])
        return
    raise OutdatedError(
        Message(
            "{who} has done this meanwhile: {step} ({product} in {township}). Nothing was saved. "
            "Look at it, then decide again.",
            who=who_did(event),
            step=_STEPS[event["action"]],
            product=event["subject_id"].partition("/")[2],
            township=stored["township"],
        ),
        stored=stored,
        changed=(),
    )
