"""Documents that were encoded once and are sent many times: compressed, validated by ETag, 304."""

from __future__ import annotations

from typing import Protocol

from flask import Response, request

_A_YEAR = 365 * 24 * 3600


class Encoded(Protocol):
    """A document in the encodings of HTTP; ``etag`` names its content."""

    @property
    def content(self) -> bytes: ...
    @property
    def etag(self) -> str: ...
    @property
    def br(self) -> bytes: ...
    @property
    def gzip(self) -> bytes: ...


def send_document(document: Encoded, media_type: str, *, version: str | None = None) -> Response:
    """Answer with the document in the best encoding that the client takes, or with 304.

    An address that names the present content as its ``version`` may be kept for ever; any other is
    asked for again each time, which costs a 304.
    """
    encoding = request.accept_encodings.best_match(("br", "gzip"))
    response = Response(mimetype=media_type)
    if encoding == "br":
        response.set_data(document.br)
    elif encoding == "gzip":
        response.set_data(document.gzip)
    else:
        encoding = None
        response.set_data(document.content)
    if encoding is not None:
        response.content_encoding = encoding
    # Weak: one tag for the content in whatever encoding it travels.
    response.set_etag(document.etag, weak=True)
    response.vary.add("Accept-Encoding")
    if version == document.etag:
        response.cache_control.public = True
        response.cache_control.max_age = _A_YEAR
        response.cache_control.immutable = True
    else:
        response.cache_control.no_cache = True
    response.make_conditional(request)
    return response
