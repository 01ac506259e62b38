"""What can be wrong with a file of geographic features, and how large one may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from geodata.errors import GeodataError, Message


class UnknownFormatError(GeodataError):
    """A path whose ending or address stands for none of the formats."""


class UnreadableFileError(GeodataError):
    """A file that is damaged, incomplete, empty, or not what its ending says."""


class UnsafeFileError(GeodataError):
    """A file made to do something else than carry features: escape a folder, reach out, swell."""


class TooLargeError(GeodataError):
    """A file beyond the limits; it was refused before it was loaded."""


class TextEncodingError(GeodataError):
    """Attribute text whose encoding is wrong or not certain; ``candidates`` are those that would do."""

    def __init__(self, message: Message, candidates: tuple[str, ...]) -> None:
        super().__init__(message)
        self.candidates = candidates


class AmbiguousLayerError(GeodataError):
    """A file with several layers of which none, or none that exists, was named; ``layers`` are theirs."""

    def __init__(self, message: Message, layers: tuple[str, ...]) -> None:
        super().__init__(message)
        self.layers = layers


class UnwritableLayerError(GeodataError):
    """A layer with something that the format cannot hold without loss."""


@dataclass(frozen=True)
class Limits:
    """How large a layer may be.

    Attributes
    ----------
    size_bytes
        Of the file, and of everything that unpacks from it.
    features, vertices, fields
        Of the layer.
    feature_vertices
        Of one feature.
    depth
        Of nested brackets or elements.
    entries
        Files in an archive.
    """

    size_bytes: int = 64 * 1024 * 1024
    features: int = 100_000
    vertices: int = 500_000
    feature_vertices: int = 50_000
    fields: int = 500
    depth: int = 64
    entries: int = 1_000

    def check_size(self, size_bytes: int) -> None:
        """Refuse more than ``size_bytes``."""
        if size_bytes > self.size_bytes:
            raise TooLargeError(
                Message(
                    "The file unpacks to more than the {limit} MiB that are accepted. Simplify the"
                    " layer or split it.",
                    limit=max(1, self.size_bytes // 2**20),
                )
            )

    def check_features(self, count: int) -> None:
        """Refuse more than ``features``."""
        if count > self.features:
            raise TooLargeError(
                Message(
                    "The layer has more than the {limit} features that are accepted. Split it.",
                    limit=self.features,
                )
            )

    def check_vertices(self, count: int) -> None:
        """Refuse more than ``vertices``."""
        if count > self.vertices:
            raise TooLargeError(
                Message(
                    "The layer has more than the {limit} vertices that are accepted. Simplify its"
                    " boundaries or split it.",
                    limit=self.vertices,
                )
            )

    def check_feature_vertices(self, name: str, count: int) -> None:
        """Refuse more than ``feature_vertices``."""
        if count > self.feature_vertices:
            raise TooLargeError(
                Message(
                    "{feature} has {count} vertices, more than the {limit} that are accepted of one feature."
                    " Simplify it.",
                    feature=name,
                    count=count,
                    limit=self.feature_vertices,
                )
            )

    def check_fields(self, count: int) -> None:
        """Refuse more than ``fields``."""
        if count > self.fields:
            raise TooLargeError(
                Message(
                    "The layer has more than the {limit} fields that are accepted. Remove those not needed.",
                    limit=self.fields,
                )
            )

    def check_depth(self, depth: int) -> None:
        """Refuse deeper nesting than ``depth``."""
        if depth > self.depth:
            raise UnsafeFileError(
                Message(
                    "The file is nested more than {limit} levels deep. Export it again.", limit=self.depth
                )
            )


DEFAULT_LIMITS: Final = Limits()
