"""Read a picture for what it is: its kind, size and looks, and what it may show to others."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from threading import Lock
from typing import Literal

import numpy as np
from PIL import Image, UnidentifiedImageError

from fieldapp.domain import photo_metadata
from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.photos import EDGE, MEDIA_TYPES, format_of, is_heif, looks_of
from geodata.errors import Message

# What is decoded at full size takes several bytes for each pixel. A JPEG is decoded at a fraction of it.
MOST_PIXELS = {"JPEG": 60_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}

Size = Literal["thumbnail", "view"]
SIZES: tuple[Size, ...] = ("thumbnail", "view")
EDGES: dict[Size, int] = {"thumbnail": 320, "view": 1600}  # pixels of the longer edge
_PLAIN_MODES = {"L", "RGB", "RGBA", "CMYK", "YCbCr"}
# What the tag of the orientation asks for, by its number.
_TURNS: dict[object, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# A picture of one tone, such as a finger on the lens, looks like any other of them.
_LEAST_CONTRAST = 6.0
# One at a time in each process, so that many photos at once take no more memory than one.
_decoding = Lock()

Refusal = Callable[[Message, str], InvalidInputError]


@dataclass(frozen=True)
class Picture:
    """A picture that can be shown; ``shown`` are new JPEG files of it that carry nothing but pixels.

    ``taken_at`` and ``place`` (longitude, latitude) are what it says of itself.
    """

    media_type: str
    width: int
    height: int
    shown: dict[Size, bytes]
    taken_at: datetime | None
    place: tuple[float, float] | None
    perceptual_hash: str | None


def read_picture(content: bytes, *, local: tzinfo, refused: Refusal) -> Picture:
    """Read a JPEG, PNG or WebP picture to its end, in bounded memory.

    Raises what ``refused`` makes of a sentence and a code (``type``, ``heic``, ``pixels``, ``damaged``).
    """
    claimed = format_of(content[:16])
    if claimed is None:
        raise _not_a_picture(content, refused)
    try:
        with _decoding, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of tags that are written badly; bombs are refused below
            with Image.open(io.BytesIO(content), formats=[claimed]) as image:
                most = MOST_PIXELS[claimed]
                if image.width * image.height > most:
                    raise _too_many_pixels(most, refused)
                return _read(image, claimed, local)
    except Image.DecompressionBombError:
        raise _too_many_pixels(MOST_PIXELS[claimed], refused) from None
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, IndexError, EOFError, OverflowError):
        raise refused(
            Message("The photo is damaged and cannot be opened. Save it anew, or choose another."), "damaged"
        ) from None


def _read(image: Image.Image, kind: str, local: tzinfo) -> Picture:
    width, height = image.size
    orientation, taken, place = _metadata(image, local)
    if kind == "JPEG":
        image.draft("RGB", (EDGES["view"], EDGES["view"]))
    if image.mode not in _PLAIN_MODES:
        image = image.convert("RGBA" if "transparency" in image.info or "A" in image.mode else "RGB")
    image.thumbnail((EDGES["view"], EDGES["view"]), Image.Resampling.LANCZOS)
    upright = _flat(image)
    if orientation in _TURNS:
        upright = upright.transpose(_TURNS[orientation])
    shown: dict[Size, bytes] = {}
    for size, edge in EDGES.items():
        small = upright.copy()
        small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        small.save(file, "JPEG", quality=82, optimize=True)
        shown[size] = file.getvalue()
    return Picture(MEDIA_TYPES[kind], width, height, shown, taken, place, _looks(upright))


def _metadata(
    image: Image.Image, local: tzinfo
) -> tuple[object, datetime | None, tuple[float, float] | None]:
    """How the camera was held, when and where; tags that cannot be read tell nothing."""
    try:
        exif = image.getexif()
        inner = dict(exif.get_ifd(photo_metadata.EXIF_FOLDER))
        gps = dict(exif.get_ifd(photo_metadata.GPS_FOLDER))
        main = dict(exif)
    except (ValueError, TypeError, KeyError, IndexError, SyntaxError, OSError, OverflowError, AttributeError):
        return None, None, None
    taken = photo_metadata.taken_at(main, inner, gps, local=local)
    return main.get(photo_metadata.ORIENTATION), taken, photo_metadata.position(gps)


def _flat(image: Image.Image) -> Image.Image:
    """The picture as opaque colours, white where it was transparent, and without anything beside pixels."""
    if image.mode == "RGBA":
        flat = Image.new("RGB", image.size, "white")
        flat.paste(image, mask=image.getchannel("A"))
        return flat
    flat = image.convert("RGB")
    flat.info.clear()
    return flat


def _looks(image: Image.Image) -> str | None:
    grey = image.convert("L")
    if float(np.asarray(grey).std()) < _LEAST_CONTRAST:
        return None
    small = grey.resize((EDGE, EDGE), Image.Resampling.LANCZOS)
    return looks_of(np.asarray(small, dtype=np.float64))


def looks_of_shown(content: bytes) -> str | None:
    """What a picture looks like that `read_picture` has made, as it tells it of the original."""
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        return _looks(image)


def _not_a_picture(content: bytes, refused: Refusal) -> InvalidInputError:
    if is_heif(content[:16]):
        return refused(
            Message(
                "The photo is in the HEIC format, which many programs cannot read. Send it as JPEG: on an "
                "iPhone choose Settings, Camera, Formats, Most Compatible."
            ),
            "heic",
        )
    return refused(Message("The file is no photo. Choose a JPEG, PNG or WebP picture."), "type")


def _too_many_pixels(most: int, refused: Refusal) -> InvalidInputError:
    return refused(
        Message("The photo has more than {limit} million pixels. Save it smaller.", limit=most // 1_000_000),
        "pixels",
    )
