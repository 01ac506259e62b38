"""Write measured coverage as a table or a layer, exactly what the coverage document says."""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Literal

import geopandas as gpd
import pandas as pd
import pyogrio

from fieldapp.domain.coverage import CoverageStatus
from fieldapp.services.measure_coverage import Coverage
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.writing import Headers, write_table
from geodata.errors import Message

LayerFormat = Literal["geojson", "gpkg"]
_DRIVERS: dict[LayerFormat, str] = {"geojson": "GeoJSON", "gpkg": "GPKG"}

COLUMNS: Sequence[Column] = (
    Column("code", Message("township code"), kind="code", digits=9),
    Column("name", Message("township")),
    Column("county_code", Message("county code"), kind="code", digits=6),
    Column("county", Message("county")),
    Column(
        "status",
        Message("status"),
        kind="choice",
        choices={status.value: (status.words,) for status in CoverageStatus},
    ),
    Column("assigned", Message("has a commissioner"), kind="boolean"),
    Column("product", Message("has a featured product"), kind="boolean"),
    Column("signed", Message("agreement signed"), kind="boolean"),
    Column("visited", Message("visited"), kind="boolean"),
    Column("verified", Message("visit verified"), kind="boolean"),
    Column("full", Message("commissioner and product"), kind="boolean"),
    Column("assignment_id", Message("assignment number"), kind="integer"),
    Column("commissioner_id", Message("commissioner number")),
    Column("commissioner", Message("commissioner")),
    Column("institution", Message("institution")),
    Column("starts_on", Message("term begins on"), kind="date"),
    Column("ends_on", Message("term ends on"), kind="date"),
    Column("featured_product", Message("featured product")),
    Column("last_visit_on", Message("last visit on"), kind="date"),
    Column("lapses_on", Message("coverage lapses on"), kind="date"),
)
_DAYS = [column.key for column in COLUMNS if column.kind == "date"]


def coverage_rows(coverage: Coverage) -> list[dict[str, object]]:
    """One mapping a township, by column key, days as `datetime.date`; missing values are None."""
    plain = pd.DataFrame(coverage.table.drop(columns="geometry"))
    plain["county"] = plain["county_code"].map(coverage.county_names)
    for column in _DAYS:
        plain[column] = plain[column].dt.date
    plain = plain.astype(object).where(plain.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]


def export_sheet(
    coverage: Coverage,
    target: Path | BinaryIO,
    *,
    file_format: Literal["csv", "xlsx"],
    headers: Headers = "key",
    locale: str = "zh_CN",
) -> None:
    """Write the table as CSV or as a workbook; ``headers`` "words" speaks ``locale``."""
    write_table(
        COLUMNS, coverage_rows(coverage), target, file_format=file_format, headers=headers, locale=locale
    )


def export_layer(coverage: Coverage, target: Path | BytesIO, *, file_format: LayerFormat) -> None:
    """Write the townships with their boundaries (EPSG:4326); the coverage is one measured with geometry."""
    layer = gpd.GeoDataFrame(
        pd.DataFrame(coverage_rows(coverage), columns=[column.key for column in COLUMNS]),
        geometry=coverage.table.geometry,
    )
    layer["assignment_id"] = layer["assignment_id"].astype("Int64")
    for column in ("assigned", "product", "signed", "visited", "verified", "full"):
        layer[column] = layer[column].astype(bool)
    for column in _DAYS:  # as ISO text: a column of days would be written as instants
        layer[column] = [None if day is None else str(day) for day in layer[column]]
    options = {"RFC7946": "YES"} if file_format == "geojson" else {}
    pyogrio.write_dataframe(layer, target, driver=_DRIVERS[file_format], layer="coverage", **options)
