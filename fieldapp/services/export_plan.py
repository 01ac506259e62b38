"""Take a plan away: as a workbook, as a document with an annex table, as a layer for a map program."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal

import geopandas as gpd
import numpy as np
import pandas as pd

from fieldapp.domain.errors import ConflictError
from fieldapp.domain.permissions import Action, Person, Row, Scope, require, scope_of
from fieldapp.domain.planning.outcomes import OUTCOMES
from fieldapp.i18n import translate
from fieldapp.reports.plan_table import PlannedTownship, PlanTable
from fieldapp.services.context import Context
from fieldapp.services.describe_counties import county_names
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.read_plans import DraftView, read_draft
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.writing import write_table
from geodata.crs import STORAGE_CRS
from geodata.errors import Message
from geodata.formats.writing import write_layer

PlanFormat = Literal["xlsx", "docx", "gpkg"]
PLAN_FORMATS: tuple[PlanFormat, ...] = ("xlsx", "docx", "gpkg")

COLUMNS: Sequence[Column] = (
    Column("township_code", Message("township code"), kind="code", digits=9),
    Column("township", Message("township")),
    Column("county_code", Message("county code"), kind="code", digits=6),
    Column("county", Message("county")),
    Column("featured_product", Message("featured product")),
    Column(
        "change",
        Message("what changes"),
        kind="choice",
        choices={key: (words,) for key, words in OUTCOMES.items()},
    ),
    Column("before_id", Message("commissioner today: number")),
    Column("before", Message("commissioner today")),
    Column("commissioner_id", Message("commissioner planned: number")),
    Column("commissioner", Message("commissioner planned")),
    Column("pinned", Message("pinned"), kind="boolean"),
    Column("fit", Message("fit"), kind="number"),
    Column("distance_km", Message("distance (km)"), kind="number"),
    Column("begins_on", Message("first day"), kind="date"),
    Column("reason", Message("reason")),
)


def export_plan(
    context: Context, draft_id: int, target: BinaryIO, file_format: PlanFormat, *, locale: str, by: Person
) -> DraftView:
    """Write what a plan makes of each township, and return the plan; the log keeps that somebody did.

    Raises `ForbiddenError` where the person may take nothing away, `NotFoundError` where there is no such
    plan for him or her, and `ConflictError` where it is not solved.
    """
    if scope_of(by, Action.EXPORT_READ) is Scope.NONE:
        require(by, Action.EXPORT_READ, Row())
    draft = read_draft(context, draft_id, by=by)
    if draft.plan is None:
        raise ConflictError(
            Message("The plan {name} is not solved, so there is nothing to export.", name=draft.name),
            code="plan.unsolved",
        )
    rows = _rows(draft, county_names(context), locale)
    if file_format == "xlsx":
        write_table(
            COLUMNS,
            rows,
            target,
            file_format="xlsx",
            headers="words",
            locale=locale,
            sheet_name=translate(Message("plan"), locale),
            notes={translate(Message("about this plan"), locale): _notes(draft, locale)},
        )
    elif file_format == "docx":
        _document(context, draft, _rows(draft, county_names(context), "zh_CN")).write_docx(target)
    else:
        _write_layer(context, draft, rows, target)
    with context.work(actor=by.actor) as work:
        told = {"name": draft.name, "format": file_format, "rows": len(rows)}
        work.record("plan.exported", "plan", draft_id, after=told, topic=None)
        work.commit()
    return draft


def _rows(draft: DraftView, counties: Mapping[str, str], locale: str) -> list[dict[str, Any]]:
    """One mapping a township, by column key."""
    return [
        {
            "township_code": row["township"],
            "township": row["name"],
            "county_code": row["county_code"],
            "county": counties.get(row["county_code"], row["county_code"]),
            "featured_product": row["product"],
            "change": row["change"],
            "before_id": row["before"],
            "before": row["before_name"],
            "commissioner_id": row["commissioner"],
            "commissioner": row["commissioner_name"],
            "pinned": row["pinned"],
            "fit": row["fit"],
            "distance_km": row["distance_km"],
            "begins_on": row["begins_on"],
            "reason": translate(row["reason"], locale),
        }
        for row in draft.difference
    ]


def _notes(draft: DraftView, locale: str) -> list[str]:
    """What the table is of, where its distances come from, and what stands in the way."""
    plan = draft.plan or {}
    term = Message(
        "Term: {starts_on} to {ends_on}. Planning policy: version {version}.",
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        version=draft.policy_version,
    )
    title = Message("Plan: {name} ({state}).", name=draft.name, state=draft.state.words)
    lines = [title, term, draft.distances, *draft.first_days, *_shortages(plan)]
    return [translate(line, locale) for line in lines]


def _shortages(plan: Mapping[str, Any]) -> list[Message]:
    """What stands in the way, each sentence once: it tells of all specialties that would help."""
    return list(dict.fromkeys(one["reason"] for one in plan["shortages"]))


def _document(context: Context, draft: DraftView, rows: Sequence[Mapping[str, Any]]) -> PlanTable:
    plan = draft.plan or {}
    return PlanTable(
        name=draft.name,
        starts_on=draft.starts_on,
        ends_on=draft.ends_on,
        made_on=context.today(),
        rows=[
            PlannedTownship(
                county=row["county"],
                township=row["township"],
                product=row["featured_product"],
                before=row["before"],
                planned=row["commissioner"],
                outcome=row["change"],
                fit=row["fit"],
                distance_km=row["distance_km"],
                begins_on=row["begins_on"],
                reason=row["reason"],
            )
            for row in rows
        ],
        covered=plan["covered"],
        shortages=_shortages(plan),
        first_days=draft.first_days,
        state=draft.state.words,
        distances=draft.distances,
        office=context.settings.office,
    )


def _write_layer(
    context: Context, draft: DraftView, rows: Sequence[Mapping[str, Any]], target: BinaryIO
) -> None:
    """The townships with their boundaries; one that has none stands in the table alone."""
    day = max(context.today(), draft.starts_on)
    known = measure_coverage(context, as_of=day, geometry=True).table
    shapes = dict(zip(known["code"], known.geometry, strict=True))
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=[column.key for column in COLUMNS]),
        geometry=np.array([shapes.get(row["township_code"]) for row in rows], object),
        crs=STORAGE_CRS,
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.gpkg"
        write_layer(frame, path)
        target.write(path.read_bytes())
