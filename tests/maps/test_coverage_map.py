"""The Folium figure: no outside host, nothing shared between maps, no inline style."""

from __future__ import annotations

import re

import folium
import pytest

from fieldapp.domain.errors import InvalidInputError
from fieldapp.maps.basemap import Basemap, basemap_of
from fieldapp.maps.coverage_map import LocalMap, coverage_figure
from fieldapp.settings import Settings


def _settings(**chosen: str) -> Settings:
    return Settings.from_environment(
        {"FIELDAPP_SECRET_KEY": "only-for-tests"}
        | {f"FIELDAPP_{name}": text for name, text in chosen.items()}
    )


def _whole(basemap: Basemap | None = None) -> str:
    parts = coverage_figure(basemap)
    return parts.header + parts.html + parts.script


def test_the_figure_names_no_host_at_all() -> None:
    assert "//" not in _whole()


def test_the_figure_has_neither_inline_style_nor_inline_handler_nor_inline_script() -> None:
    parts = coverage_figure()
    outside_the_script = parts.header + parts.html
    assert "style=" not in outside_the_script
    assert "<style" not in outside_the_script
    assert not re.search(r"\son\w+=", outside_the_script)
    assert re.findall(r"<script[^>]*>([^<]*)</script>", outside_the_script) == ["", ""]


def test_the_figure_is_the_same_for_everybody() -> None:
    first = _whole()
    coverage_figure.cache_clear()
    assert _whole() == first


def test_a_map_of_ours_leaves_the_lists_of_folium_as_they_were() -> None:
    before = (list(folium.Map.default_js), list(folium.Map.default_css))
    ours = LocalMap()
    ours.add_js_link("extra", "/static/extra.js")
    ours.add_css_link("extra", "/static/extra.css")
    assert (folium.Map.default_js, folium.Map.default_css) == before
    assert ("extra", "/static/extra.js") not in LocalMap().default_js
    assert ("extra", "/static/extra.css") not in LocalMap().default_css


def test_without_a_setting_there_is_no_basemap() -> None:
    assert basemap_of(_settings()) is None


def test_an_xyz_basemap_is_used_with_its_attribution_as_text() -> None:
    basemap = basemap_of(
        _settings(
            BASEMAP_URL="https://tiles.example.org/{z}/{x}/{y}.png",
            BASEMAP_ATTRIBUTION="<img src=x onerror=alert(1)>",
        )
    )
    script = coverage_figure(basemap).script
    assert "https://tiles.example.org/{z}/{x}/{y}.png" in script
    assert "<img" not in script
    assert "\\u0026lt;img" in script


def test_tianditu_brings_its_ground_and_its_names_with_key_and_attribution() -> None:
    script = coverage_figure(basemap_of(_settings(TIANDITU_KEY="k&y"))).script
    layers = re.findall(r"https://t\{s\}\.tianditu\.gov\.cn/(\w+)/wmts", script)
    assert layers == ["vec_w", "cva_w"]
    assert script.count("tk=k%26y") == 2
    assert "\\u5929\\u5730\\u56fe" in script  # 天地图


@pytest.mark.parametrize(
    "address", ["https://tiles.example.org/map.png", "ftp://a/{z}/{x}/{y}", "{z}/{x}/{y}"]
)
def test_a_basemap_address_that_is_not_xyz_is_refused(address: str) -> None:
    with pytest.raises(InvalidInputError, match="FIELDAPP_BASEMAP_URL"):
        basemap_of(_settings(BASEMAP_URL=address))
