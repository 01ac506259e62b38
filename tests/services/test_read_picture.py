"""Pictures are what they are, not what they say; and what they tell of themselves is kept from others."""

from __future__ import annotations

import io
import random
import resource
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.photos import look_alike
from fieldapp.services.read_picture import Picture, read_picture
from geodata.errors import Message
from tests.pictures import GPS_BYTES, heic, jpeg, png, png_of_size, scene, text_bomb, webp

SHANGHAI = ZoneInfo("Asia/Shanghai")


def refused(message: Message, code: str) -> InvalidInputError:
    return InvalidInputError(message, code=code)


def read(content: bytes) -> Picture:
    return read_picture(content, local=SHANGHAI, refused=refused)


def code_of(content: bytes) -> str:
    with pytest.raises(InvalidInputError) as refusal:
        read(content)
    return refusal.value.code


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (jpeg(), "image/jpeg"),
        (jpeg(progressive=True), "image/jpeg"),
        (png(), "image/png"),
        *((png(mode=mode), "image/png") for mode in ("1", "L", "LA", "P", "RGBA", "I;16")),
        (webp(), "image/webp"),
    ],
)
def test_photos_of_each_kind_are_read(content: bytes, media_type: str) -> None:
    picture = read(content)
    assert (picture.media_type, picture.width, picture.height) == (media_type, 640, 480)
    with Image.open(io.BytesIO(picture.shown["thumbnail"])) as shown:
        assert (shown.format, shown.mode, shown.size) == ("JPEG", "RGB", (320, 240))


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "type"),
        (b"GIF89a" + bytes(100), "type"),
        (b"%PDF-1.7", "type"),
        (b"PK\x03\x04" + bytes(100), "type"),
        (heic(), "heic"),
        (b"\xff\xd8\xff" + bytes(100), "damaged"),
        (b"RIFF\0\0\0\0AVI LIST", "damaged"),
        (jpeg()[:-2000], "damaged"),
        (png()[: len(png()) // 2], "damaged"),
        (webp()[:-500], "damaged"),
        (png_of_size(5001, 5000), "pixels"),
        (png_of_size(60_000, 60_000), "pixels"),
        (png_of_size(2**31 - 1, 2**31 - 1), "pixels"),
        (png_of_size(4000, 4000), "damaged"),  # next to no data behind it
        (text_bomb(), "damaged"),
    ],
)
def test_what_is_no_photo_or_too_much_of_one_is_refused(content: bytes, code: str) -> None:
    assert code_of(content) == code


def test_a_hostile_picture_takes_little_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for content in (png_of_size(60_000, 60_000), png_of_size(5000, 4990), text_bomb()):
        code_of(content)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250_000  # KiB


def test_what_hangs_behind_a_photo_does_not_reach_others() -> None:
    picture = read(jpeg() + b"PK\x03\x04 <script>alert(1)</script>")
    assert all(b"script" not in file for file in picture.shown.values())


def test_time_and_place_are_read_and_not_shown() -> None:
    picture = read(jpeg(taken="2026:11:20 09:30:00", offset="+09:00", place=(127.25, 45.5)))
    assert picture.taken_at == datetime(2026, 11, 20, 0, 30, tzinfo=UTC)
    assert picture.place == pytest.approx((127.25, 45.5))
    for file in picture.shown.values():
        assert GPS_BYTES not in file
        assert b"Exif" not in file
        assert b"maker of the camera" not in file
        with Image.open(io.BytesIO(file)) as shown:
            assert dict(shown.getexif()) == {}
            assert "comment" not in shown.info


def test_a_comment_and_a_description_are_not_shown_either() -> None:
    picture = read(jpeg(comment=b"by Zhang", icc_profile=b"profile of a phone"))
    assert all(b"Zhang" not in file and b"phone" not in file for file in picture.shown.values())


def test_a_time_without_its_offset_is_local() -> None:
    assert read(jpeg(taken="2026:11:20 09:30:00")).taken_at == datetime(2026, 11, 20, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_are_shown_upright(orientation: int) -> None:
    picture = read(jpeg(orientation=orientation))
    with Image.open(io.BytesIO(picture.shown["thumbnail"])) as shown:
        assert shown.size == ((320, 240) if orientation < 5 else (240, 320))


def test_junk_among_the_tags_tells_nothing_and_breaks_nothing() -> None:
    content = jpeg(taken="2026:11:20 09:30:00", offset="+08:00", place=(127.25, 45.5))
    start = content.index(b"Exif") + 6
    for seed in range(150):
        dice = random.Random(seed)
        hurt = bytearray(content)
        for _ in range(12):
            hurt[dice.randrange(start, start + 240)] = dice.randrange(256)
        picture = read(bytes(hurt))
        assert picture.place is None or (abs(picture.place[0]) <= 180 and abs(picture.place[1]) <= 90)


def test_a_photo_that_was_saved_anew_looks_alike_and_others_do_not() -> None:
    hashes = [read(jpeg(seed)).perceptual_hash or "" for seed in range(12)]
    again = read(jpeg(3, size=(900, 675), quality=60)).perceptual_hash or ""
    assert look_alike(again, hashes) == [seed == 3 for seed in range(12)]


def test_a_picture_of_nothing_looks_like_no_other() -> None:
    file = io.BytesIO()
    Image.new("RGB", scene().size, "#223344").save(file, "JPEG")
    assert read(file.getvalue()).perceptual_hash is None
