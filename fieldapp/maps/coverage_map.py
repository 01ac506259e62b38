"""The coverage map as a Folium figure that asks no outside host and carries no inline style.

Folium states the map, the basemap and the layer; the townships themselves are drawn in the browser from
cached geometry and a small coverage document, so that the figure is the same for everybody and is built
once a process.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import folium
from branca.element import Figure, MacroElement
from folium.template import Template
from markupsafe import Markup

from fieldapp.assets import asset_url
from fieldapp.maps.basemap import Basemap

# Where the map looks until the boundaries have arrived: Harbin, as (latitude, longitude).
_START = (45.55, 127.95)


class LocalMap(folium.Map):
    """A Folium map whose scripts and styles are this installation's own.

    Folium's template is replaced whole: it sets styles inline and forbids zooming the page, and keeps its
    outside assets in lists that all maps of the process share. The lists here belong to the instance.
    """

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div class="folium-map" id={{ this.get_name()|tojson }}></div>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.map({{ this.get_name()|tojson }}, {
          center: {{ this.location|tojson }},
          ...{{ this.options|tojavascript }}
        });
        {% endmacro %}
        """
    )

    def __init__(
        self, script: str = "map.js", styles: tuple[str, ...] = ("map.css",), **options: Any
    ) -> None:
        super().__init__(tiles=None, **options)
        self.default_js = [("leaflet", asset_url("leaflet.js")), ("map", asset_url(script))]
        self.default_css = [(name, asset_url(name)) for name in ("leaflet.css", *styles)]


class CoverageLayer(MacroElement):
    """The townships and counties, coloured by coverage: drawn by our own script from its settings element.

    ``settings_id`` is the id of the JSON script element that holds addresses, words and the first view;
    ``function`` is what our script offers to draw with.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        fieldapp[{{ this.function|tojson }}]({{ this._parent.get_name() }}, {{ this.settings_id|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, settings_id: str, function: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "CoverageLayer"
        self.settings_id = settings_id
        self.function = function


@dataclass(frozen=True)
class FigureParts:
    """A Folium figure in its three parts, for a page that lays the map out itself."""

    header: Markup  # links to styles and scripts, no inline code
    html: Markup
    script: Markup  # JavaScript, to be put into an element with the page's nonce


@lru_cache(maxsize=8)
def coverage_figure(basemap: Basemap | None = None) -> FigureParts:
    """The figure of the coverage map, with ``basemap`` under it where one is chosen."""
    return _figure(basemap, "map.js", ("map.css",), "drawCoverage")


@lru_cache(maxsize=8)
def assigning_figure(basemap: Basemap | None = None) -> FigureParts:
    """The same map as it stands between the work queue and the candidates."""
    return _figure(basemap, "assign.js", ("map.css", "assign.css"), "drawAssigning")


@lru_cache(maxsize=8)
def planning_figure(basemap: Basemap | None = None) -> FigureParts:
    """The same map as it shows what a plan changes."""
    return _figure(basemap, "plan.js", ("map.css", "plan.css"), "drawPlan")


def _figure(basemap: Basemap | None, script: str, styles: tuple[str, ...], function: str) -> FigureParts:
    # Between whole zoom levels the area fits the window better, but pictures of a basemap would blur.
    view = {"zoom_snap": 1, "zoom_delta": 1} if basemap else {"zoom_snap": 0.25, "zoom_delta": 0.5}
    coverage_map = LocalMap(
        script,
        styles,
        location=_START,
        zoom_start=8,
        min_zoom=6,
        max_zoom=14,
        zoom_control=False,
        attributionControl=basemap is not None,
        **view,
    )
    coverage_map._id = "coverage"  # Folium's own ids are random, and every page would differ
    if basemap is not None:
        for index, layer in enumerate(basemap.tile_layers()):
            layer._id = str(index)
            layer.add_to(coverage_map)
    CoverageLayer("map-settings", function).add_to(coverage_map)
    figure = coverage_map.get_root()
    assert isinstance(figure, Figure)
    figure.header._children.pop("meta_http")  # the page states its encoding itself
    figure.render()
    # The scripts wait for the page, and the figure's own code, a module, waits for them.
    header = figure.header.render().replace("<script src=", "<script defer src=")
    return FigureParts(
        header=Markup(header),  # noqa: S704 - made of our own asset names
        html=Markup(figure.html.render()),  # noqa: S704 - one empty element
        script=Markup(figure.script.render()),  # noqa: S704 - Folium escapes what it writes as JSON
    )
