"""The baseline: what a plain Folium page of the same townships costs, rendered for each request.

Leaflet is served from here too, since Folium's own addresses are on outside hosts; the libraries that
Folium loads besides (jQuery, Bootstrap, icons) are left out, in the baseline's favour.
"""

from __future__ import annotations

import folium
import geopandas as gpd
from flask import Flask
from whitenoise import WhiteNoise

from fieldapp.assets import BUILT, URL_PREFIX, asset_url
from geodata import tables
from geodata.boundaries import service_areas
from geodata.tables.build import county_polygons, drawn_inside, other_sites, roster_facts


class PlainMap(folium.Map):
    """`folium.Map` with Leaflet from this server and nothing else."""

    def __init__(self) -> None:
        super().__init__(location=[45.8, 128.0], zoom_start=8, tiles=None)
        self.default_js = [("leaflet", asset_url("leaflet.js"))]
        self.default_css = [("leaflet_css", asset_url("leaflet.css"))]


def make_app() -> Flask:
    """Two pages: ``/simplified`` and ``/detailed``."""
    app = Flask(__name__)
    layers = {"simplified": tables.townships(), "detailed": _at_source_detail()}

    def page(detail: str) -> str:
        return _rendered(layers[detail])

    app.add_url_rule("/<any(simplified, detailed):detail>", view_func=page)
    app.wsgi_app = WhiteNoise(app.wsgi_app, root=str(BUILT), prefix=URL_PREFIX)  # type: ignore[method-assign]
    return app


def _rendered(townships: gpd.GeoDataFrame) -> str:
    plain = PlainMap()
    folium.GeoJson(townships[["code", "name", "geometry"]], tooltip=folium.GeoJsonTooltip(["name"])).add_to(
        plain
    )
    html: str = plain.get_root().render()
    return html


def _at_source_detail() -> gpd.GeoDataFrame:
    """The townships' cells as they are before the build simplifies them."""
    roster = roster_facts()
    counties = county_polygons(roster)
    roster, sites = drawn_inside(roster, counties), drawn_inside(other_sites(), counties)
    cells = service_areas(roster, sites, counties)
    return cells[~cells["of_other_seat"]].merge(roster[["code", "name"]], on="code")
