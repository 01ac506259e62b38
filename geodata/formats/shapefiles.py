"""A Shapefile's several files: found in a folder or an archive, checked, and laid out under one name."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np

from geodata.errors import Message
from geodata.formats.archives import open_archive
from geodata.formats.encodings import choose_encoding, parse_text_table, whole_characters
from geodata.formats.faults import AmbiguousLayerError, Limits, UnreadableFileError, UnsafeFileError

NAMES_ENDING: Final = ".fields.csv"
"""Beside the .dbf: which column each shortened field name stands for."""

_NEEDED: Final = (".shp", ".shx", ".dbf")
_WANTED: Final = (*_NEEDED, ".prj", ".cpg", NAMES_ENDING)
_HEADER_BYTES: Final = 100


def lay_out(source: Path, folder: Path, layer: str | None, limits: Limits) -> Path:
    """Copy one Shapefile out of a folder, an archive or from beside its .shp file, as ``layer.*``.

    Returns
    -------
    Path
        Of the copied .shp file.
    """
    if source.suffix.lower() == ".zip" and source.is_file():
        archive = open_archive(source, limits)
        archive.extract(_parts(archive.names, source.name, folder, layer))
    else:
        home, chosen = (source, layer) if source.is_dir() else (source.parent, source.stem)
        files = {file.name: file for file in home.iterdir() if file.is_file()}
        pairs = _parts(files, source.name, folder, chosen)
        limits.check_size(sum(files[name].stat().st_size for name, _ in pairs))
        for name, target in pairs:
            shutil.copyfile(files[name], target)
    copied = folder / "layer.shp"
    _check_index(copied, limits)
    return copied


def settle_text(shp: Path, declared: str | None) -> str:
    """Decide the encoding of the attribute text, and mend field names cut in the middle of a character."""
    dbf, cpg = shp.with_suffix(".dbf"), shp.with_suffix(".cpg")
    content = bytearray(dbf.read_bytes())
    table = parse_text_table(bytes(content))
    stated = cpg.read_text("ascii", "replace")[:40] if cpg.exists() else None
    encoding = choose_encoding(table, stated, declared)
    for number, name in enumerate(table.field_names):
        whole = whole_characters(name, encoding)
        if whole != name:
            place = 32 * (number + 1)
            content[place : place + 11] = whole.ljust(11, b"\0")
    dbf.write_bytes(content)
    return encoding


def full_names(shp: Path) -> dict[str, str]:
    """Read which column each shortened field name stands for; empty where nothing was shortened."""
    path = shp.with_suffix(NAMES_ENDING)
    if not path.exists():
        return {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return {row["field"]: row["column"] for row in csv.DictReader(file)}
    except (KeyError, UnicodeDecodeError, csv.Error) as error:
        raise UnreadableFileError(
            Message("The list of full column names (.fields.csv) is damaged. Remove it or export again.")
        ) from error


def _parts(names: Iterable[str], source: str, folder: Path, layer: str | None) -> list[tuple[str, Path]]:
    """Find the files of the one Shapefile meant, each with the path that it is to have."""
    parts: dict[str, dict[str, str]] = {}
    for name in names:
        file = PurePosixPath(name).name
        ending = next((ending for ending in _WANTED if file.lower().endswith(ending)), None)
        if ending is not None and not file.startswith("."):
            parts.setdefault(name[: -len(ending)], {})[ending] = name
    layers = {PurePosixPath(stem).name: found for stem, found in parts.items() if ".shp" in found}
    if not layers:
        raise UnreadableFileError(Message("{name} holds no Shapefile (.shp).", name=source))
    chosen = next(iter(layers)) if layer is None and len(layers) == 1 else layer
    if chosen not in layers:
        raise AmbiguousLayerError(
            Message("{name} holds these layers: {layers}. Name one.", name=source, layers=", ".join(layers)),
            tuple(layers),
        )
    found = layers[chosen]
    missing = [ending for ending in _NEEDED if ending not in found]
    if missing:
        raise UnreadableFileError(
            Message(
                "The Shapefile {name} lacks its {missing} file. Copy all of its files together.",
                name=chosen,
                missing=", ".join(missing),
            )
        )
    return [(name, folder / f"layer{ending}") for ending, name in found.items()]


def _check_index(shp: Path, limits: Limits) -> None:
    """Refuse an index whose entries share data, by which a small file unfolds into a giant."""
    index = shp.with_suffix(".shx").read_bytes()[_HEADER_BYTES:]
    size = shp.stat().st_size
    if size < _HEADER_BYTES or len(index) % 8:
        raise UnreadableFileError(Message("The .shp or .shx file is cut short. Copy the Shapefile again."))
    limits.check_features(len(index) // 8)
    lengths = np.frombuffer(index, ">i4").reshape(-1, 2)[:, 1].astype(np.int64) * 2
    if (lengths < 0).any() or int(lengths.sum()) > size:
        raise UnsafeFileError(
            Message("The .shx file does not belong to the .shp file. Copy or export the Shapefile again.")
        )
