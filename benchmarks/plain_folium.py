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
from geodata.tables.build import detailed_townships


class PlainMap(folium.Map):
    """`folium.Map` with Leaflet from this server and nothing else."""

    def __init__(self) -> None:
        super().__init__(location=[45.8, 128.0], zoom_start=8, tiles=None)
        self.default_js = [("leaflet", asset_url("leaflet.js"))]
        self.default_css = [("leaflet_css", asset_url("leaflet.css"))]


def make_app() -> Flask:
    """Two pages: ``/simplified`` and ``/detailed``."""
    app = Flask(__name__)
    layers = {"simplified": tables.townships(), "detailed": detailed_townships()}

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
