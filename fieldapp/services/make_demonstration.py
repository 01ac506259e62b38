"""Fill an installation with a demonstration: real townships, made-up people, a year of visits."""

from __future__ import annotations

from random import Random
from typing import Any

from shapely import Point
from sqlalchemy import Connection, exists, insert, select

from fieldapp.demonstration.history import DemoTownship, history
from fieldapp.demonstration.needs import needs
from fieldapp.demonstration.people import INSTITUTIONS, DemoCommissioner, commissioners
from fieldapp.domain.errors import ConflictError
from fieldapp.persistence import schema
from fieldapp.persistence.schema_assigning import demands
from fieldapp.persistence.unit_of_work import VISITS
from fieldapp.services.context import Context
from fieldapp.services.demonstration_accounts import add_demonstration_accounts
from fieldapp.services.demonstration_photos import show_photos
from fieldapp.services.demonstration_reviews import review_by_age, show_reviewing
from fieldapp.services.import_values import person_pinyin
from fieldapp.services.load_reference_tables import ROSTER_STARTS_ON, load_reference_tables
from geodata import tables
from geodata.errors import Message

SEED = 168
COMMISSIONERS = 150
_LOADED = "demonstration.loaded"


def ensure_demonstration(context: Context) -> bool:
    """Make the demonstration unless it is there already; says whether it was made.

    Raises `ConflictError` where the people that are kept are not of a demonstration.
    """
    with context.reading() as connection:
        is_there = bool(connection.scalar(select(exists().where(schema.audit_events.c.action == _LOADED))))
    if is_there:
        add_demonstration_accounts(context)  # those that an older demonstration did not have
    else:
        make_demonstration(context)
    return not is_there


def make_demonstration(context: Context, *, seed: int = SEED) -> None:
    """Load the reference tables and the demonstration; `ConflictError` where people are kept already."""
    load_reference_tables(context)
    random = Random(seed)  # noqa: S311 - it makes examples, not secrets
    with context.work(actor="demonstration") as work:
        connection = work.connection
        if connection.scalar(select(exists().where(schema.commissioners.c.id.is_not(None)))):
            raise ConflictError(
                Message(
                    "There are commissioners already. A demonstration is loaded only where there are none."
                ),
                code="demonstration.not_empty",
            )
        people = commissioners(random, COMMISSIONERS)
        made = history(random, _townships(connection, random), people, context.today())
        _insert_people(connection, people)
        _insert_products(connection, made.products)
        connection.execute(insert(schema.assignments), made.assignments)
        connection.execute(
            insert(demands),
            needs(Random(f"needs {seed}"), made.products, context.today()),  # noqa: S311 - as above
        )
        review_by_age(made.visits, context.today())
        connection.execute(insert(schema.visits), made.visits)
        show_reviewing(context, work, random, made.visits)
        show_photos(context, work, Random(f"photos {seed}"), made.visits)  # noqa: S311 - as above
        counts = {
            "commissioners": len(people),
            "assignments": len(made.assignments),
            "visits": len(made.visits),
        }
        work.record(_LOADED, "demonstration", seed, after=counts)
        work.record(_LOADED, "visits", seed, after=counts, topic=VISITS)
        work.commit()
    add_demonstration_accounts(context)


def _townships(connection: Connection, random: Random) -> list[DemoTownship]:
    in_print = tables.featured_products()
    by_place = {row.code: row for row in in_print.itertuples()}
    columns = (schema.townships.c.code, schema.townships.c.county_code, schema.townships.c.seat)
    townships = []
    for code, county_code, seat in connection.execute(select(*columns).order_by(schema.townships.c.code)):
        product = None
        if code in by_place:
            product = _product(code, by_place[code], demonstration=False)
        elif county_code in by_place and random.random() < 0.5:
            # What is known of the county stands on a township here for the demonstration only.
            product = _product(code, by_place[county_code], demonstration=True)
        townships.append(DemoTownship(code, (seat.x, seat.y), product))
    return townships


def _product(township_code: str, row: Any, *, demonstration: bool) -> dict[str, Any]:
    return {
        "township_code": township_code,
        "name": f"{row.product}（演示）" if demonstration else row.product,
        "category": row.category.replace(" ", "_"),
        "basis": row.basis,
        "demonstration": demonstration,
    }


def _insert_people(connection: Connection, people: list[DemoCommissioner]) -> None:
    connection.execute(
        insert(schema.institutions),
        [{"name": each.name, "kind": each.kind.value, "demonstration": True} for each in INSTITUTIONS],
    )
    ids = {row.name: row.id for row in connection.execute(select(schema.institutions))}
    connection.execute(
        insert(schema.commissioners),
        [
            {
                "id": person.id,
                "name": person.name,
                "pinyin": person_pinyin(person.name),
                "kind": person.kind.value,
                "institution_id": ids[person.institution],
                "capacity": person.capacity,
                "phone": person.phone,
                "home": Point(person.home),
                "demonstration": True,
            }
            for person in people
        ],
    )
    connection.execute(
        insert(schema.commissioner_specialties),
        [
            {"commissioner_id": person.id, "specialty": specialty}
            for person in people
            for specialty in person.specialties
        ],
    )


def _insert_products(connection: Connection, products: list[dict[str, Any]]) -> None:
    connection.execute(insert(schema.products), products)
    ids = connection.execute(select(schema.products.c.id, schema.products.c.township_code))
    connection.execute(
        insert(schema.featured_products),
        [
            {"township_code": row.township_code, "product_id": row.id, "starts_on": ROSTER_STARTS_ON}
            for row in ids
        ],
    )
