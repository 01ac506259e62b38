"""The pictures that may lie under the townships; by default there are none and no outside host is asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from urllib.parse import quote, urlsplit

from folium.raster_layers import TileLayer

from fieldapp.domain.errors import InvalidInputError
from fieldapp.settings import Settings
from geodata.errors import Message

# Tianditu's Web Mercator matrices; CGCS2000 and WGS84 agree far below a pixel here.
_TIANDITU = (
    "https://t{{s}}.tianditu.gov.cn/{layer}_w/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0&LAYER={layer}"
    "&STYLE=default&TILEMATRIXSET=w&FORMAT=tiles&TILEMATRIX={{z}}&TILEROW={{y}}&TILECOL={{x}}&tk={key}"
)
_TIANDITU_ATTRIBUTION = "天地图 © 国家地理信息公共服务平台"


@dataclass(frozen=True)
class Basemap:
    """A basemap of the installation's choosing: an XYZ address, or Tianditu with a key."""

    url: str | None = None
    attribution: str = ""
    tianditu_key: str | None = None

    def tile_layers(self) -> list[TileLayer]:
        """The Folium layers, lowest first."""
        layers = []
        if self.url is not None:
            # Leaflet sets the attribution as HTML, so it is escaped here.
            attribution = escape(self.attribution or urlsplit(self.url).hostname or self.url)
            layers.append(TileLayer(tiles=self.url, attr=attribution, max_zoom=18))
        if self.tianditu_key is not None:
            key = quote(self.tianditu_key, safe="")
            layers += [
                TileLayer(
                    tiles=_TIANDITU.format(layer=layer, key=key),
                    attr=_TIANDITU_ATTRIBUTION,
                    subdomains="01234567",
                    max_zoom=18,
                )
                for layer in ("vec", "cva")  # the ground, and the names on it
            ]
        return layers


def basemap_of(settings: Settings) -> Basemap | None:
    """The basemap that the settings ask for; `InvalidInputError` for an address that is not XYZ."""
    if settings.basemap_url is None and settings.tianditu_key is None:
        return None
    url = settings.basemap_url
    if url is not None and (
        urlsplit(url).scheme not in {"http", "https"}
        or not all(re.search(rf"\{{{field}\}}", url) for field in ("x", "-?y", "z"))
    ):
        raise InvalidInputError(
            Message(
                "The setting {name} is not the address of map pictures. "
                "It needs the fields {fields}: {example}",
                name="FIELDAPP_BASEMAP_URL",
                fields="{z}, {x}, {y}",
                example="https://tiles.example.org/{z}/{x}/{y}.png",
            )
        )
    return Basemap(url=url, attribution=settings.basemap_attribution, tianditu_key=settings.tianditu_key)
