"""Made-up frames as large as the nation: townships on a grid, all but a few assigned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geodata.crs import STORAGE_CRS

DAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Nation:
    townships: gpd.GeoDataFrame
    others: dict[str, pd.DataFrame]


def nation(count: int) -> Nation:
    """Frames for `coverage_table`: ``count`` townships; one in ten has no commissioner on `DAY`."""
    number = np.arange(count)
    code = pd.Series(number).map(lambda at: f"{100_000_000 + at}")
    lon, lat = 75 + (number % 250) * 0.2, 20 + (number // 250) * 0.15
    townships = gpd.GeoDataFrame(
        {
            "code": code,
            "name": "镇" + code,
            "county_code": code.str[:6],
            "starts_on": pd.Series([None] * count, dtype=object),
            "ends_on": pd.Series([None] * count, dtype=object),
        },
        geometry=shapely.box(lon, lat, lon + 0.2, lat + 0.15),
        crs=STORAGE_CRS,
    )
    assigned = number % 10 != 0
    person = pd.Series(number).map(lambda at: f"C-{at:06d}")
    assignments = pd.DataFrame(
        {
            "id": number,
            "township_code": code,
            "commissioner_id": person,
            "commissioner": person,
            "institution": "院",
            "state": "active",
            "starts_on": date(2026, 1, 1),
            "ends_on": date(2026, 12, 31),
            "ended_on": None,
            "agreement_approved_on": pd.Series(np.where(number % 3 != 0, date(2026, 1, 9), None)),
        }
    )[assigned]
    products = pd.DataFrame(
        {
            "township_code": code,
            "product_id": number,
            "name": "大米",
            "starts_on": date(2024, 1, 1),
            "ends_on": None,
        }
    )
    visits = pd.DataFrame(
        {
            "township_code": code,
            "commissioner_id": person,
            "last_visit_on": DAY,
            "last_verified_on": pd.Series(np.where(number % 2 == 0, DAY, None)),
        }
    )
    roster = pd.DataFrame({"township_code": code, "starts_on": date(2024, 1, 1), "ends_on": None})
    return Nation(
        townships,
        {"roster": roster, "assignments": assignments, "featured_products": products, "visits": visits},
    )
