"""Photos of visits, found by their content and by what they look like."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    Connection,
    Select,
    and_,
    bindparam,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.photos import BANDS, bands_of, laid_down, look_alike
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema import (
    confirmations,
    photo_bands,
    photos,
    product_photos,
    townships,
    visit_photos,
    visits,
)
from fieldapp.persistence.unit_of_work import LOCKS_OF_PEOPLE
from geodata.errors import Message

UNSEEN = ""  # instead of a hash
_MOST_ALIKE = 1000
_LOCKS = 0x70686F74  # of photos
_ARRIVED = select(photos.c.sha256).where(photos.c.sha256.in_(bindparam("digests", expanding=True)))


def _lock_graded() -> Select[Any]:
    asked: BindParameter[Any] = bindparam("visit_ids", expanding=True)
    pictures = select(literal(_LOCKS).label("kind"), func.hashtext(visit_photos.c.sha256).label("number"))
    people = select(literal(LOCKS_OF_PEOPLE).label("kind"), func.hashtext(visits.c.commissioner_id))
    numbers = (
        union(pictures.where(visit_photos.c.visit_id.in_(asked)), people.where(visits.c.id.in_(asked)))
        .order_by("kind", "number")
        .subquery()
    )
    return select(func.pg_advisory_xact_lock(numbers.c.kind, numbers.c.number))


_LOCK_GRADED = _lock_graded()


def _near() -> Select[Any]:
    pieces = or_(
        *(
            and_(
                photo_bands.c.band == band, photo_bands.c.bits.in_(bindparam(f"bits_{band}", expanding=True))
            )
            for band in range(BANDS)
        )
    )
    near = select(photo_bands.c.sha256).where(pieces)
    wanted = select(photos.c.sha256, photos.c.perceptual_hash).where(photos.c.sha256.in_(near))
    return wanted.order_by(photos.c.received_at, photos.c.sha256)


_NEAR = _near()


def find(connection: Connection, sha256: str) -> Values | None:
    """The photo with this content."""
    row = connection.execute(select(photos).where(photos.c.sha256 == sha256)).one_or_none()
    return None if row is None else dict(row._mapping)


def get(connection: Connection, sha256: str) -> Values:
    """The photo with this content; `NotFoundError` where it has not arrived."""
    found = find(connection, sha256)
    if found is None:
        raise NotFoundError(
            Message("This photo is not here. It may not have arrived yet."), code="photo.unknown"
        )
    return found


def arrived(connection: Connection, digests: Collection[str]) -> frozenset[str]:
    """Those of the digests whose photos are there."""
    if not digests:
        return frozenset()
    return frozenset(connection.scalars(_ARRIVED, {"digests": [*digests]}))


def add(connection: Connection, values: Values) -> bool:
    """Store what is known of a photo; False where it was there already."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(photos).values(values).on_conflict_do_nothing(index_elements=[photos.c.sha256])
    added = connection.scalar(statement.returning(photos.c.sha256)) is not None
    if added and values["perceptual_hash"] is not None:
        _index(connection, values["sha256"], values["perceptual_hash"])
    return added


def look_anew(connection: Connection, sha256: str, looks: str | None) -> None:
    """Keep what a photo looks like whose hash `unseen` found missing, unless somebody else has done so."""
    missing = update(photos).where(photos.c.sha256 == sha256, photos.c.perceptual_hash == UNSEEN)
    if connection.execute(missing.values(perceptual_hash=looks)).rowcount and looks is not None:
        _index(connection, sha256, looks)


def unseen(connection: Connection, *, limit: int) -> list[str]:
    """Some photos of which is not known what they look like: hashes of an earlier kind were dropped."""
    return list(
        connection.scalars(select(photos.c.sha256).where(photos.c.perceptual_hash == UNSEEN).limit(limit))
    )


def _index(connection: Connection, sha256: str, looks: str) -> None:
    pieces = [{"band": band, "bits": bits, "sha256": sha256} for band, bits in bands_of(looks)]
    connection.execute(insert(photo_bands), pieces)


