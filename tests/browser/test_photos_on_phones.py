"""Photos as the phone keeps them: shrunk in a real browser, with what they tell of their time and place."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import subprocess
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from playwright.sync_api import Browser, Page

ROOT = Path(__file__).parents[2]
TAKEN = "2026:11:20 09:12:00"
ROTATED = 6  # the camera was held upright: turn a quarter to the right to see it

PREPARE = """async ({ bytes, type }) => {
  const content = Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0));
  const told = (buffer) => {
    let text = "";
    for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
    return btoa(text);
  };
  try {
    const photo = await phone.preparePhoto(new File([content], "a.jpg", { type }));
    return {
      ...photo,
      bytes: told(photo.bytes),
      thumbnail: photo.thumbnail && told(photo.thumbnail),
    };
  } catch (error) {
    return { failure: error instanceof phone.UnreadablePhoto ? "unreadable" : String(error) };
  }
}"""


@pytest.fixture(scope="session")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The module as a script of its own."""
    bundle = tmp_path_factory.mktemp("bundle") / "photos.js"
    source = ROOT / "fieldapp" / "static" / "js" / "field" / "photos.js"
    options = ["--bundle", "--format=iife", "--global-name=phone", "--log-level=error", f"--outfile={bundle}"]
    subprocess.run(["npx", "--no-install", "esbuild", str(source), *options], check=True, cwd=ROOT)
    return bundle


@pytest.fixture
def page(chromium: Browser, module: Path) -> Page:
    page = chromium.new_page()
    page.add_script_tag(path=module)
    return page


def camera_photo(width: int, height: int, *, quality: int = 95) -> bytes:
    """A noisy photo with what a phone's camera writes into it."""
    noise = random.Random(1).randbytes(width * height // 16 * 3)
    image = Image.frombytes("RGB", (width // 4, height // 4), noise)
    exif = Image.Exif()
    exif[Base.Orientation] = ROTATED
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = TAKEN
    place = exif.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", (45.0, 12.0, 0.0)
    place[GPS.GPSLongitudeRef], place[GPS.GPSLongitude] = "E", (127.0, 0.0, 0.0)
    file = io.BytesIO()
    image.resize((width, height)).save(file, "JPEG", quality=quality, exif=exif)
    return file.getvalue()


def prepared(page: Page, content: bytes, media_type: str = "image/jpeg") -> dict[str, Any]:
    told: dict[str, Any] = page.evaluate(
        PREPARE, {"bytes": base64.b64encode(content).decode(), "type": media_type}
    )
    for name in ("bytes", "thumbnail"):
        if told.get(name):
            told[name] = base64.b64decode(told[name])
    return told


def test_a_large_photo_is_shrunk_and_still_tells_when_and_where_it_was_taken(page: Page) -> None:
    photo = prepared(page, camera_photo(4000, 3000))
    image = Image.open(io.BytesIO(photo["bytes"]))
    assert image.format == "JPEG"
    assert image.size[0] < image.size[1]  # it stands upright
    assert max(image.size) <= 1600
    assert photo["size"] == len(photo["bytes"]) <= 440 * 1024
    assert photo["sha256"] == hashlib.sha256(photo["bytes"]).hexdigest()
    exif = image.getexif()
    assert exif.get(Base.Orientation, 1) == 1
    assert exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] == TAKEN
    assert exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] == (45.0, 12.0, 0.0)
    assert max(Image.open(io.BytesIO(photo["thumbnail"])).size) <= 320


def test_a_small_photo_stays_as_it_is_byte_for_byte(page: Page) -> None:
    content = camera_photo(800, 600, quality=60)
    assert prepared(page, content)["bytes"] == content


def test_a_photo_of_many_megabytes_is_shrunk_like_any_other(page: Page) -> None:
    content = camera_photo(9248, 6936, quality=85)
    assert len(content) > 15 * 1024**2
    photo = prepared(page, content)
    image = Image.open(io.BytesIO(photo["bytes"]))
    assert max(image.size) <= 1600
    assert photo["size"] <= 440 * 1024
    assert image.getexif().get_ifd(IFD.Exif)[Base.DateTimeOriginal] == TAKEN
    assert photo["thumbnail"]


@pytest.mark.parametrize("media_type", ["", "application/octet-stream"])
def test_a_photo_whose_file_says_no_type_is_known_by_how_it_begins(page: Page, media_type: str) -> None:
    photo = prepared(page, camera_photo(2000, 1500), media_type)
    assert photo["type"] == "image/jpeg"
    assert max(Image.open(io.BytesIO(photo["bytes"])).size) <= 1600
    heic = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1"
    kept = prepared(page, heic, media_type)
    assert (kept["type"], kept["bytes"], kept["thumbnail"]) == ("image/heic", heic, None)


def test_what_no_camera_makes_is_not_drawn(page: Page) -> None:
    failure = page.evaluate(
        """() => phone
          .preparePhoto(new File([new Uint8Array(61 * 1024 * 1024)], "a.jpg", { type: "image/jpeg" }))
          .catch((error) => error instanceof phone.HugePhoto)"""
    )
    assert failure is True


def test_what_is_no_picture_is_said_to_be_none(page: Page) -> None:
    assert prepared(page, b"no picture at all", "text/plain") == {"failure": "unreadable"}


def test_a_picture_that_this_browser_cannot_draw_is_kept_for_the_server_to_judge(page: Page) -> None:
    photo = prepared(page, b"a kind of its own", "image/heic")
    assert photo["bytes"] == b"a kind of its own"
    assert photo["thumbnail"] is None
