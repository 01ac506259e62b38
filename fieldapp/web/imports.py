"""Import and export: upload a file, see what it would do, confirm; download tables and templates."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from itertools import islice
from typing import BinaryIO, cast

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.importing import Action as Change
from fieldapp.domain.permissions import Action
from fieldapp.services.clear_travel import clear_travel, count_travel
from fieldapp.services.columns import EXPORT_KINDS, IMPORT_KINDS, KIND_WORDS, ExportKind, ImportKind
from fieldapp.services.context import Context
from fieldapp.services.export_scope import exportable
from fieldapp.services.export_table import EXPORT_FORMATS, MEDIA_TYPES, ExportFormat, export_table
from fieldapp.services.import_file import ImportResult, import_file
from fieldapp.services.import_plan import ImportOptions
from fieldapp.services.import_scope import importable
from fieldapp.services.keep_upload import ENDINGS, Upload, keep_upload, path_of, token_of, upload_of
from fieldapp.services.make_template import make_template
from fieldapp.services.preview_import import shown_changes, write_changes, write_faults
from fieldapp.web.rights import acting_person, needs
from geodata.errors import Message

blueprint = Blueprint("imports", __name__)

SHOWN_ROWS = 200
_MAX_TARGET = 100_000
_ENCODINGS = ("utf-8", "gb18030")
_COUNTS = ("added", "changed", "ended", "unchanged")
_XLSX = MEDIA_TYPES["xlsx"]


@blueprint.get("/import")
@needs(Action.EXPORT_READ)
def show() -> str:
    """The forms; after an import also what it did."""
    kind = request.args.get("kind")
    done = {name: request.args.get(name, type=int) for name in _COUNTS} if "done" in request.args else None
    kinds = importable(acting_person())
    return render_template(
        "imports/show.html",
        distances=count_travel(_context()) if "travel" in kinds else 0,
        cleared=request.args.get("cleared", type=int),
        kind_words=KIND_WORDS,
        import_kinds=kinds,
        export_kinds=exportable(acting_person()),
        formats=EXPORT_FORMATS,
        encodings=_ENCODINGS,
        endings=ENDINGS,
        chosen=kind if kind in IMPORT_KINDS else None,
        undecided=request.args.get("undecided", type=int),
        done=done if done is not None and None not in done.values() else None,
    )


@blueprint.post("/import")
@needs(Action.IMPORT_WRITE)
def upload() -> AnyResponse:
    """Keep the uploaded file and show what it would do."""
    kind = request.form.get("kind", "")
    file = request.files.get("file")
    if kind not in IMPORT_KINDS or file is None or not file.filename:
        raise InvalidInputError(
            Message("Nothing to import was chosen. Choose what the file holds, and the file."),
            [Fault("/file", Message("Choose a file."))],
        )
    kept = keep_upload(_context(), cast(BinaryIO, file.stream), file.filename, kind, _options())
    return redirect(url_for("imports.preview", token=token_of(_context(), kept)), 303)


@blueprint.post("/import/travel/clear")
@needs(Action.SETTING_WRITE)
def clear_distances() -> AnyResponse:
    """Remove all imported distances."""
    count = clear_travel(_context(), by=acting_person())
    return redirect(url_for("imports.show", kind="travel", cleared=count), 303)


@blueprint.get("/import/preview")
@needs(Action.IMPORT_WRITE)
def preview() -> str:
    """What the kept file would change, and what is wrong with it."""
    upload, result = _previewed(request.args.get("token", ""))
    return _preview_page(upload, result)


@blueprint.post("/import/confirm")
@needs(Action.IMPORT_WRITE)
def confirm() -> AnyResponse | str:
    """Import exactly what was previewed; where that is no longer what would change, preview again."""
    upload = upload_of(_context(), request.form.get("token", ""))
    result = import_file(
        _context(),
        upload.kind,
        path_of(_context(), upload),
        options=upload.options,
        actor=acting_person().actor,
        by=acting_person(),
        name=upload.name,
        only_if=request.form.get("digest", ""),
    )
    if not result.written:
        return _preview_page(upload, result, changed_meanwhile=True)
    counts = {name: getattr(result.outcome, name) for name in _COUNTS}
    if result.undecided:
        counts["undecided"] = result.undecided
    return redirect(url_for("imports.show", done=1, kind=upload.kind, **counts), 303)


@blueprint.get("/import/preview/<any(changes, faults):part>.csv")
@needs(Action.IMPORT_WRITE)
def preview_part(part: str) -> Response:
    """All changes or all faults of a preview."""
    upload, result = _previewed(request.args.get("token", ""))
    write = write_changes if part == "changes" else write_faults
    return _download(
        lambda stream: write(result, stream, g.language), f"{upload.kind}-{part}.csv", MEDIA_TYPES["csv"]
    )


@blueprint.get(f"/import/template/<any({', '.join(IMPORT_KINDS)}):kind>.xlsx")
@needs(Action.IMPORT_WRITE)
def template(kind: ImportKind) -> Response:
    """The workbook to fill in."""
    return _download(
        lambda stream: make_template(_context(), kind, stream, locale=g.language),
        f"{kind}-template.xlsx",
        _XLSX,
    )


@blueprint.get(
    f"/export/<any({', '.join(EXPORT_KINDS)}):kind>.<any({', '.join(EXPORT_FORMATS)}):file_format>"
)
@needs(Action.EXPORT_READ)
def export(kind: ExportKind, file_format: ExportFormat) -> Response:
    """What the person may read of a table; ``headers=zh`` or ``en`` for words, else stable names.

    Phones are masked; with ``phones=1`` those are not whom the person must call.
    """
    person = acting_person()
    with_phones = kind == "commissioners" and request.args.get("phones") == "1"
    locale = {"zh": "zh_CN", "en": "en"}.get(request.args.get("headers", ""))

    def write(stream: BinaryIO) -> None:
        export_table(_context(), kind, file_format, stream, locale=locale, with_phones=with_phones, by=person)

    return _download(write, f"{kind}-{_context().today()}.{file_format}", MEDIA_TYPES[file_format])


def _context() -> Context:
    return cast(Context, current_app.extensions["fieldapp"])


def _options() -> ImportOptions:
    return ImportOptions(
        crs=request.form.get("crs", "").strip()[:60] or None,
        encoding=encoding if (encoding := request.form.get("encoding")) in _ENCODINGS else None,
        complete="complete" in request.form,
        target=_target(request.form.get("target", "").strip()),
        effective_on=_day(request.form.get("effective_on", "").strip()),
    )


def _target(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or int(text[:9]) > _MAX_TARGET:
        raise InvalidInputError(
            Message("The target is a whole number from 0 to {limit}.", limit=_MAX_TARGET),
            [Fault("/target", Message("Write digits only, such as 168."))],
        )
    return int(text)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        message = Message("{value} is not a day. Write it as 2026-11-22.", value=text[:20])
        raise InvalidInputError(message, [Fault("/effective_on", message)]) from None


def _previewed(token: str) -> tuple[Upload, ImportResult]:
    upload = upload_of(_context(), token)
    path = path_of(_context(), upload)
    result = import_file(
        _context(),
        upload.kind,
        path,
        options=upload.options,
        dry_run=True,
        actor=acting_person().actor,
        by=acting_person(),
        name=upload.name,
    )
    return upload, result


def _preview_page(upload: Upload, result: ImportResult, *, changed_meanwhile: bool = False) -> str:
    every = (*result.planned, *result.side_changes)
    return render_template(
        "imports/preview.html",
        upload=upload,
        kind_words=KIND_WORDS,
        result=result,
        token=token_of(_context(), upload),
        counts=Counter(change.action for change in result.sound),
        beside=len(result.side_changes),
        total=sum(change.action is not Change.KEEP for change in every),
        changes=list(islice(shown_changes(result, g.language), SHOWN_ROWS)),
        faults=result.outcome.errors[:SHOWN_ROWS],
        notices=result.notices[:SHOWN_ROWS],
        changed_meanwhile=changed_meanwhile,
        actions=Change,
    )


def _download(write: Callable[[BinaryIO], object], name: str, media_type: str) -> Response:
    # On disk, so that a large table does not fill the memory; it is gone when the answer is sent.
    stream = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115 - the answer closes it
    try:
        write(stream)
        stream.seek(0)
    except BaseException:
        stream.close()
        raise
    answer = send_file(stream, mimetype=media_type, as_attachment=True, download_name=name, max_age=0)
    answer.headers["Cache-Control"] = "no-store"
    return answer
