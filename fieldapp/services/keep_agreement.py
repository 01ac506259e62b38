"""Keep the file of an agreement, once it is known to be what it should be: a PDF or a photo."""

from __future__ import annotations

import hashlib
import warnings
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PureWindowsPath
from typing import BinaryIO

from PIL import Image, UnidentifiedImageError

from fieldapp.domain.errors import InvalidInputError, NotFoundError
from fieldapp.persistence.file_store import FolderStore
from fieldapp.services.context import Context
from geodata.errors import Message

LARGEST = 20 * 1024 * 1024  # bytes
MOST_PIXELS = 100_000_000
_PHOTOS = {"JPEG": ("image/jpeg", ".jpg"), "PNG": ("image/png", ".png"), "WEBP": ("image/webp", ".webp")}
_PDF = ("application/pdf", ".pdf")
ENDINGS = dict((*_PHOTOS.values(), _PDF))


@dataclass(frozen=True)
class KeptFile:
    """A file kept by its content."""

    sha256: str
    file_name: str
    media_type: str
    size_bytes: int


def keep_agreement(context: Context, stream: BinaryIO, name: str) -> KeptFile:
    """Check a file for what it is and keep it under its digest; the same content is kept once.

    Raises `InvalidInputError` for a file that is too large, broken, or neither a PDF nor a photo.
    """
    name = PureWindowsPath(name).name[-120:] or "?"
    content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise _refused(
            Message(
                "{name} is larger than {most} MiB. Scan it with a lower resolution.",
                name=name,
                most=LARGEST // 1024 // 1024,
            )
        )
    media_type = _media_type(content, name)
    kept = KeptFile(hashlib.sha256(content).hexdigest(), name, media_type, len(content))
    folder = context.settings.data_dir / "agreements"
    path = path_of(context, kept.sha256, media_type, must_exist=False)
    FolderStore(folder).put(str(path.relative_to(folder)), content)
    return kept


def path_of(context: Context, sha256: str, media_type: str, *, must_exist: bool = True) -> Path:
    """Where the content is kept; `NotFoundError` when it is missing."""
    folder = context.settings.data_dir / "agreements" / sha256[:2]
    path = folder / f"{sha256}{ENDINGS[media_type]}"
    if must_exist and not path.is_file():
        raise NotFoundError(
            Message("The file of the agreement is missing on the server. Restore it from the backup."),
            code="agreement.missing",
        )
    return path


def _media_type(content: bytes, name: str) -> str:
    """What the content is, by its own first bytes and for photos by reading all of it."""
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise _refused(Message("{name} is a PDF that breaks off. Save or scan it again.", name=name))
        return _PDF[0]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(BytesIO(content), formats=tuple(_PHOTOS)) as photo:
                if photo.width * photo.height > MOST_PIXELS:
                    raise _refused(
                        Message(
                            "{name} has more than {most} million pixels. Save it smaller.",
                            name=name,
                            most=MOST_PIXELS // 1_000_000,
                        )
                    )
                photo.load()
                return _PHOTOS[str(photo.format)][0]
    except UnidentifiedImageError:
        raise _refused(
            Message(
                "{name} is neither a PDF nor a photo (JPEG, PNG, WebP). Choose the signed agreement.",
                name=name,
            )
        ) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise _refused(
            Message(
                "{name} has more than {most} million pixels. Save it smaller.",
                name=name,
                most=MOST_PIXELS // 1_000_000,
            )
        ) from None
    except (OSError, SyntaxError, ValueError):
        raise _refused(
            Message("{name} is a photo that cannot be read to its end. Take it again.", name=name)
        ) from None


def _refused(message: Message) -> InvalidInputError:
    return InvalidInputError(message, code="agreement.file")
