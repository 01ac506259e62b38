"""Photos of visits: finding those that look alike among 100 000, grading, and taking in a photo."""

from __future__ import annotations

import io
import itertools
import random
import shutil
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
from PIL import Image
from sqlalchemy import insert

from benchmarks.figures import Figure, median_seconds
from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.photos import bands_of
from fieldapp.persistence import photos, schema
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.migrating import upgrade
from fieldapp.services.begin_upload import begin_upload
from fieldapp.services.context import Context
from fieldapp.services.grade_visits import regrade
from fieldapp.services.receive_photo import continue_upload
from fieldapp.settings import Settings
from tests.accounts import make_account
from tests.postgres import Databases, postgres_server
from tests.services.small_register import fill
from tests.services.visits import START, store_visit

PHOTOS = 100_000


def hundred_thousand_photos() -> list[Figure]:
    """The figures on SQLite and on PostgreSQL."""
    folder = Path(tempfile.mkdtemp(prefix="fieldapp-bench-"))
    try:
        with postgres_server() as server:
            figures = _measured("SQLite", f"sqlite:///{folder / 'fieldapp.sqlite'}", folder)
            address = Databases(server).make().render_as_string(hide_password=False)
            return figures + _measured("PostgreSQL", address, folder)
    finally:
        shutil.rmtree(folder)


def _measured(name: str, database_url: str, folder: Path) -> list[Figure]:
    engine = make_engine(database_url)
    upgrade(engine)
    settings = Settings(
        data_dir=folder, database_url=database_url, secret_key="benchmark", timezone=ZoneInfo("Asia/Shanghai")
    )
    context = Context(settings=settings, engine=engine)
    fill(context)
    person = make_account(context, Role.COMMISSIONER, commissioner_id="C-0001")
    hashes = _many_photos(context)
    visits = [_visit(context, day, [sha256]) for day, sha256 in enumerate(list(hashes)[:200])]
    bare = [_visit(context, day, []) for day in range(200, 400)]
    wanted = itertools.cycle(list(hashes.items())[:500])

    def look() -> None:
        sha256, perceptual_hash = next(wanted)
        photos.alike(connection, {sha256: perceptual_hash})

    with context.reading() as connection:
        looked = median_seconds(look, runs=500)
    figures = [
        Figure(f"{name}: photos that look alike, among {PHOTOS}", looked * 1000, "ms", 5),
        Figure(f"{name}: grading a visit without photos", _grading(context, bare) * 1000, "ms", 1),
        Figure(f"{name}: grading a visit with a photo", _grading(context, visits) * 1000, "ms", 5),
        Figure(f"{name}: taking in a photo of 1600 x 1200", _taking(context, person) * 1000, "ms", 500),
    ]
    context.close()
    return figures


def _many_photos(context: Context) -> dict[str, str]:
    dice = random.Random(168)
    hashes = {f"{number:064x}": f"{dice.getrandbits(320):080x}" for number in range(PHOTOS)}
    known = {"size_bytes": 1, "media_type": "image/jpeg", "width": 1, "height": 1, "received_at": START}
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        for some in _batches(hashes):
            connection.execute(
                insert(schema.photos),
                [{"sha256": sha256, "perceptual_hash": looks, **known} for sha256, looks in some],
            )
            connection.execute(
                insert(schema.photo_bands),
                [
                    {"band": band, "bits": bits, "sha256": sha256}
                    for sha256, looks in some
                    for band, bits in bands_of(looks)
                ],
            )
    return hashes


def _visit(context: Context, day: int, digests: list[str]) -> UUID:
    with context.work(actor="benchmark") as work:
        visit_id = store_visit(work, *digests, started_at=START - timedelta(days=day))
        work.commit()
    return visit_id


def _grading(context: Context, visits: list[UUID]) -> float:
    """The median seconds of one grading inside a unit of work that is there anyway."""
    chosen = itertools.cycle(visits)
    with context.work(actor="benchmark") as work:
        return median_seconds(lambda: regrade(work, [next(chosen)]), runs=len(visits) - 1)


def _taking(context: Context, person: Person) -> float:
    """The median seconds from the first byte of a photo until it is answered for."""
    pictures = itertools.count()

    def take() -> None:
        content = _picture(next(pictures))
        begun = time.perf_counter()
        upload = begin_upload(context, size=len(content), sha256=None, file_name="a.jpg", by=person)
        continue_upload(
            context, upload.id, io.BytesIO(content), offset=0, length=len(content), checksum=None, by=person
        )
        taken.append(time.perf_counter() - begun)

    taken: list[float] = []
    for _ in range(12):
        take()
    return sorted(taken)[len(taken) // 2]


def _picture(seed: int) -> bytes:
    """A JPEG of about 400 KB, as a phone sends it."""
    coarse = np.random.default_rng(seed).integers(0, 256, (300, 400, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(coarse).resize((1600, 1200), Image.Resampling.BICUBIC).save(file, "JPEG", quality=80)
    return file.getvalue()


def _batches(hashes: dict[str, str]) -> list[list[tuple[str, str]]]:
    items = list(hashes.items())
    return [items[start : start + 10_000] for start in range(0, len(items), 10_000)]
