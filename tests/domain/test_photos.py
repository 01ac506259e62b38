"""When two pictures look alike: however they are laid down, and never because both show a field."""

from __future__ import annotations

from itertools import combinations
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance

from fieldapp.demonstration.pictures import field_scene
from fieldapp.domain.photos import EDGE, bands_of, laid_down, look_alike, looks_of
from tests.pictures import farmland

WAYS = [None, *Image.Transpose]


def looks(image: Image.Image) -> str:
    small = image.convert("L").resize((EDGE, EDGE), Image.Resampling.LANCZOS)
    return looks_of(np.asarray(small, dtype=np.float64))


def cropped(image: Image.Image, part: float, *sides: str) -> Image.Image:
    width, height = image.size
    left, top = (part * (side in sides) for side in ("left", "top"))
    right, bottom = (1 - part * (side in sides) for side in ("right", "bottom"))
    return image.crop((int(left * width), int(top * height), int(right * width), int(bottom * height)))


def is_found(copy: str, original: str) -> bool:
    """Whether a copy is looked up by a piece in common, and then taken for the original."""
    pieces = {piece for each in laid_down(copy) for piece in bands_of(each)}
    return bool(pieces & set(bands_of(original))) and look_alike(copy, [original]) == [True]


@pytest.mark.parametrize("way", WAYS)
def test_a_picture_is_found_however_it_is_turned_mirrored_shrunk_and_brightened(
    way: Image.Transpose | None,
) -> None:
    found = 0
    for seed in range(40):
        picture = farmland(seed, (320, 240)) if seed % 2 else field_scene(Random(seed))
        copy = picture if way is None else picture.transpose(way)
        copy = ImageEnhance.Brightness(copy.resize((copy.width * 2 // 3, copy.height * 2 // 3))).enhance(1.1)
        found += is_found(looks(copy), looks(picture))
    assert found == 40


@pytest.mark.parametrize("sides", [("left",), ("bottom",), ("left", "top", "right", "bottom")])
def test_a_picture_is_found_where_little_was_cut_off(sides: tuple[str, ...]) -> None:
    pictures = [farmland(seed, (640, 480)) for seed in range(25)]
    found = [is_found(looks(cropped(each, 0.02, *sides)), looks(each)) for each in pictures]
    assert sum(found) >= (18 if len(sides) > 1 else 22)


def test_the_eight_ways_lead_into_each_other() -> None:
    picture = farmland(1, (64, 64))
    turned = {looks(picture if way is None else picture.transpose(way)) for way in WAYS}
    assert turned == set(laid_down(looks(picture)))
    assert all(set(laid_down(each)) == turned for each in turned)


@pytest.mark.parametrize("kind", ["farmland", "drawn"])
def test_different_pictures_of_fields_under_a_sky_do_not_look_alike(kind: str) -> None:
    hashes = [
        looks(farmland(seed) if kind == "farmland" else field_scene(Random(seed))) for seed in range(200)
    ]
    alike = {
        (number, number + 1 + place)
        for number, each in enumerate(hashes)
        for place, same in enumerate(look_alike(each, hashes[number + 1 :]))
        if same
    }
    assert len(list(combinations(hashes, 2))) == 19_900
    assert alike == set()


hashes = st.binary(min_size=40, max_size=40).map(bytes.hex)


@settings(deadline=None)
@given(hashes, st.sets(st.integers(0, 63), max_size=3))
def test_hashes_that_differ_in_three_of_the_low_bits_have_a_piece_in_common(
    looks: str, flipped: set[int]
) -> None:
    bits = int(looks[:16], 16)
    for place in flipped:
        bits ^= 1 << place
    other = f"{bits:016x}{looks[16:]}"
    assert look_alike(looks, [other]) == [True]
    assert set(bands_of(looks)) & set(bands_of(other))


@settings(deadline=None)
@given(hashes, hashes)
def test_one_looks_like_the_other_where_the_other_looks_like_it(one: str, other: str) -> None:
    assert look_alike(one, [other]) == look_alike(other, [one])
    assert look_alike(one, []) == []
