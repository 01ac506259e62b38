"""Photos of visits: what they may be, and when two of them look alike."""

from __future__ import annotations

# By what a file begins with; its name and what a browser says of it are only claims.
_MAGIC = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"RIFF", "WEBP"))
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
MEDIA_TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "WEBP": "image/webp"}

# A hash is two of 64 bits, written in hexadecimal: one over the frequencies of a picture, by which alike ones
# are looked up, and one over its gradients, which must agree as well.
_DIGITS = 16
MOST_DIFFERING = 4
_MOST_DIFFERING_GRADIENTS = 10
# Of five pieces at least one is the same where at most four bits differ.
_BANDS = ((0, 13), (13, 13), (26, 13), (39, 13), (52, 12))


def format_of(beginning: bytes) -> str | None:
    """JPEG, PNG or WEBP by the first bytes of a file; None for anything else."""
    return next((name for magic, name in _MAGIC if beginning.startswith(magic)), None)


def is_heif(beginning: bytes) -> bool:
    """Whether a file is of the kind that new phones write by default and few programs read."""
    return beginning[4:8] == b"ftyp" and beginning[8:12] in _HEIF_BRANDS


def bands_of(perceptual_hash: str) -> tuple[tuple[int, int], ...]:
    """The pieces of a hash by which it is found: the number of each and its bits."""
    bits = int(perceptual_hash[:_DIGITS], 16)
    return tuple((band, bits >> start & ((1 << width) - 1)) for band, (start, width) in enumerate(_BANDS))


def look_alike(one: str, other: str) -> bool:
    """Whether two hashes are of the same picture, saved anew, shrunk or brightened a little."""
    frequencies = _differing(one[:_DIGITS], other[:_DIGITS])
    return frequencies <= MOST_DIFFERING and (
        _differing(one[_DIGITS:], other[_DIGITS:]) <= _MOST_DIFFERING_GRADIENTS
    )


def _differing(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()
