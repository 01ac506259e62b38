"""How GDAL is told to behave: on local files only, and with KML's own fields kept apart from ours."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import geopandas as gpd
import pyogrio

from geodata.errors import Message
from geodata.formats.faults import UnknownFormatError, UnreadableFileError

# KML has fields of its own. Under names that no table uses they cannot swallow a column of the same name.
_KML_OPTIONS: Final = {
    "LIBKML_NAME_FIELD": "name",
    "LIBKML_DESCRIPTION_FIELD": "kml:description",
    "LIBKML_ID_FIELD": "kml:id",
    "LIBKML_TIMESTAMP_FIELD": "kml:timestamp",
    "LIBKML_BEGIN_FIELD": "kml:begin",
    "LIBKML_END_FIELD": "kml:end",
    "LIBKML_ALTITUDEMODE_FIELD": "kml:altitude_mode",
    "LIBKML_TESSELLATE_FIELD": "kml:tessellate",
    "LIBKML_EXTRUDE_FIELD": "kml:extrude",
    "LIBKML_VISIBILITY_FIELD": "kml:visibility",
    "LIBKML_DRAWORDER_FIELD": "kml:draw_order",
    "LIBKML_ICON_FIELD": "kml:icon",
    "LIBKML_HEADING_FIELD": "kml:heading",
    "LIBKML_TILT_FIELD": "kml:tilt",
    "LIBKML_ROLL_FIELD": "kml:roll",
    "LIBKML_SNIPPET_FIELD": "kml:snippet",
}
KML_FIELDS: Final = frozenset(_KML_OPTIONS.values()) - {"name"}
# Those that people fill in, and what they become.
_KML_CONTENT: Final = {
    "kml:description": "description",
    "kml:timestamp": "timestamp",
    "kml:begin": "begin",
    "kml:end": "end",
}


def configure_gdal() -> None:
    """Set the options that reading and writing rely on; to set them again changes nothing."""
    pyogrio.set_gdal_config_options(
        {
            **_KML_OPTIONS,
            # Files are kept from naming addresses; should one slip through, it ends at this closed door.
            "GDAL_HTTP_PROXY": "http://127.0.0.1:1",
            "GDAL_HTTP_TIMEOUT": "1",
        }
    )


def local_path(path: str | Path) -> Path:
    """Take a path on this machine, refusing addresses and GDAL's virtual file systems.

    Raises
    ------
    UnknownFormatError
        It is an address.
    UnreadableFileError
        There is no such file.
    """
    text = str(path)
    if "://" in text or text.startswith("/vsi") or "\0" in text:
        raise UnknownFormatError(
            Message("{name} is not a file on this machine. Download it first.", name=repr(text[:80]))
        )
    local = Path(path)
    if not local.exists():
        raise UnreadableFileError(Message("There is no file {name}.", name=text))
    return local.resolve()


def restored_kml_columns(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Drop KML's own fields, except content that people wrote there and no column of ours is named like."""
    kept = {
        field: name
        for field, name in _KML_CONTENT.items()
        if field in frame and name not in frame and frame[field].notna().any()
    }
    dropped = [column for column in frame.columns if column in KML_FIELDS and column not in kept]
    if "name" in frame and frame["name"].isna().all():
        dropped.append("name")
    return frame.drop(columns=dropped).rename(columns=kept)
