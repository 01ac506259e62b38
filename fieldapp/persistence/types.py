"""Column types that mean the same on SQLite and on PostgreSQL with PostGIS."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine, UserDefinedType

SRID = 4326  # the number of geodata.crs.STORAGE_CRS


class PostgisGeometry(UserDefinedType[str]):
    """``geometry(KIND, SRID)``; its text form on the wire is hexadecimal EWKB, both ways."""

    cache_ok = True

    def __init__(self, kind: str = "Geometry", srid: int | str = SRID) -> None:
        self.kind = kind
        self.srid = srid

    def get_col_spec(self, **_: Any) -> str:
        return f"geometry({self.kind},{self.srid})"


class Geometry(TypeDecorator[BaseGeometry]):
    """A Shapely geometry in EPSG:4326: PostGIS geometry on PostgreSQL, WKB on SQLite.

    ``kind`` is the OGC name, ``Point`` or ``MultiPolygon``; a geometry of another kind is refused.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, kind: str) -> None:
        super().__init__()
        self.kind = kind

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(PostgisGeometry(self.kind))
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> str | bytes | None:
        if value is None:
            return None
        if value.geom_type != self.kind:
            raise ValueError(f"a {self.kind} column cannot hold a {value.geom_type}")
        if dialect.name == "postgresql":
            return shapely.to_wkb(shapely.set_srid(value, SRID), hex=True, include_srid=True)
        return shapely.to_wkb(value)

    def process_result_value(self, value: str | bytes | None, dialect: Dialect) -> BaseGeometry | None:
        return None if value is None else shapely.from_wkb(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
