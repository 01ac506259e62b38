"""The server that these tests browse: what it does with a browser that leaves in the middle of an answer."""

from __future__ import annotations

import gc
import re
import socket
import struct
from urllib.parse import urlsplit
from urllib.request import urlopen

_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: close with a reset, without a goodbye


def _page(address: str) -> str:
    with urlopen(address) as answer:
        return str(answer.read(), "utf-8")


def test_browsers_that_hang_up_leave_no_file_open(bare: str) -> None:
    where = urlsplit(bare)
    asset = re.search(r"/static/bootstrap\.[0-9a-f]+\.css", _page(f"{bare}/"))
    assert asset is not None
    for _ in range(40):
        with socket.create_connection((where.hostname, where.port)) as browser:
            browser.sendall(
                f"GET {asset.group()} HTTP/1.1\r\nHost: here\r\nAccept-Encoding: br\r\n\r\n".encode()
            )
            browser.recv(1)
            browser.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _AT_ONCE)
    assert "</html>" in _page(f"{bare}/")
    gc.collect()  # a file that is still open is reported as a warning, which is an error here
