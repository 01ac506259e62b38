"""Measure coverage on a day; measured once a change, however often it is asked for."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

import brotli
import geopandas as gpd
import pandas as pd
from sqlalchemy import Engine

from fieldapp.domain.coverage import (
    RUNGS,
    STANDARD_POLICY,
    CoverageCounts,
    CoveragePolicy,
    count_coverage,
    coverage_table,
)
from fieldapp.domain.errors import Fault, InvalidInputError, NotFoundError
from fieldapp.persistence.coverage import CoverageInputs, read_coverage_inputs, snapshot
from fieldapp.persistence.unit_of_work import change_versions
from fieldapp.services.context import Context
from geodata.errors import Message

EARLIEST = date(1949, 10, 1)
LATEST = date(2200, 12, 31)
# Some hundred days of one city, a few of a whole nation.
MOST_ROWS_KEPT = 50_000
FEWEST_KEPT = 2


@dataclass(frozen=True)
class EncodedDocument:
    """The document as HTTP sends it; ``etag`` names its content."""

    content: bytes
    etag: str
    br: bytes
    gzip: bytes


@dataclass(frozen=True)
class Coverage:
    """Coverage on a day, of the whole roster or of one county; ``table`` is not to be changed."""

    as_of: date
    policy: CoveragePolicy
    county: str | None
    target: int | None
    table: gpd.GeoDataFrame
    county_names: dict[str, str]
    # What it was measured from, so that measuring it once more reads only what changed.
    inputs: CoverageInputs | None = field(default=None, repr=False, compare=False)

    @cached_property
    def counts(self) -> CoverageCounts:
        """The figures of the whole table."""
        return count_coverage(self.table)

    def document(self) -> dict[str, Any]:
        """The coverage document, ready for JSON."""
        return {
            "as_of": self.as_of.isoformat(),
            "policy": {"window_days": self.policy.window_days},
            "county": self.county,
            "target": self.target,
            "roster": self.counts.roster,
            "counts": dict(self.counts.counts),
            "status": dict(self.counts.status),
            "counties": [
                {"code": code, "name": self.county_names[code]} | _figures(count_coverage(rows))
                for code, rows in _by_county(self.table)
            ],
            "townships": _townships(self.table),
        }

    @cached_property
    def encoded(self) -> EncodedDocument:
        """The document as bytes of UTF-8, also compressed."""
        content = json.dumps(self.document(), ensure_ascii=False, separators=(",", ":")).encode()
        return EncodedDocument(
            content=content,
            etag=hashlib.sha256(content).hexdigest()[:16],
            br=brotli.compress(content, mode=brotli.MODE_TEXT, quality=5),
            gzip=gzip.compress(content, compresslevel=6, mtime=0),
        )


def _by_county(table: gpd.GeoDataFrame) -> list[tuple[str, pd.DataFrame]]:
    return [(str(code), rows) for code, rows in table.groupby("county_code", sort=True)]


def _figures(counts: CoverageCounts) -> dict[str, Any]:
    return {"roster": counts.roster, "counts": counts.counts, "status": counts.status}


def _townships(table: gpd.GeoDataFrame) -> list[dict[str, Any]]:
    plain = pd.DataFrame(table.drop(columns="geometry"))
    for column in ("starts_on", "ends_on", "last_visit_on", "lapses_on"):
        plain[column] = plain[column].dt.strftime("%Y-%m-%d")
    plain = plain.astype(object).where(plain.notna(), None)
    rungs = plain[list(RUNGS)].to_dict("records")
    rows = plain.drop(columns=list(RUNGS)).to_dict("records")
    return [dict(row, rungs=held) for row, held in zip(rows, rungs, strict=True)]  # type: ignore[arg-type]


def measure_coverage(
    context: Context,
    *,
    as_of: date | None = None,
    county: str | None = None,
    policy: CoveragePolicy = STANDARD_POLICY,
    geometry: bool = False,
) -> Coverage:
    """Measure coverage on ``as_of`` (default: today); with boundaries only where ``geometry`` asks for them.

    Raises `NotFoundError` for a county that does not exist, and `InvalidInputError` for a day out of
    reach.
    """
    as_of = context.today() if as_of is None else as_of
    require_day_in_reach(as_of)
    kept = _kept_of(context.engine)
    version = coverage_version(context)
    whole = kept.get(
        version,
        (as_of, None, policy, geometry),
        lambda before: _measure(context, as_of, policy, geometry, before),
    )
    if county is None:
        return whole
    return kept.get(version, (as_of, county, policy, geometry), lambda _: _restricted(whole, county))


def require_day_in_reach(day: date) -> None:
    """Raise `InvalidInputError` for a day that coverage is not measured on."""
    if EARLIEST <= day <= LATEST:
        return
    fault = Message(
        "{day} is out of reach. Ask for a day from {first} to {last}.",
        day=day.isoformat(),
        first=EARLIEST.isoformat(),
        last=LATEST.isoformat(),
    )
    raise InvalidInputError(fault, [Fault("/as_of", fault)], code="coverage.day_out_of_reach")


def coverage_version(context: Context) -> str:
    """A word that changes whenever stored data that coverage depends on does; one cheap query."""
    with context.reading() as connection:
        versions = change_versions(connection)
    return "-".join(f"{topic}{number}" for topic, number in sorted(versions.items()))


def _measure(
    context: Context, as_of: date, policy: CoveragePolicy, geometry: bool, before: Coverage | None
) -> Coverage:
    with snapshot(context.engine) as connection:
        inputs = read_coverage_inputs(
            connection,
            as_of=as_of,
            window_days=policy.window_days,
            geometry=geometry,
            known=None if before is None else before.inputs,
        )
    places = inputs.places
    table = coverage_table(
        places.townships,
        roster=places.roster,
        assignments=inputs.assignments,
        featured_products=places.featured_products,
        visits=inputs.visits,
        lineage=places.lineage,
        as_of=as_of,
        policy=policy,
    )
    return Coverage(as_of, policy, None, places.target, table, places.county_names, inputs)


def _restricted(whole: Coverage, county: str) -> Coverage:
    if county not in whole.county_names:
        message = Message(
            "There is no county {code}. Give a code of six digits, such as {example}.",
            code=county,
            example=min(whole.county_names, default="230184"),
        )
        raise NotFoundError(message, code="county.unknown")
    table = whole.table[whole.table["county_code"] == county].reset_index(drop=True)
    return Coverage(whole.as_of, whole.policy, county, whole.target, table, whole.county_names)


class _Kept:
    """What was measured last for each question, the latest asked for, bounded by rows."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._measuring = Lock()
        self._results: OrderedDict[object, tuple[str, Coverage]] = OrderedDict()

    def get(self, version: str, key: object, measure: Callable[[Coverage | None], Coverage]) -> Coverage:
        """The result for ``key``, measured by one thread while others that need it wait.

        ``measure`` is given the result for another version where there is one.
        """
        before, found = self._find(key)
        if before == version and found is not None:
            return found
        with self._measuring:
            before, found = self._find(key)
            if before == version and found is not None:
                return found
            # The version was read before the data: what is kept under it is never older than it.
            result = measure(found)
            self._keep(version, key, result)
            return result

    def _find(self, key: object) -> tuple[str, Coverage | None]:
        with self._lock:
            if key not in self._results:
                return "", None
            self._results.move_to_end(key)
            return self._results[key]

    def _keep(self, version: str, key: object, result: Coverage) -> None:
        with self._lock:
            self._results[key] = version, result
            self._results.move_to_end(key)
            while len(self._results) > FEWEST_KEPT and self._rows() > MOST_ROWS_KEPT:
                self._results.popitem(last=False)

    def _rows(self) -> int:
        return sum(max(len(result.table), 1) for _, result in self._results.values())


_lock = Lock()
_kept: WeakKeyDictionary[Engine, _Kept] = WeakKeyDictionary()


def _kept_of(engine: Engine) -> _Kept:
    with _lock:
        return _kept.setdefault(engine, _Kept())
