"""Draw the coverage map: as a page of the site, or as one file that needs no network."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from urllib.parse import quote

from fieldapp.maps.assign_words import assign_words
from fieldapp.maps.basemap import basemap_of
from fieldapp.maps.coverage_map import assigning_figure, coverage_figure, planning_figure
from fieldapp.maps.page import MapPage, day_words, embedded_json, language_tag, single_file
from fieldapp.maps.plan_words import plan_words
from fieldapp.maps.words import map_words
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.services.townships_layer import counties_layer, townships_layer

_API = "/api/v1"


def map_page(context: Context, *, as_of: date | None, locale: str) -> MapPage:
    """The map page as it first shows ``as_of``; the browser fetches boundaries and coverage beside it."""
    settings, preloads = _settings(context, locale)
    day = as_of or context.today()
    return MapPage(
        figure=coverage_figure(basemap_of(context.settings)),
        settings=embedded_json(settings),
        preloads=tuple(address.format(day=day.isoformat()) for address in preloads),
        day=day.isoformat(),
        day_words=day_words(day, locale),
    )


def assign_page(context: Context, *, locale: str) -> MapPage:
    """The map of today between the work queue and the candidates."""
    settings, preloads = _settings(context, locale)
    settings["words"] |= assign_words(locale)
    day = context.today()
    return MapPage(
        figure=assigning_figure(basemap_of(context.settings)),
        settings=embedded_json(settings),
        preloads=tuple(address.format(day=day.isoformat()) for address in preloads),
        day=day.isoformat(),
        day_words=day_words(day, locale),
    )


def plan_page(context: Context, *, locale: str) -> MapPage:
    """The map beside a plan; what the plan makes of each township stands in the page itself."""
    settings, (townships, _, counties) = _settings(context, locale)
    settings["words"] |= plan_words(locale)
    day = context.today()
    return MapPage(
        figure=planning_figure(basemap_of(context.settings)),
        settings=embedded_json(settings),
        preloads=(townships, counties),
        day=day.isoformat(),
        day_words=day_words(day, locale),
    )


def _settings(context: Context, locale: str) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the scripts of both pages are told, and the addresses that they will ask for."""
    coverage = f"{_API}/coverage?as_of={{day}}"
    townships = f"{_API}/townships.geojson?v={quote(townships_layer(context).etag)}"
    counties = f"{_API}/counties.geojson?v={quote(counties_layer(context).etag)}"
    settings = {
        "language": language_tag(locale),
        "words": map_words(locale),
        "today": context.today().isoformat(),
        "coverage": coverage,
        "townships": townships,
        "counties": counties,
        "importAddress": "/import",
    }
    return settings, (townships, coverage, counties)


def draw_map(context: Context, *, as_of: date | None = None, locale: str) -> str:
    """The map of ``as_of`` (default: today) as one HTML document, everything in it.

    Raises `InvalidInputError` for a day out of reach.
    """
    coverage = measure_coverage(context, as_of=as_of)
    return single_file(
        townships=json.loads(townships_layer(context).content),
        counties=json.loads(counties_layer(context).content),
        coverage=coverage.document(),
        as_of=coverage.as_of,
        today=context.today(),
        locale=locale,
    )
