"""Pictures for a demonstration: drawn fields under a drawn sky, and plainly no photographs."""

from __future__ import annotations

import io
from datetime import datetime
from random import Random

from PIL import Image, ImageDraw, ImageEnhance, ImageFont

SIZE = (480, 360)  # pixels
MARK = "DEMONSTRATION - NOT A PHOTO"
_SKIES = ((126, 171, 214), (172, 192, 205), (216, 184, 150), (98, 134, 176))
_CROPS = ((74, 122, 52), (156, 152, 62), (112, 140, 74), (176, 142, 74), (58, 98, 70))
_HOUSES = ((188, 92, 74), (220, 220, 214), (110, 120, 140))
_EXIF, _GPS = 0x8769, 0x8825


def field_scene(random: Random) -> Image.Image:
    """A scene that is like no other one: horizon, sun, rows of a crop, a house or a greenhouse."""
    width, height = SIZE
    sky, crop = random.choice(_SKIES), random.choice(_CROPS)
    image = Image.new("RGB", SIZE, sky)
    draw = ImageDraw.Draw(image)
    horizon = random.randrange(90, 240)
    for _ in range(4):  # clouds and hills, large enough to tell one picture from another
        x, y = random.randrange(-60, width), random.randrange(horizon)
        right, below = x + random.randrange(80, 260), y + random.randrange(30, 110)
        draw.ellipse((x, y, right, below), fill=_lit(sky, random.randrange(-60, 70)))
    draw.rectangle((0, horizon, width, height), fill=crop)
    vanishing = random.randrange(width)
    for column in range(-10, 20, random.choice((2, 3, 4))):
        foot = column * 60 + random.randrange(50)
        draw.polygon(
            ((vanishing, horizon), (foot, height), (foot + random.randrange(20, 60), height)),
            fill=_lit(crop, random.choice((-45, -25, 30, 45))),
        )
    left, wide = random.randrange(0, width - 120), random.randrange(70, 200)
    top = horizon - random.randrange(20, 70)
    draw.rectangle((left, top, left + wide, horizon + 24), fill=random.choice(_HOUSES))
    draw.polygon(
        ((left - 8, top), (left + wide + 8, top), (left + wide // 2, top - random.randrange(15, 50))),
        fill=(70, 60, 58),
    )
    sun = random.randrange(30, width - 30)
    draw.ellipse((sun, 14, sun + 46, 60), fill=(250, 240, 190))
    return image


def marked_jpeg(
    scene: Image.Image,
    caption: str,
    *,
    taken: datetime,
    place: tuple[float, float],
    retouched: bool = False,
) -> bytes:
    """The scene as a JPEG that says what it is, with the time and the place (lon, lat) that a camera writes.

    ``retouched`` makes another file of it that looks the same.
    """
    image = ImageEnhance.Brightness(scene).enhance(1.06) if retouched else scene.copy()
    draw = ImageDraw.Draw(image)
    width, height = SIZE
    font = ImageFont.load_default(17)
    draw.rectangle((0, height - 46, width, height), fill=(20, 20, 20))
    draw.text((10, height - 43), MARK, font=font, fill=(255, 214, 90))
    draw.text((10, height - 22), caption, font=font, fill=(255, 255, 255))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=70 if retouched else 82, exif=_exif(taken, place))
    return file.getvalue()


def _exif(taken: datetime, place: tuple[float, float]) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = MARK
    inner = exif.get_ifd(_EXIF)
    inner[0x9003] = f"{taken:%Y:%m:%d %H:%M:%S}"
    offset = f"{taken:%z}"
    inner[0x9011] = f"{offset[:3]}:{offset[3:5]}"
    gps = exif.get_ifd(_GPS)
    for number, letter, degrees in ((3, "E", place[0]), (1, "N", place[1])):
        gps[number] = letter
        gps[number + 1] = (int(degrees), 0, round((degrees - int(degrees)) * 3600, 3))
    return exif


def _lit(colour: tuple[int, int, int], by: int) -> tuple[int, int, int]:
    red, green, blue = (min(255, max(0, part + by)) for part in colour)
    return red, green, blue
