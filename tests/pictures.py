"""Photos to send: sharp, blurred, turned, lying about themselves, broken and hostile."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
from PIL import Image

GPS_BYTES = b"\x12\x34GPS-of-the-field"  # what must never reach others


def scene(seed: int = 1, size: tuple[int, int] = (640, 480)) -> Image.Image:
    """A picture with large shapes, as different from others as photos are."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def farmland(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A bright sky over furrows with the grain of earth: no two are the same, and all resemble each other."""
    dice = np.random.default_rng(seed)
    width, height = size

    def grain(steepness: float) -> Any:
        """Noise in which large shapes outweigh small ones, from 0 to 1, as in nature."""
        fine = np.fft.rfft2(dice.standard_normal((height, width)))
        frequency = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
        frequency[0, 0] = 1
        noise = np.fft.irfft2(fine / frequency**steepness, (height, width))
        return (noise - noise.min()) / np.ptp(noise)

    down = np.linspace(0, 1, height)[:, None] - dice.uniform(0.33, 0.45)  # from the horizon
    across = np.linspace(-1, 1, width)[None] - dice.uniform(-0.3, 0.3)
    sky = 0.9 + 0.3 * down + 0.08 * (grain(1.8) - 0.5)
    furrows = 0.06 * np.sin(across / (np.maximum(down, 0.02) + 0.05) * dice.uniform(6, 10))
    field = 0.35 + 0.1 * down + 0.25 * (grain(1.3) - 0.5) + furrows
    grey = np.clip(np.where(down < 0, sky, field), 0, 1) * 255
    return Image.fromarray(grey.astype(np.uint8)).convert("RGB")


def jpeg(
    seed: int = 1,
    *,
    size: tuple[int, int] = (640, 480),
    taken: str | None = None,
    offset: str | None = None,
    place: tuple[float, float] | None = None,
    orientation: int | None = None,
    **options: Any,
) -> bytes:
    """A JPEG; ``taken`` as EXIF writes it, ``place`` in degrees east and north."""
    exif = Image.Exif()
    exif[0x010F] = "maker of the camera"
    if orientation is not None:
        exif[0x0112] = orientation
    inner = exif.get_ifd(0x8769)
    if taken is not None:
        inner[0x9003] = taken
    if offset is not None:
        inner[0x9011] = offset
    if place is not None:
        gps = exif.get_ifd(0x8825)
        gps[0x1B] = GPS_BYTES
        for number, letter, degrees in ((3, "E", place[0]), (1, "N", place[1])):
            gps[number] = letter
            gps[number + 1] = (int(degrees), 0, (degrees - int(degrees)) * 3600)
    return _saved(scene(seed, size), "JPEG", exif=exif, **options)


def png(seed: int = 1, *, mode: str = "RGB", **options: Any) -> bytes:
    return _saved(scene(seed).convert(mode), "PNG", **options)


def webp(seed: int = 1) -> bytes:
    return _saved(scene(seed), "WEBP")


def png_of_size(width: int, height: int, *, chunk: tuple[bytes, bytes] | None = None) -> bytes:
    """A PNG that says it has this size, with next to no data; ``chunk`` is one more before these."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    more = b"" if chunk is None else _chunk(*chunk)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + more
        + _chunk(b"IDAT", zlib.compress(bytes(1000)))
        + _chunk(b"IEND", b"")
    )


def text_bomb() -> bytes:
    """A small PNG with a text that unpacks to a hundred megabytes."""
    return png_of_size(8, 8, chunk=(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(100_000_000), 9)))


def heic() -> bytes:
    return b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(200)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return (
        struct.pack(">I", len(content))
        + kind
        + content
        + struct.pack(">I", zlib.crc32(kind + content) & 0xFFFFFFFF)
    )


def _saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()