def lock(connection: Connection, sha256: str) -> None:
    """Make others who bring this photo, or name it, wait until this transaction ends.

    Otherwise a photo and a visit that names it could arrive at one moment without seeing each other. SQLite
    has only one writer.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCKS, func.hashtext(sha256))))


def lock_graded(connection: Connection, visit_ids: Sequence[UUID]) -> None:
    """The same for all the photos that these visits name, and for the commissioners who made them.

    So whoever grades sees every visit of theirs that another one has recorded. All are locked by one
    statement, in an order that is the same for everybody.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK_GRADED, {"visit_ids": visit_ids})


def alike(connection: Connection, hashes: Mapping[str, str]) -> dict[str, list[str]]:
    """For each photo, given as hash by digest, the others that look like it; without those it is alone.

    Also those that are turned or mirrored: each is looked up in all the ways in which it can be laid down. Of
    very many the first that came are told: who used a picture first is what matters.
    """
    pieces: dict[int, set[int]] = defaultdict(set)
    for each in hashes.values():
        for band, bits in chain.from_iterable(map(bands_of, laid_down(each))):
            pieces[band].add(bits)
    if not pieces:
        return {}
    # A few index lookups and one join, however many photos there are.
    wanted = {f"bits_{band}": sorted(bits) for band, bits in pieces.items()}
    rows = connection.execute(_NEAR, wanted).all()
    digests, looks = [row.sha256 for row in rows], [row.perceptual_hash for row in rows]
    found: dict[str, list[str]] = {}
    for own, each in hashes.items():
        near = [other for other, is_alike in zip(digests, look_alike(each, looks), strict=True) if is_alike]
        if others := [other for other in near if other != own][:_MOST_ALIKE]:
            found[own] = others
    return found


def unused(
    connection: Connection, before: datetime, *, limit: int, among: Collection[str] | None = None
) -> list[str]:
    """Some photos that arrived before a moment and that no visit names, withdrawn or not; the oldest first.

    ``among`` leaves the others aside.
    """
    chosen = (
        select(photos.c.sha256)
        .where(photos.c.received_at < before, ~exists().where(visit_photos.c.sha256 == photos.c.sha256))
        .order_by(photos.c.received_at, photos.c.sha256)
        .limit(limit)
    )
    if among is not None:
        chosen = chosen.where(photos.c.sha256.in_(among))
    return list(connection.scalars(chosen))


def remove(connection: Connection, sha256: str) -> None:
    """Forget what is known of a photo; its files are no matter of the database."""
    connection.execute(delete(photo_bands).where(photo_bands.c.sha256 == sha256))
    connection.execute(delete(photos).where(photos.c.sha256 == sha256))


def shown_elsewhere(connection: Connection, sha256: str) -> bool:
    """Whether a product shows the same file, or a recipient sent it as a stamped confirmation."""
    product = exists().where(product_photos.c.sha256 == sha256, product_photos.c.removed_at.is_(None))
    return bool(connection.scalar(select(product | exists().where(confirmations.c.stamp_sha256 == sha256))))


def visits_naming(connection: Connection, sha256: str) -> list[UUID]:
    """The visits that name the photo, withdrawn or not."""
    return list(
        connection.scalars(select(visit_photos.c.visit_id).where(visit_photos.c.sha256 == sha256).distinct())
    )


def owners(connection: Connection, sha256: str) -> tuple[frozenset[str], frozenset[str]]:
    """The counties and the commissioners of the visits that name the photo."""
    rows = connection.execute(
        select(townships.c.county_code, visits.c.commissioner_id)
        .select_from(visit_photos)
        .join(visits, visits.c.id == visit_photos.c.visit_id)
        .join(townships, townships.c.code == visits.c.township_code)
        .where(visit_photos.c.sha256 == sha256, visits.c.deleted_at.is_(None))
    ).all()
    return frozenset(row.county_code for row in rows), frozenset(row.commissioner_id for row in rows)
