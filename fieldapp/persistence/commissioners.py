"""Commissioners with their specialties, and the institutions that send them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from fieldapp.domain.errors import NotFoundError
from fieldapp.persistence import register
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import commissioner_specialties, commissioners, institutions
from geodata.errors import Message

_WITH_INSTITUTION = select(
    commissioners, institutions.c.name.label("institution"), institutions.c.kind.label("institution_kind")
).join(institutions)


def find(connection: Connection, commissioner_id: str) -> Values | None:
    """The commissioner with this id, with the institution's name."""
    row = connection.execute(_WITH_INSTITUTION.where(commissioners.c.id == commissioner_id)).one_or_none()
    return (
        None
        if row is None
        else dict(row._mapping) | {"specialties": specialties(connection, commissioner_id)}
    )


def get(connection: Connection, commissioner_id: str) -> Values:
    """The commissioner with this id; `NotFoundError` when there is none."""
    found = find(connection, commissioner_id)
    if found is None:
        raise NotFoundError(Message("There is no commissioner with the id {id}.", id=commissioner_id))
    return found


def specialties(connection: Connection, commissioner_id: str) -> tuple[str, ...]:
    """The specialties of one commissioner, in the order of their codes."""
    statement = (
        select(commissioner_specialties.c.specialty)
        .where(commissioner_specialties.c.commissioner_id == commissioner_id)
        .order_by(commissioner_specialties.c.specialty)
    )
    return tuple(connection.scalars(statement))


def all_by_id(connection: Connection) -> dict[str, Values]:
    """Every commissioner, with the institution's name and kind, and the specialties as a tuple."""
    return {row["id"]: row for row in stream(connection)}


def stream(connection: Connection) -> Iterator[Values]:
    """The same, by id, a few at a time."""
    held: dict[str, list[str]] = defaultdict(list)
    each = select(commissioner_specialties).order_by(commissioner_specialties.c.specialty)
    for specialty in connection.execute(each):
        held[specialty.commissioner_id].append(specialty.specialty)
    for row in register.stream_rows(connection, _WITH_INSTITUTION.order_by(commissioners.c.id)):
        yield row | {"specialties": tuple(held.get(row["id"], ()))}


def ids(connection: Connection) -> frozenset[str]:
    """The id of everybody."""
    return frozenset(connection.scalars(select(commissioners.c.id)))


def names(connection: Connection) -> dict[str, str]:
    """The name of each commissioner by the id."""
    rows = connection.execute(select(commissioners.c.id, commissioners.c.name))
    return {row.id: row.name for row in rows}


def all_institutions(connection: Connection) -> dict[str, Values]:
    """Every institution by its name."""
    return {row["name"]: row for row in register.all_rows(connection, institutions)}


def insert_institutions(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(connection, institutions, rows)


def update_institutions(connection: Connection, rows: Sequence[Values]) -> None:
    """Update institutions by ``id``."""
    register.update_many(connection, institutions.c.id, rows)


# The id of the institution of that name, looked up by the database as it writes.
_SENDER = select(institutions.c.id).where(institutions.c.name == bindparam("institution")).scalar_subquery()


def insert_many(connection: Connection, rows: Sequence[Values]) -> None:
    """Insert commissioners; ``institution`` is the name of a stored one, ``specialties`` a tuple."""
    connection.execute(insert(commissioners).values(institution_id=_SENDER), _without_lists(rows))
    _insert_specialties(connection, rows)


def update_many(connection: Connection, rows: Sequence[Values]) -> None:
    """Update commissioners by ``id`` and put their specialties in place; each gains a revision."""
    connection.execute(
        update(commissioners)
        .where(commissioners.c.id == bindparam("_key"))
        .values(institution_id=_SENDER, revision=commissioners.c.revision + 1),
        [{"_key": row.pop("id"), **row} for row in _without_lists(rows)],
    )
    connection.execute(
        delete(commissioner_specialties).where(
            commissioner_specialties.c.commissioner_id == bindparam("_key")
        ),
        [{"_key": row["id"]} for row in rows],
    )
    _insert_specialties(connection, rows)


def _without_lists(rows: Sequence[Values]) -> list[Values]:
    return [{name: value for name, value in row.items() if name != "specialties"} for row in rows]


def _insert_specialties(connection: Connection, rows: Sequence[Values]) -> None:
    register.insert_many(
        connection,
        commissioner_specialties,
        [
            {"commissioner_id": row["id"], "specialty": specialty}
            for row in rows
            for specialty in row["specialties"]
        ],
    )
