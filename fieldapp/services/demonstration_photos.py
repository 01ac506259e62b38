"""What a demonstration shows of photos: good ones, and each kind of those that speak against a visit."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from PIL.Image import Image
from sqlalchemy import insert, select

from fieldapp.demonstration.pictures import field_scene, marked_jpeg
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.visits import EvidenceGrade, Review
from fieldapp.persistence import photos, schema
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.keep_picture import keep_picture, photo_row
from fieldapp.services.read_picture import read_picture
from geodata.errors import Message

Row = dict[str, Any]

_AWAITING, _APPROVED = 18, 8  # visits that have photos
# What speaks against the first photo of some that await review; two are like the one of the visit before.
_AGAINST = {3: "elsewhere", 6: "later", 9: "reused", 12: "alike", 15: "awaited"}
_AWAY = 0.4  # degrees
_LATER = timedelta(hours=7)


def show_photos(context: Context, work: UnitOfWork, random: Random, visits: Sequence[Row]) -> None:
    """Give some of the stored ``visits`` photos, and grade these anew."""
    named: dict[UUID, list[str]] = {}
    scene, before = field_scene(random), ""
    for number, row in enumerate(_chosen(work, visits)):
        against = _AGAINST.get(number, "")
        if against != "alike":
            scene = field_scene(random)
        if against == "awaited":
            digests = [f"{random.getrandbits(256):064x}"]
        elif against == "reused":
            digests = [before]
        else:
            digests = [_keep(context, work, row, _drawn(context, random, row, scene, against))]
        if number % 3 == 2:  # one more, as whoever goes on through the fields takes it
            further = row | {"fix_captured_at": row["fix_captured_at"] + timedelta(minutes=4)}
            digests.append(_keep(context, work, row, _drawn(context, random, further, field_scene(random))))
        named[row["id"]], before = digests, digests[0]
    work.connection.execute(
        insert(schema.visit_photos),
        [
            {"visit_id": visit_id, "position": position, "sha256": sha256}
            for visit_id, digests in named.items()
            for position, sha256 in enumerate(digests)
        ],
    )
    regrade(work, named)


def _chosen(work: UnitOfWork, visits: Sequence[Row]) -> list[Row]:
    """The latest visits with a good position: some that await review, and some that were approved."""
    good = {
        row.id: row.review
        for row in work.connection.execute(
            select(schema.visits.c.id, schema.visits.c.review).where(
                schema.visits.c.grade == EvidenceGrade.B.value, schema.visits.c.fix_accuracy_m <= 100
            )
        )
    }

    def latest(review: Review, count: int) -> list[Row]:
        found = [row for row in visits if good.get(row["id"]) == review.value]
        return sorted(found, key=lambda row: (row["received_at"], row["id"]))[-count:]

    return latest(Review.SUBMITTED, _AWAITING) + latest(Review.APPROVED, _APPROVED)


def _drawn(context: Context, random: Random, row: Row, scene: Image, against: str = "") -> bytes:
    """The file of a photo, taken where and when the visit was unless something speaks against it."""
    taken = row["ended_at"] + _LATER if against == "later" else row["fix_captured_at"] + timedelta(minutes=3)
    east = _AWAY if against == "elsewhere" else random.uniform(-0.0002, 0.0002)
    north = random.uniform(-0.0002, 0.0002)
    local = taken.astimezone(context.settings.timezone)
    return marked_jpeg(
        scene,
        f"{row['township_code']}  {local:%Y-%m-%d %H:%M}",
        taken=local,
        place=(round(row["fix_lon"] + east, 6), round(row["fix_lat"] + north, 6)),
        retouched=against == "alike",
    )


def _keep(context: Context, work: UnitOfWork, row: Row, content: bytes) -> str:
    """Keep a photo as if it had come with the visit, and return its digest."""
    picture = read_picture(content, local=context.settings.timezone, refused=_refused)
    digest = hashlib.sha256(content).hexdigest()
    keep_picture(context.photo_store, digest, content, picture)
    known = photo_row(digest, content, picture, received_at=row["received_at"], uploaded_by=None)
    photos.add(work.connection, known)
    return digest


def _refused(message: Message, code: str) -> InvalidInputError:
    return InvalidInputError(message, code=f"photo.{code}")
