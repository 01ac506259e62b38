"""Sending photos of visits in resumable pieces: the tus protocol 1.0 (https://tus.io)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import BinaryIO, NoReturn, cast
from uuid import UUID

from flask import Blueprint, Response, abort, request, url_for
from werkzeug.exceptions import ClientDisconnected, UnsupportedMediaType
from werkzeug.http import http_date

from fieldapp.api.answers import context
from fieldapp.api.operations import Answer, Operation, Parameter, describe
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import text
from fieldapp.domain.errors import Fault, FieldappError, InvalidInputError, ProtocolVersionError
from fieldapp.domain.permissions import Action
from fieldapp.services.begin_upload import begin_upload
from fieldapp.services.receive_photo import (
    Checksum,
    Upload,
    continue_upload,
    end_upload,
    find_upload,
)
from fieldapp.web.rights import acting_person, needs, open_to_all
from geodata.errors import Message

blueprint = Blueprint("photo_uploads", __name__)

_VERSION = "1.0.0"
_ALGORITHMS = ("sha1", "sha256", "md5")
_PIECE = "application/offset+octet-stream"
_NUMBER = re.compile(r"\d{1,15}", re.ASCII)
_LONGEST_METADATA = 4096
_SILENCE_S = 30  # after which a connection that sends nothing is taken for broken

_RESUMABLE = Parameter("Tus-Resumable", text(const=_VERSION), "The version of the protocol.", required=True)
_OFFSET = {"Upload-Offset": "How many bytes have arrived.", "Upload-Expires": "Until when it can go on."}
_UNKNOWN = "There is none, or it has expired, or it is somebody else's."
_SPOKEN = {412: "Another version of the protocol is spoken: Tus-Version says which."}


@blueprint.after_request
def _speak(response: Response) -> Response:
    response.headers["Tus-Resumable"] = _VERSION
    if response.status_code == 412:
        response.headers["Tus-Version"] = _VERSION
    return response


@blueprint.route("/photos", methods=["OPTIONS"], provide_automatic_options=False)
@open_to_all
def photo_options() -> Response:
    """What the server can do of the protocol."""
    return Response(
        status=204,
        headers={
            "Tus-Version": _VERSION,
            "Tus-Extension": "creation,termination,expiration,checksum",
            "Tus-Checksum-Algorithm": ",".join(_ALGORITHMS),
            "Tus-Max-Size": str(context().settings.largest_photo),
        },
    )


@blueprint.route("/photos", methods=["POST"], provide_automatic_options=False)
@needs(Action.PHOTO_WRITE)
@describe(
    Operation(
        "Begin to send a photo.",
        {
            201: Answer(
                "Send its bytes to the Location, from Upload-Offset on.",
                headers={"Location": "The upload's own address."} | _OFFSET,
            )
        },
        headers=(
            _RESUMABLE,
            Parameter("Upload-Length", text(pattern="^[0-9]{1,15}$"), "Its size in bytes.", required=True),
            Parameter(
                "Upload-Metadata",
                text(),
                "As the protocol says; sha256 (64 hexadecimal digits) is held against what arrives.",
            ),
        ),
        problems=_SPOKEN | {409: "Too many photos were begun.", 413: "photo.too_large: it is too large."},
        description="The tus protocol 1.0 with creation, termination, expiration and checksum; OPTIONS tells "
        "the limits. A photo that GET /api/v1/photos/{sha256} finds need not be sent; one that you have "
        "begun to send is found again by its sha256 and size, with what has arrived of it.",
    )
)
def begin_photo() -> Response:
    """Begin an upload."""
    read_query()
    _require_version()
    metadata = _metadata()
    sha256 = metadata.get("sha256")
    upload = begin_upload(
        context(),
        size=_number("Upload-Length"),
        sha256=None if sha256 is None else sha256.strip().lower(),
        file_name=metadata.get("filename", ""),
        by=acting_person(),
    )
    address = url_for("api.photo_uploads.continue_photo", upload_id=upload.id)
    response = _told(upload, 201)
    response.headers["Location"] = address
    return response


@blueprint.route("/photos/uploads/<uuid:upload_id>", methods=["HEAD"])
@needs(Action.PHOTO_WRITE)
def photo_progress(upload_id: UUID) -> Response:
    """How far an upload is."""
    _require_version()
    upload = find_upload(context(), upload_id, by=acting_person())
    response = _told(upload, 200)
    response.headers["Upload-Length"] = str(upload.size)
    response.headers["Cache-Control"] = "no-store"
    if upload.sha256 is not None:
        told = base64.b64encode(upload.sha256.encode()).decode()
        response.headers["Upload-Metadata"] = f"sha256 {told}"
    return response


@blueprint.patch("/photos/uploads/<uuid:upload_id>")
@needs(Action.PHOTO_WRITE)
@describe(
    Operation(
        "Send the next bytes of a photo; with the last of them it is checked and kept.",
        {204: Answer("They are kept, and with the last the photo is.", headers=_OFFSET)},
        headers=(
            _RESUMABLE,
            Parameter(
                "Upload-Offset", text(pattern="^[0-9]{1,15}$"), "How many bytes have arrived.", required=True
            ),
            Parameter("Upload-Checksum", text(), "Of these bytes: sha1, sha256 or md5, and its Base64."),
        ),
        sends=_PIECE,
        problems=_SPOKEN
        | {
            404: _UNKNOWN,
            409: "upload.offset: another number of bytes has arrived; HEAD tells it.",
            413: "More was sent than was announced.",
            415: f"The body is not {_PIECE}.",
            422: "photo.digest, photo.type, photo.heic, photo.pixels, photo.damaged: it is not a photo that "
            "can be kept, and the upload is gone.",
            423: "Another request sends the same photo at this moment.",
            460: "The checksum differs; nothing of these bytes is kept.",
            507: "The disk is full. What had arrived is kept.",
        },
        description="HEAD at the same address tells Upload-Offset and Upload-Length. What arrives before a "
        "connection breaks is kept, to the byte.",
    )
)
def continue_photo(upload_id: UUID) -> Response:
    """Append to an upload."""
    read_query()
    _require_version()
    if request.mimetype != _PIECE:
        raise UnsupportedMediaType
    upload = continue_upload(
        context(),
        upload_id,
        cast(BinaryIO, _Incoming()),
        offset=_number("Upload-Offset"),
        length=request.content_length,
        checksum=_checksum(),
        by=acting_person(),
    )
    return _told(upload, 204)


@blueprint.delete("/photos/uploads/<uuid:upload_id>")
@needs(Action.PHOTO_WRITE)
@describe(
    Operation(
        "Give up sending a photo.",
        {204: Answer("What had arrived of it is gone.")},
        headers=(_RESUMABLE,),
        problems=_SPOKEN | {404: _UNKNOWN, 423: "Another request sends it at this moment."},
    )
)
def end_photo(upload_id: UUID) -> Response:
    """End an upload."""
    read_query()
    _require_version()
    end_upload(context(), upload_id, by=acting_person())
    return Response(status=204)


@blueprint.post("/photos/uploads/<uuid:upload_id>")
@needs(Action.PHOTO_WRITE)
@describe(
    Operation(
        "PATCH or DELETE for clients that can only POST.",
        {204: Answer("As that method answers.", headers=_OFFSET)},
        headers=(
            _RESUMABLE,
            Parameter("X-HTTP-Method-Override", text(enum=["PATCH", "DELETE"]), "The method.", required=True),
        ),
        sends=_PIECE,
        problems={404: _UNKNOWN, 405: "Another method is asked for."},
    )
)
def override_photo(upload_id: UUID) -> Response:
    """Do what the header asks for."""
    method = request.headers.get("X-HTTP-Method-Override")
    if method not in _OVERRIDDEN:
        abort(405, valid_methods=["HEAD", "PATCH", "DELETE"])
    return _OVERRIDDEN[method](upload_id)


_OVERRIDDEN = {"PATCH": continue_photo, "DELETE": end_photo}


class _Incoming:
    """The bytes of the request; they end where the connection breaks or falls silent."""

    def __init__(self) -> None:
        if (connection := request.environ.get("gunicorn.socket")) is not None:
            connection.settimeout(_SILENCE_S)

    def read(self, size: int) -> bytes:
        try:
            return request.stream.read(size)
        except (ClientDisconnected, OSError):
            return b""


def _told(upload: Upload, status: int) -> Response:
    headers = {"Upload-Offset": str(upload.offset), "Upload-Expires": http_date(upload.expires_at)}
    return Response(status=status, headers=headers)


def _require_version() -> None:
    if request.headers.get("Tus-Resumable") != _VERSION:
        raise ProtocolVersionError(
            Message(
                "Photos are sent by the tus protocol {version}. Send the header {header}.",
                version=_VERSION,
                header=f"Tus-Resumable: {_VERSION}",
            ),
            code="upload.version",
        )


def _number(name: str) -> int:
    given = request.headers.get(name, "")
    if not _NUMBER.fullmatch(given):
        raise FieldappError(
            Message("The header {name} must be a number of bytes.", name=name), code="upload.header"
        )
    return int(given)


def _metadata() -> dict[str, str]:
    """The pairs of Upload-Metadata: names, and values in Base64."""
    given = request.headers.get("Upload-Metadata", "")
    if len(given) > _LONGEST_METADATA:
        _refuse_metadata()
    found = {}
    for pair in filter(None, (pair.strip() for pair in given.split(","))):
        name, _, written = pair.partition(" ")
        value = _decoded(written)
        if value is None:
            _refuse_metadata()
        found[name] = value.decode("utf-8", "replace").replace("\0", "")
    return found


def _refuse_metadata() -> NoReturn:
    message = Message(
        "Upload-Metadata cannot be read: give pairs of a name and its value in Base64, {most} characters at "
        "most.",
        most=_LONGEST_METADATA,
    )
    raise InvalidInputError(message, [Fault("/Upload-Metadata", message)], code="upload.metadata")


def _checksum() -> Checksum | None:
    given = request.headers.get("Upload-Checksum")
    if given is None:
        return None
    algorithm, _, written = given.partition(" ")
    digest = _decoded(written)
    if algorithm not in _ALGORITHMS or digest is None:
        raise FieldappError(
            Message(
                "Upload-Checksum must name one of {known} and give the digest in Base64.",
                known=", ".join(_ALGORITHMS),
            ),
            code="upload.checksum_form",
        )
    return Checksum(algorithm, digest)


def _decoded(written: str) -> bytes | None:
    try:
        return base64.b64decode(written.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
