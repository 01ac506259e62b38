"""GeoJSON, KML and GeoPackage files looked through, in little memory, before they are parsed."""

from __future__ import annotations

import codecs
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final
from xml.parsers import expat

import numpy as np
import pyproj

from geodata.crs import UnknownCrsError, parse_crs
from geodata.errors import Message
from geodata.formats.faults import Limits, UnreadableFileError, UnsafeFileError

_PIECE_BYTES: Final = 1 << 20
_SQLITE_MAGIC: Final = b"SQLite format 3\0"
# All that JSON has outside of texts. GDAL's parser would also take comments and single quotes.
_JSON_STRUCTURE: Final = b"[]{}:,+-.0123456789eEtrufalsn \t\r\n"
_NO_BRACKETS: Final = bytes(set(range(256)) - set(b"[]"))
# The name may be spelled with escapes; only a value of several parts means anything to GDAL.
_CRS_MEMBER: Final = re.compile(
    rb'"(?:c|\\u0063)(?:r|\\u0072)(?P<last_letter>s|\\u0073)"\s*:\s*(?=(?P<parts>[{\[])?)'
)


class _GeoJSONScan:
    """Counts brackets, positions and member names of a JSON text that passes by in pieces."""

    def __init__(self, limits: Limits) -> None:
        self.depth = 0
        self.in_text = False
        self._limits = limits
        self._escape = False
        self._positions = 0
        self._last_bracket = b""
        self._names: set[bytes] = set()

    def feed(self, piece: bytes) -> None:
        """Take the next bytes of a UTF-8 text."""
        if self._escape:
            piece = b"/" + piece[1:]
        # Escapes are made harmless pair by pair, so that every quotation mark left begins or ends a text.
        piece = piece.replace(b"\\\\", b"//")
        self._escape = piece.endswith(b"\\")
        parts = piece.replace(b'\\"', b"/'").split(b'"')
        first = 1 if self.in_text else 0
        self._count_names(parts, 1 - first)
        structure = b"".join(parts[first::2])
        if structure.translate(None, delete=_JSON_STRUCTURE):
            raise ValueError("not JSON outside of texts")
        self._count_brackets(structure)
        self.in_text ^= len(parts) % 2 == 0

    def _count_names(self, parts: list[bytes], first: int) -> None:
        texts = zip(parts[first:-1:2], parts[first + 1 :: 2], strict=False)
        self._names.update(text for text, after in texts if after.lstrip()[:1] == b":")
        # Twice: a text cut by the end of a piece counts as one more name.
        self._limits.check_fields(len(self._names) // 2)

    def _count_brackets(self, structure: bytes) -> None:
        marks = np.frombuffer(structure, np.uint8)
        steps = np.isin(marks, np.frombuffer(b"[{", np.uint8)).astype(np.int32)
        steps -= np.isin(marks, np.frombuffer(b"]}", np.uint8))
        if steps.size:
            levels = self.depth + np.cumsum(steps)
            self._limits.check_depth(int(levels.max()))
            self.depth = int(levels[-1])
        brackets = self._last_bracket + structure.translate(None, delete=_NO_BRACKETS)
        self._positions += brackets.count(b"[]")
        self._last_bracket = brackets[-1:]
        self._limits.check_vertices(self._positions)


def check_geojson(path: Path, limits: Limits) -> None:
    """Refuse what is no GeoJSON text in UTF-8, or is nested or large beyond the limits."""
    scan = _GeoJSONScan(limits)
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    with path.open("rb") as file:
        if not file.read(512).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"{"):
            raise _not_a("GeoJSON", path)
        file.seek(0)
        while piece := file.read(_PIECE_BYTES):
            try:
                decoder.decode(piece, final=len(piece) < _PIECE_BYTES)
            except UnicodeDecodeError as error:
                raise UnreadableFileError(
                    Message("{name} is not in UTF-8. Save it as UTF-8, or say its encoding.", name=path.name)
                ) from error
            try:
                scan.feed(piece.removeprefix(codecs.BOM_UTF8))
            except ValueError as error:
                raise _not_a("GeoJSON", path) from error
    if scan.depth or scan.in_text:
        raise UnreadableFileError(
            Message(
                "{name} ends too early or has a bracket too many. Copy or export it again.", name=path.name
            )
        )


