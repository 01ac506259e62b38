"""The demonstration shows everything there is to see, and says that it is one."""

from __future__ import annotations

import csv
import io
import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random

import pytest
from PIL import Image
from sqlalchemy import func, select

from fieldapp.demonstration.history import DemoTownship, history
from fieldapp.demonstration.needs import NEEDS_BY_CATEGORY
from fieldapp.demonstration.people import commissioners
from fieldapp.demonstration.pictures import MARK, field_scene, marked_jpeg
from fieldapp.domain.coverage import CoverageStatus
from fieldapp.domain.errors import ConflictError
from fieldapp.domain.specialties import PRODUCT_CATEGORIES
from fieldapp.persistence import schema
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.schema_assigning import demands
from fieldapp.services.columns import EXPORT_KINDS
from fieldapp.services.context import Context
from fieldapp.services.export_table import ExportFormat, export_table
from fieldapp.services.import_file import import_file
from fieldapp.services.keep_picture import kept_picture
from fieldapp.services.load_reference_tables import load_reference_tables
from fieldapp.services.make_demonstration import make_demonstration
from fieldapp.services.measure_coverage import measure_coverage


def test_the_reference_tables_bring_168_townships_of_18_counties_and_are_loaded_once(
    context: Context,
) -> None:
    assert load_reference_tables(context)
    assert not load_reference_tables(context)
    document = measure_coverage(context).document()
    assert (document["roster"], document["target"], len(document["counties"])) == (168, 168, 18)
    assert document["status"]["uncovered"] == 168


def test_every_status_occurs_and_full_coverage_is_not_yet_reached(demonstration_context: Context) -> None:
    document = measure_coverage(demonstration_context).document()
    assert document["roster"] == 168
    assert all(document["status"][status.value] > 0 for status in CoverageStatus)
    assert document["counts"]["full"] < 168


def test_some_terms_lapse_within_30_and_more_within_90_days(demonstration_context: Context) -> None:
    today = demonstration_context.today()
    lapses = [
        (date.fromisoformat(each["lapses_on"]) - today).days
        for each in measure_coverage(demonstration_context).document()["townships"]
        if each["lapses_on"]
    ]
    assert any(days <= 30 for days in lapses)
    assert any(30 < days <= 90 for days in lapses)


def test_all_people_assignments_and_visits_are_marked_and_no_visit_lies_in_the_future(
    demonstration_context: Context,
) -> None:
    with demonstration_context.engine.connect() as connection:
        for table in (schema.institutions, schema.commissioners, schema.assignments, schema.visits):
            marks = set(connection.scalars(select(table.c.demonstration).distinct()))
            assert marks == {True}, table.name
        names = connection.scalars(select(schema.commissioners.c.name)).all()
        assert all("演示" in name for name in names)
        for moment in (schema.visits.c.ended_at, schema.visits.c.received_at):
            assert connection.scalar(select(func.max(moment))) <= demonstration_context.now()


def test_products_in_print_are_featured_as_they_are_and_others_are_marked(
    demonstration_context: Context,
) -> None:
    with demonstration_context.engine.connect() as connection:
        rows = connection.execute(select(schema.products)).all()
    genuine = {row.township_code: row.name for row in rows if not row.demonstration}
    assert genuine["230103101"] == "草莓"
    assert all("演示" in row.name for row in rows if row.demonstration)
    assert max(Counter(row.township_code for row in rows).values()) == 1


def test_some_townships_need_something_and_some_of_it_is_met_all_of_it_marked(
    demonstration_context: Context,
) -> None:
    with demonstration_context.engine.connect() as connection:
        stated = connection.execute(select(demands)).all()
    assert len({each.township_code for each in stated}) == len(stated) >= 12
    assert {each.met_on is None for each in stated} == {True, False}
    assert all("演示" in each.text for each in stated)
    assert all(each.stated_on <= demonstration_context.today() for each in stated)
    assert len({each.text for each in stated}) >= 4
    assert NEEDS_BY_CATEGORY.keys() <= PRODUCT_CATEGORIES.keys()


def test_the_same_seed_and_day_make_the_same_people_and_visits() -> None:
    townships = [DemoTownship(f"{230184101 + at}", (127.0, 45.2), None) for at in range(40)]

    def made(seed: int) -> tuple[object, object]:
        random = Random(seed)
        people = commissioners(random, 30)
        return people, history(random, townships, people, date(2026, 11, 22))

    assert made(7) == made(7)
    assert made(7) != made(8)


def test_a_demonstration_is_not_poured_over_people_who_are_kept_already(
    demonstration_context: Context,
) -> None:
    with pytest.raises(ConflictError, match="commissioners already"):
        make_demonstration(demonstration_context)


def test_the_exports_of_a_demonstration_fill_an_empty_installation_byte_for_byte(
    sqlite_demonstration: Context, migrated_sqlite: Path, tmp_path: Path
) -> None:
    file = tmp_path / "other.sqlite"
    shutil.copyfile(migrated_sqlite, file)
    settings = replace(sqlite_demonstration.settings, data_dir=tmp_path, database_url=f"sqlite:///{file}")
    other = Context(
        settings=settings, engine=make_engine(settings.database_url), now=sqlite_demonstration.now
    )
    for kind in EXPORT_KINDS:
        ending: ExportFormat = "geojson" if kind == "townships" else "csv"
        path, again = tmp_path / f"{kind}.{ending}", tmp_path / f"again-{kind}.{ending}"
        if not export_table(sqlite_demonstration, kind, ending, path, with_phones=True):
            assert kind == "travel"  # the demonstration has no distances by road
            continue
        assert import_file(other, kind, path, actor="cli").written
        export_table(other, kind, ending, again, with_phones=True)
        if kind == "visits":  # what officers decide and the program finds out stays behind
            assert _as_logged(again) == _as_logged(path)
        else:
            assert again.read_bytes() == path.read_bytes(), kind
    other.close()


def _as_logged(path: Path) -> list[dict[str, str]]:
    decided = {"received_at", "grade", "review", "confirmation_approved"}
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {name: value for name, value in row.items() if name not in decided}
            for row in csv.DictReader(file)
        ]


def test_some_visits_have_drawn_photos_and_each_kind_of_evidence_occurs(
    demonstration_context: Context,
) -> None:
    with demonstration_context.engine.connect() as connection:
        rows = connection.execute(
            select(schema.visits).where(schema.visits.c.id.in_(select(schema.visit_photos.c.visit_id)))
        ).all()
        digests = connection.scalars(select(schema.photos.c.sha256)).all()
    codes = {reason["code"] for row in rows for reason in row.grade_reasons}
    assert codes >= {"photo.good", "photo.elsewhere", "photo.after", "photo.reused", "photo.similar"}
    assert "photo.awaited" in codes
    graded = Counter((row.grade, row.review) for row in rows)
    assert graded["A", "submitted"] >= 10
    assert graded["A", "approved"] >= 5
    assert graded["D", "submitted"] == 2
    for digest in digests:  # and says of itself that it is one
        content = kept_picture(demonstration_context.photo_store, digest)
        assert Image.open(io.BytesIO(content)).getexif()[0x010E] == MARK


def test_the_same_seed_draws_the_same_pictures_and_another_other_ones() -> None:
    taken = datetime(2026, 11, 20, 9, 30, tzinfo=UTC)
    one, same, other = (
        marked_jpeg(field_scene(Random(seed)), "x", taken=taken, place=(127.0, 45.0)) for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
