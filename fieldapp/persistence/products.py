"""Products of townships, and which one is featured when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, update

from fieldapp.domain.assignments import AssignmentState
from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence import register
from fieldapp.persistence.named_events import named_events
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    assignments,
    audit_events,
    counties,
    featured_products,
    products,
    townships,
)
from geodata.errors import Message


def find(connection: Connection, township_code: str, name: str) -> Values | None:
    """A township's product of that name."""
    row = connection.execute(
        select(products).where(products.c.township_code == township_code, products.c.name == name)
    ).one_or_none()
    return None if row is None else dict(row._mapping)


def get(connection: Connection, township_code: str, name: str) -> Values:
    """A township's product of that name; `NotFoundError` when there is none."""
    found = find(connection, township_code, name)
    if found is None:
        raise NotFoundError(
            Message("The township {code} has no product {name}.", code=township_code, name=name)
        )
    return found


def all_by_name(connection: Connection) -> dict[tuple[str, str], Values]:
    """Every product by the code of its township and its name."""
    return {(row["township_code"], row["name"]): row for row in register.all_rows(connection, products)}


def featured_periods(connection: Connection) -> dict[str, list[Values]]:
    """Each township's featured products with the name and the period, oldest first."""
    found: dict[str, list[Values]] = defaultdict(list)
    statement = (
        select(featured_products, products.c.name.label("product"))
        .join(products, products.c.id == featured_products.c.product_id)
        .order_by(featured_products.c.township_code, featured_products.c.starts_on)
    )
    for row in connection.execute(statement):
        found[row.township_code].append(dict(row._mapping))
    return dict(found)


def stream(connection: Connection) -> Iterator[Values]:
    """Every product with its place, by township and name, a few at a time."""
    statement = (
        select(
            products,
            townships.c.name.label("township"),
            townships.c.seat,
            counties.c.name.label("county"),
        )
        .join(townships, townships.c.code == products.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .order_by(products.c.township_code, products.c.id)
    )
    return register.stream_rows(connection, statement)


def insert_many(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(connection, products, rows)


def update_many(connection: Connection, rows: Sequence[Values]) -> None:
    """Update products by ``id``; each gains a revision."""
    connection.execute(
        update(products).where(products.c.id == bindparam("_key")).values(revision=products.c.revision + 1),
        [{"_key": row["id"]} | {name: value for name, value in row.items() if name != "id"} for row in rows],
    )


def insert_featured(connection: Connection, rows: Sequence[Values]) -> None:
    """Feature products; each row names ``township_code``, ``product``, ``starts_on`` and ``ends_on``.

    Every product of the townships gains a revision.
    """
    product = (
        select(products.c.id)
        .where(
            products.c.township_code == bindparam("township_code"), products.c.name == bindparam("product")
        )
        .scalar_subquery()
    )
    connection.execute(
        insert(featured_products).values(
            township_code=bindparam("township_code"),
            product_id=product,
            starts_on=bindparam("starts_on"),
            ends_on=bindparam("ends_on"),
        ),
        list(rows),
    )
    _gain_revisions(connection, {row["township_code"] for row in rows})


def update_featured(connection: Connection, rows: Sequence[Values]) -> None:
    """Update featured periods by ``id``; every product of their townships gains a revision."""
    register.update_many(connection, featured_products.c.id, rows)
    ids = [row["id"] for row in rows]
    codes = select(featured_products.c.township_code).where(featured_products.c.id.in_(ids))
    _gain_revisions(connection, set(connection.scalars(codes)))


def _gain_revisions(connection: Connection, township_codes: Collection[str]) -> None:
    """One product is featured in the place of another: whoever saw any of a township's saw something else."""
    connection.execute(
        update(products)
        .where(products.c.township_code.in_(township_codes))
        .values(revision=products.c.revision + 1)
    )


def by_id(connection: Connection, product_id: int) -> Values:
    """The product with its place and the ids of those who serve there; `NotFoundError` when there is none."""
    found = register_rows(connection, product_id=product_id)
    if not found:
        raise NotFoundError(Message("There is no product with the id {id}.", id=product_id))
    return found[0]


def register_rows(
    connection: Connection, *, product_id: int | None = None, township_code: str | None = None
) -> list[Values]:
    """Products with their places and ``commissioner_ids`` of their townships, by township and name."""
    statement = (
        select(
            products,
            townships.c.name.label("township"),
            townships.c.pinyin.label("township_pinyin"),
            townships.c.county_code,
            counties.c.name.label("county"),
        )
        .join(townships, townships.c.code == products.c.township_code)
        .join(counties, counties.c.code == townships.c.county_code)
        .order_by(products.c.township_code, products.c.id)
    )
    served = select(assignments.c.township_code, assignments.c.commissioner_id).where(
        assignments.c.state != AssignmentState.WITHDRAWN.value
    )
    if product_id is not None:
        statement = statement.where(products.c.id == product_id)
    if township_code is not None:
        statement = statement.where(products.c.township_code == township_code)
        served = served.where(assignments.c.township_code == township_code)
    serving: dict[str, set[str]] = defaultdict(set)
    for row in connection.execute(served):
        serving[row.township_code].add(row.commissioner_id)
    return [
        dict(row._mapping) | {"commissioner_ids": frozenset(serving.get(row.township_code, ()))}
        for row in connection.execute(statement)
    ]


def periods_in(connection: Connection, township_code: str) -> list[Values]:
    """The featured products of a township with name and period, newest first."""
    statement = (
        select(featured_products, products.c.name.label("product"))
        .join(products, products.c.id == featured_products.c.product_id)
        .where(featured_products.c.township_code == township_code)
        .order_by(featured_products.c.starts_on.desc())
    )
    return [dict(row._mapping) for row in connection.execute(statement)]


def add(connection: Connection, values: Values) -> int:
    """Store a product and return its id."""
    return int(connection.execute(insert(products).values(values).returning(products.c.id)).scalar_one())


def change(connection: Connection, product_id: int, values: Values) -> None:
    """Change a product; it gains a revision."""
    connection.execute(
        update(products).where(products.c.id == product_id).values(revision=products.c.revision + 1, **values)
    )


def begin_featured(
    connection: Connection, *, township_code: str, product_id: int, starts_on: date, ends_on: date | None
) -> None:
    """Feature a product from a day on; every product of the township gains a revision."""
    connection.execute(
        insert(featured_products).values(
            township_code=township_code, product_id=product_id, starts_on=starts_on, ends_on=ends_on
        )
    )
    _gain_revisions(connection, {township_code})


def end_featured(connection: Connection, period_id: int, ends_on: date) -> None:
    """End a featured period with its last day; every product of the township gains a revision."""
    update_featured(connection, [{"id": period_id, "ends_on": ends_on}])


def last_event(connection: Connection, township_code: str, subject_id: str) -> Values | None:
    """What last gave a product a new revision: a change of it, or of which one is featured there."""
    featuring = and_(
        audit_events.c.action.in_(("product.featured", "product.unfeatured")),
        audit_events.c.subject_id.like(f"{township_code}/%"),
    )
    own = and_(audit_events.c.subject_id == subject_id, audit_events.c.action.not_like("product.photo%"))
    row = connection.execute(
        named_events(audit_events.c.action, audit_events.c.subject_id)
        .where(audit_events.c.subject_type == "product", or_(featuring, own))
        .order_by(audit_events.c.id.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else dict(row._mapping)
