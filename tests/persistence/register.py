"""A small register to break rules in: two townships, two commissioners, two products."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Connection, Engine, insert

from fieldapp.persistence import schema

LALIN, DUJIA = "230184101", "230184102"
RICE, ONION = 1, 2


def make_register(engine: Engine, *, capacity: int = 1) -> None:
    """Write it, committed; ``capacity`` is that of the commissioner C-1, the one of C-2 is 9."""
    with engine.begin() as connection:
        connection.execute(insert(schema.counties).values(code="230184", name="五常市"))
        connection.execute(
            insert(schema.townships),
            [
                {"code": LALIN, "name": "拉林满族镇", "county_code": "230184", "kind": "town"},
                {"code": DUJIA, "name": "杜家镇", "county_code": "230184", "kind": "town"},
            ],
        )
        connection.execute(insert(schema.institutions).values(id=1, name="东北农业大学"))
        connection.execute(
            insert(schema.commissioners),
            [
                {"id": "C-1", "name": "王春", "institution_id": 1, "capacity": capacity},
                {"id": "C-2", "name": "李夏", "institution_id": 1, "capacity": 9},
            ],
        )
        connection.execute(
            insert(schema.products),
            [
                {"id": RICE, "township_code": LALIN, "name": "大米", "category": "grain"},
                {"id": ONION, "township_code": LALIN, "name": "大葱", "category": "vegetables"},
            ],
        )


def term(
    township: str = LALIN,
    commissioner: str = "C-1",
    starts_on: date = date(2026, 1, 1),
    ends_on: date = date(2026, 12, 31),
    state: str = "proposed",
    **more: Any,
) -> dict[str, Any]:
    """The values of an assignment; the year 2026 unless told."""
    return {
        "township_code": township,
        "commissioner_id": commissioner,
        "starts_on": starts_on,
        "ends_on": ends_on,
        "state": state,
        **more,
    }


def assign(connection: Connection, **values: Any) -> int:
    """Insert an assignment and tell its id."""
    made = connection.execute(insert(schema.assignments).values(**term(**values)))
    assert made.inserted_primary_key is not None
    return int(made.inserted_primary_key[0])
