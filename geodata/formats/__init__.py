"""Layers of features as files: GeoJSON, Shapefile, GeoPackage and KML, read and written.

What is read is checked before it is parsed, brought to `STORAGE_CRS`, and repaired or refused feature by
feature; what is written reads back equal, or is refused before a file exists.
"""

from __future__ import annotations

from geodata.formats.faults import (
    DEFAULT_LIMITS,
    AmbiguousLayerError,
    Limits,
    TextEncodingError,
    TooLargeError,
    UnknownFormatError,
    UnreadableFileError,
    UnsafeFileError,
    UnwritableLayerError,
)
from geodata.formats.reading import Layer, as_multipolygons, read_boundaries, read_layer
from geodata.formats.writing import write_layer

__all__ = [
    "DEFAULT_LIMITS",
    "AmbiguousLayerError",
    "Layer",
    "Limits",
    "TextEncodingError",
    "TooLargeError",
    "UnknownFormatError",
    "UnreadableFileError",
    "UnsafeFileError",
    "UnwritableLayerError",
    "as_multipolygons",
    "read_boundaries",
    "read_layer",
    "write_layer",
]
