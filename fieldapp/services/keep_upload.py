"""Keep an uploaded file between its preview and the decision to import it."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path, PureWindowsPath
from typing import Any, BinaryIO, cast

from itsdangerous import BadData, SignatureExpired, URLSafeTimedSerializer

from fieldapp.domain.errors import InvalidInputError, NotFoundError
from fieldapp.services.columns import IMPORT_KINDS, ImportKind
from fieldapp.services.context import Context
from fieldapp.services.import_plan import ImportOptions
from fieldapp.services.read_import_file import LAYER_ENDINGS, SHEET_ENDINGS
from geodata.errors import Message

KEPT_SECONDS = 2 * 3600
# A Shapefile of several files is uploaded packed in one.
ENDINGS = tuple(ending for ending in (*SHEET_ENDINGS, ".json", *LAYER_ENDINGS) if ending != ".shp")
_PIECE = 1 << 20
_SALT = "import-upload"


@dataclass(frozen=True)
class Upload:
    """A kept file, what it is to be imported as, and how."""

    kind: ImportKind
    digest: str
    name: str
    options: ImportOptions

    @property
    def ending(self) -> str:
        return Path(self.name).suffix.casefold()


def keep_upload(
    context: Context, stream: BinaryIO, name: str, kind: ImportKind, options: ImportOptions
) -> Upload:
    """Keep a file by its content; `InvalidInputError` for one of no known format."""
    name = PureWindowsPath(name).name[-120:]
    ending = Path(name).suffix.casefold()
    if ending not in ENDINGS:
        raise InvalidInputError(
            Message(
                "{name} is of no format that can be imported. Choose one of: {endings}.",
                name=name or "?",
                endings=" ".join(ENDINGS),
            )
        )
    folder = _folder(context)
    folder.mkdir(parents=True, exist_ok=True)
    _forget_old(folder)
    draft = folder / f".{secrets.token_hex(8)}.part"
    content = hashlib.sha256()
    try:
        with draft.open("xb") as kept:
            while piece := stream.read(_PIECE):
                content.update(piece)
                kept.write(piece)
        upload = Upload(kind, content.hexdigest(), name, options)
        draft.replace(path_of(context, upload, must_exist=False))
    finally:
        draft.unlink(missing_ok=True)
    return upload


def path_of(context: Context, upload: Upload, *, must_exist: bool = True) -> Path:
    """Where the file is kept; `NotFoundError` when it is kept no longer."""
    path = _folder(context) / f"{upload.digest}{upload.ending}"
    if must_exist and not path.exists():
        raise _gone()
    return path


def token_of(context: Context, upload: Upload) -> str:
    """What names the upload in an address or a form; nobody else can make it, and it expires."""
    options = asdict(upload.options)
    effective_on = upload.options.effective_on
    options["effective_on"] = effective_on.isoformat() if effective_on else None
    return _serializer(context).dumps([upload.kind, upload.digest, upload.name, options])


def upload_of(context: Context, token: str) -> Upload:
    """The upload that a token names; `NotFoundError` for one that has expired or was not made here."""
    try:
        kind, digest, name, options = _serializer(context).loads(token, max_age=KEPT_SECONDS)
    except (SignatureExpired, BadData, ValueError):
        raise _gone() from None
    if kind not in IMPORT_KINDS:
        raise _gone()
    given = cast(dict[str, Any], options)
    if given["effective_on"] is not None:
        given["effective_on"] = date.fromisoformat(given["effective_on"])
    return Upload(kind, digest, name, ImportOptions(**given))


def _serializer(context: Context) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(context.settings.secret_key, salt=_SALT)


def _folder(context: Context) -> Path:
    return context.settings.data_dir / "uploads"


def _gone() -> NotFoundError:
    return NotFoundError(
        Message("The uploaded file is kept no longer. Upload it again."), code="upload.expired"
    )


def _forget_old(folder: Path) -> None:
    """Remove what nobody can ask for any more: every token for it has expired."""
    oldest = time.time() - 2 * KEPT_SECONDS
    for path in folder.iterdir():
        try:
            if path.stat().st_mtime < oldest:
                path.unlink()
        except FileNotFoundError:
            continue  # another upload was faster