def take_geojson_crs(path: Path) -> tuple[bool, pyproj.CRS | None]:
    """Read the ``crs`` member of a checked GeoJSON text, and blot it out.

    GDAL takes a member that it does not understand for WGS 84, and one that is an address it would fetch,
    so it gets to see none.

    Returns
    -------
    bool
        The text states something; if it does not, WGS 84 is the rule.
    CRS or None
        None where what is stated is unknown.
    """
    content = bytearray(path.read_bytes())
    # The member stands before the features or after them; in between, "crs" is some property.
    first, last = max(content.find(b'"features"'), 0), content.rfind(b"]")
    stated, system = False, None
    for match in _CRS_MEMBER.finditer(bytes(content)):
        if not stated and (match.start() < first or match.start() > last):
            stated, system = (
                True,
                _named_crs(content[match.end() : match.end() + 2000].decode("utf-8", "ignore")),
            )
        if match["parts"]:
            content[match.start("last_letter") : match.end("last_letter")] = b"_" * len(match["last_letter"])
    path.write_bytes(content)
    return stated, system


def _named_crs(text: str) -> pyproj.CRS | None:
    try:
        member, _ = json.JSONDecoder().raw_decode(text.lstrip())
        properties = member["properties"]
        code = properties.get("name", properties.get("code")) if member["type"] in {"name", "EPSG"} else ""
        system = parse_crs(str(code))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UnknownCrsError):
        return None
    return system if isinstance(system, pyproj.CRS) else None


def check_kml(path: Path, limits: Limits) -> None:
    """Refuse what is no KML, has a document type or entities, or is nested or large beyond the limits."""
    depth = features = elements = 0
    names: set[str] = set()
    parser = expat.ParserCreate(namespace_separator=" ")

    def started(tag: str, attributes: dict[str, str]) -> None:
        nonlocal depth, features, elements
        name = tag.rpartition(" ")[2]
        if depth == 0 and name != "kml":
            raise _not_a("KML", path)
        depth += 1
        elements += 1
        features += name == "Placemark"
        if name in {"Data", "SimpleData", "SimpleField"}:
            names.add(attributes.get("name", ""))
        limits.check_depth(depth)
        limits.check_features(max(features, elements // 20))
        limits.check_fields(len(names))

    def ended(_tag: str) -> None:
        nonlocal depth
        depth -= 1

    def refused(*_: object) -> None:
        raise UnsafeFileError(
            Message(
                "{name} has a document type (DOCTYPE) or entities, which KML does not need. Export it again.",
                name=path.name,
            )
        )

    parser.StartElementHandler = started
    parser.EndElementHandler = ended
    parser.StartDoctypeDeclHandler = refused
    parser.EntityDeclHandler = refused
    try:
        with path.open("rb") as file:
            parser.ParseFile(file)
    except expat.ExpatError as error:
        raise UnreadableFileError(
            Message("{name} is not a sound KML file ({reason}).", name=path.name, reason=str(error))
        ) from error


def geopackage_layers(path: Path, limits: Limits) -> tuple[str, ...]:
    """Name the feature layers of a GeoPackage, refusing what computes its content or is too large."""
    with path.open("rb") as file:
        if file.read(len(_SQLITE_MAGIC)) != _SQLITE_MAGIC:
            raise _not_a("GeoPackage", path)
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            _refuse_computed(connection, path)
            layers = tuple(
                str(name)
                for (name,) in connection.execute(
                    "SELECT table_name FROM gpkg_contents WHERE data_type = 'features' ORDER BY rowid"
                )
            )
            for layer in layers:
                quoted = '"' + layer.replace('"', '""') + '"'
                limits.check_fields(len(connection.execute(f"PRAGMA table_info({quoted})").fetchall()))
                ((count,),) = connection.execute(f"SELECT count(*) FROM {quoted}")  # noqa: S608 (quoted)
                limits.check_features(count)
            return layers
    except sqlite3.Error as error:
        raise _not_a("GeoPackage", path) from error


def _refuse_computed(connection: sqlite3.Connection, path: Path) -> None:
    """Views, virtual tables and generated columns can yield rows without end from a small file."""
    for kind, name, sql in connection.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
        virtual = kind == "table" and str(sql).lstrip().upper().startswith("CREATE VIRTUAL TABLE")
        computed = kind == "view" or (virtual and not str(name).startswith("rtree_"))
        if kind == "table" and not virtual:
            columns = connection.execute("SELECT hidden FROM pragma_table_xinfo(?)", (name,))
            computed = any(hidden for (hidden,) in columns)
        if computed:
            raise UnsafeFileError(
                Message(
                    "{name} computes {part} instead of storing it. Export the layer to a new GeoPackage.",
                    name=path.name,
                    part=repr(name),
                )
            )


def _not_a(format_name: str, path: Path) -> UnreadableFileError:
    return UnreadableFileError(
        Message(
            "{name} is not a {format} file, whatever its ending says, or is damaged. Export it again.",
            name=path.name,
            format=format_name,
        )
    )
