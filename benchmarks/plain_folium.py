"""The baseline: what a plain Folium page of the same townships costs, rendered for each request.

Folium loads its libraries from outside hosts; here the same ones come from this machine, compressed, as
those hosts send them. Its two smallest style sheets, which npm does not carry, are left out.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import brotli
import folium
import geopandas as gpd
from flask import Flask, Response

from geodata import tables
from geodata.boundaries import service_areas
from geodata.tables.build import county_polygons, drawn_inside, other_sites, roster_facts

_MODULES = Path(__file__).parent.parent / "node_modules"
_SCRIPTS = {
    "leaflet": "leaflet/dist/leaflet.js",
    "jquery": "jquery/dist/jquery.min.js",
    "bootstrap": "bootstrap/dist/js/bootstrap.bundle.min.js",
    "awesome_markers": "leaflet.awesome-markers/dist/leaflet.awesome-markers.js",
}
_STYLES = {
    "leaflet_css": "leaflet/dist/leaflet.css",
    "bootstrap_css": "bootstrap/dist/css/bootstrap.min.css",
    "awesome_markers_font_css": "@fortawesome/fontawesome-free/css/all.min.css",
    "awesome_markers_css": "leaflet.awesome-markers/dist/leaflet.awesome-markers.css",
}


class PlainMap(folium.Map):
    """`folium.Map` as it is, with its libraries from this server."""

    def __init__(self) -> None:
        super().__init__(location=[45.8, 128.0], zoom_start=8, tiles=None)
        self.default_js = [(name, f"/library/{path}") for name, path in _SCRIPTS.items()]
        self.default_css = [(name, f"/library/{path}") for name, path in _STYLES.items()]


def make_app() -> Flask:
    """Two pages, ``/simplified`` and ``/detailed``, and the libraries."""
    app = Flask(__name__, static_folder=None)
    layers = {"simplified": tables.townships(), "detailed": _at_source_detail()}

    def page(detail: str) -> str:
        return _rendered(layers[detail])

    app.add_url_rule("/<any(simplified, detailed):detail>", view_func=page)
    app.add_url_rule("/library/<path:path>", view_func=_library)
    return app


def _rendered(townships: gpd.GeoDataFrame) -> str:
    plain = PlainMap()
    tooltip = folium.GeoJsonTooltip(["name"])
    folium.GeoJson(townships[["code", "name", "geometry"]], tooltip=tooltip).add_to(plain)
    html: str = plain.get_root().render()
    return html


def _library(path: str) -> Response:
    kind = "text/css" if path.endswith(".css") else "text/javascript"
    kept = {"Content-Encoding": "br", "Cache-Control": "public, max-age=31536000, immutable"}
    return Response(_compressed(path), mimetype=kind, headers=kept)


@cache
def _compressed(path: str) -> bytes:
    return brotli.compress((_MODULES / path).read_bytes(), mode=brotli.MODE_TEXT)


def _at_source_detail() -> gpd.GeoDataFrame:
    """The townships' cells as they are before the build simplifies them."""
    roster = roster_facts()
    counties = county_polygons(roster)
    roster, sites = drawn_inside(roster, counties), drawn_inside(other_sites(), counties)
    cells = service_areas(roster, sites, counties)
    return cells[~cells["of_other_seat"]].merge(roster[["code", "name"]], on="code")
