"""Make a product the one featured product (一品) of its township from a day on, or end that."""

from __future__ import annotations

from datetime import date, timedelta

from fieldapp.domain.errors import ConflictError, InvalidInputError
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import products
from fieldapp.persistence.register import lock_register
from fieldapp.services.audited import audited
from fieldapp.services.context import Context
from fieldapp.services.outdated_product import require_current_product
from fieldapp.services.product_values import row_of, subject_of
from geodata.errors import Message

_DAY = timedelta(days=1)


def feature_product(
    context: Context, product_id: int, starts_on: date, *, revision: int, by: Person, actor: str
) -> None:
    """Feature a product from ``starts_on`` on; the former one ends the day before.

    ``revision`` is that of the product as it was seen; a change of which one is featured gives every product
    of the township a new one. Raises `OutdatedError` where it is another by now, and `ConflictError` where
    the product is featured then already, where another one began on that very day or later, and where the
    product is retired.
    """
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        stored = products.by_id(work.connection, product_id)
        require(by, Action.PRODUCT_WRITE, row_of(stored))
        require_current_product(work.connection, stored, revision=revision)
        if stored["retired_on"] is not None:
            raise ConflictError(
                Message("{product} is no longer listed. List it again first.", product=stored["name"]),
                code="product.retired",
            )
        periods = products.periods_in(work.connection, stored["township_code"])
        for period in periods:
            if period["ends_on"] is not None and period["ends_on"] < starts_on:
                continue
            if period["product_id"] == product_id or period["starts_on"] >= starts_on:
                raise ConflictError(
                    Message(
                        "{product} is the featured product of {township} from {day} on. "
                        "Choose a later day, so that what was so stays so.",
                        product=period["product"],
                        township=stored["township"],
                        day=period["starts_on"],
                    ),
                    code="featured_product.overlap",
                )
            products.end_featured(work.connection, period["id"], starts_on - _DAY)
            former = {"township_code": stored["township_code"], "name": period["product"]}
            work.record(
                "product.unfeatured",
                *subject_of(former),
                before=audited({"ends_on": period["ends_on"]}),
                after=audited({"ends_on": starts_on - _DAY}),
            )
        products.begin_featured(
            work.connection,
            township_code=stored["township_code"],
            product_id=product_id,
            starts_on=starts_on,
            ends_on=None,
        )
        work.record("product.featured", *subject_of(stored), after=audited({"starts_on": starts_on}))
        work.commit()


def unfeature_product(
    context: Context, product_id: int, ends_on: date, *, revision: int, by: Person, actor: str
) -> None:
    """Let the product's featured period end with ``ends_on``; the township then has none.

    ``revision`` is as in `feature_product`.
    """
    with context.work(actor=actor) as work:
        lock_register(work.connection)
        stored = products.by_id(work.connection, product_id)
        require(by, Action.PRODUCT_WRITE, row_of(stored))
        require_current_product(work.connection, stored, revision=revision)
        periods = products.periods_in(work.connection, stored["township_code"])
        open_periods = [
            period
            for period in periods
            if period["product_id"] == product_id
            and (period["ends_on"] is None or period["ends_on"] > ends_on)
            and period["starts_on"] <= ends_on
        ]
        if not open_periods:
            raise InvalidInputError(
                Message(
                    "{product} is not the featured product beyond {day}. Choose a day of its period.",
                    product=stored["name"],
                    day=ends_on,
                )
            )
        products.end_featured(work.connection, open_periods[0]["id"], ends_on)
        work.record(
            "product.unfeatured",
            *subject_of(stored),
            before=audited({"ends_on": open_periods[0]["ends_on"]}),
            after=audited({"ends_on": ends_on}),
        )
        work.commit()
