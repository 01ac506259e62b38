"""Add a product to the register of a township, change one, or take one out of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person, Row, require
from fieldapp.persistence import products, townships
from fieldapp.persistence.register import Values, lock_register
from fieldapp.services.audited import audited, difference
from fieldapp.services.context import Context
from fieldapp.services.outdated_product import require_current_product
from fieldapp.services.product_values import product_values, row_of, subject_of
from geodata.errors import Message


def add_product(
    context: Context, township_code: str, given: Mapping[str, object], *, by: Person, actor: str
) -> int:
    """Store a product of a township and return its id; `ConflictError` where one of that name is there."""
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        township = townships.get(work.connection, township_code)
        require(by, Action.PRODUCT_WRITE, Row(frozenset({township["county_code"]})))
        values = {"township_code": township_code} | product_values(given)
        _require_new_name(work.connection, values, township["name"])
        new_id = products.add(work.connection, values)
        work.record("product.added", *subject_of(values), after=audited(values))
        work.commit()
    return new_id


def change_product(
    context: Context,
    product_id: int,
    given: Mapping[str, object],
    *,
    revision: int,
    was: Mapping[str, object] | None = None,
    by: Person,
    actor: str,
) -> None:
    """Store what differs; `OutdatedError` where ``revision`` is no longer the stored one."""
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        stored = products.by_id(work.connection, product_id)
        require(by, Action.PRODUCT_WRITE, row_of(stored))
        subject = subject_of(stored)
        require_current_product(work.connection, stored, revision=revision, was=was)
        values = product_values(given)
        if values["name"] != stored["name"]:
            renamed = {"township_code": stored["township_code"]} | values
            _require_new_name(work.connection, renamed, stored["township"])
        before, after = difference(stored, values)
        if after:
            products.change(work.connection, product_id, values)
            work.record("product.changed", *subject, before=before, after=after)
            work.commit()


def retire_product(
    context: Context, product_id: int, retired_on: date | None, *, revision: int, by: Person, actor: str
) -> None:
    """Let a product be listed no more from a day on, or again with None.

    Raises `ConflictError` while it is, or is going to be, the featured product on that day or later.
    """
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        stored = products.by_id(work.connection, product_id)
        require(by, Action.PRODUCT_WRITE, row_of(stored))
        subject = subject_of(stored)
        require_current_product(work.connection, stored, revision=revision)
        for period in products.periods_in(work.connection, stored["township_code"]):
            is_its_own = period["product_id"] == product_id
            if retired_on and is_its_own and (period["ends_on"] is None or period["ends_on"] >= retired_on):
                raise ConflictError(
                    Message(
                        "{product} is the featured product of {township} on {day}. Feature another one "
                        "from an earlier day first.",
                        product=stored["name"],
                        township=stored["township"],
                        day=max(retired_on, period["starts_on"]),
                    ),
                    code="product.featured",
                )
        before, after = difference(stored, {"retired_on": retired_on})
        if after:
            products.change(work.connection, product_id, {"retired_on": retired_on})
            action = "product.retired" if retired_on else "product.reinstated"
            work.record(action, *subject, before=before, after=after)
            work.commit()


def _require_new_name(connection: Connection, values: Values, township: str) -> None:
    if products.find(connection, values["township_code"], values["name"]) is not None:
        raise ConflictError(
            Message(
                "{township} has a product {product} already. Change that one.",
                township=township,
                product=values["name"],
            ),
            code="product.exists",
        )
