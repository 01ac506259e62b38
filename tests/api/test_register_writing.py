"""Writing the registers over the API: on what was seen, at home only, told what is in the way."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.services.small_register import LALIN, PINGFANG, SHANHE, fill

API = "/api/v1"


@pytest.fixture
def asked(context: Context) -> Flask:
    """The application on a small register, on each engine in turn."""
    fill(context)
    store_accounts(context)
    return create_app(context=context)


@pytest.fixture
def officer(asked: Flask) -> FlaskClient:
    return client_of(asked, Role.BUREAU_OFFICER)


@pytest.fixture
def county(asked: Flask) -> FlaskClient:
    return client_of(asked, Role.COUNTY_OFFICER)


def _codes(answer: TestResponse) -> tuple[int, str]:
    return answer.status_code, answer.get_json().get("code", "")


def _photo(colour: str) -> bytes:
    content = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(content, "JPEG")
    return content.getvalue()


def test_a_commissioner_is_added_and_changed_in_part(officer: FlaskClient) -> None:
    person = {"name": "赵六", "kind": "individual", "institution": "东北农业大学", "phone": "13900001111"}
    made = officer.post(
        f"{API}/commissioners", json=person | {"home_lon": 126.5, "home_lat": 45.8, "note": "擅长水稻"}
    )
    assert (made.status_code, made.get_json()["id"], made.get_json()["phone"]) == (
        201,
        "C-0004",
        "139****1111",
    )
    shown = officer.get(made.headers["Location"]).get_json()
    assert (shown["home_lon"], shown["home_lat"], shown["note"]) == (126.5, 45.8, "擅长水稻")
    assert _codes(officer.post(f"{API}/commissioners", json=person)) == (409, "commissioner.alike")
    twin = officer.post(f"{API}/commissioners", json=person | {"even_if_alike": True})
    assert twin.get_json()["id"] == "C-0005"
    changed = officer.patch(
        made.headers["Location"], json={"capacity": 3}, headers={"If-Match": made.headers["ETag"]}
    )
    assert (changed.get_json()["capacity"], changed.get_json()["phone"]) == (3, "139****1111")
    whole = officer.get(f"{made.headers['Location']}/phone").get_json()
    assert whole == {"phone": "13900001111"}
    stale = officer.patch(made.headers["Location"], json={"capacity": 4, "revision": 1})
    assert _codes(stale) == (409, "record.outdated")
    unknown = officer.post(f"{API}/commissioners", json=person | {"institution": "无此单位"})
    assert unknown.get_json()["errors"][0]["pointer"] == "/institution"


def test_what_is_left_out_of_a_change_stays(asked: Flask, officer: FlaskClient) -> None:
    before = officer.get(f"{API}/commissioners/C-0001").get_json()
    after = officer.patch(f"{API}/commissioners/C-0001", json={"note": "备注", "revision": 1}).get_json()
    assert {**after, "revision": 1, "note": ""} == before
    assert after["revision"] == 2


def test_a_commissioner_who_serves_does_not_retire(officer: FlaskClient) -> None:
    serving = officer.post(
        f"{API}/commissioners/C-0001/retire", json={"retired_on": "2026-11-30", "revision": 1}
    )
    assert _codes(serving) == (409, "commissioner.serving")
    free = f"{API}/commissioners/C-0002/retire"
    gone = officer.post(free, json={"retired_on": "2026-11-30", "reason": "退休", "revision": 1}).get_json()
    assert gone["retired_on"] == "2026-11-30"
    back = officer.post(free, json={"retired_on": None, "revision": gone["revision"]}).get_json()
    assert back["retired_on"] is None


def test_duplicates_are_looked_at_and_merged(officer: FlaskClient, county: FlaskClient) -> None:
    address = f"{API}/commissioners/C-0002/merge"
    seen = officer.get(address, query_string={"into": "C-0001"}).get_json()
    assert (seen["former"]["name"], seen["remaining"]["name"], seen["obstacle"]) == ("李四", "张三", None)
    assert (
        "拉林"
        in officer.get(f"{API}/commissioners/C-0001/merge", query_string={"into": "C-0002"}).get_json()[
            "obstacle"
        ]
    )
    assert _codes(county.post(address, json={"into": "C-0001"})) == (403, "forbidden.role")
    assert officer.post(address, json={"into": "C-0001"}).get_json()["id"] == "C-0001"
    assert officer.get(f"{API}/commissioners/C-0002").get_json()["merged_into"] == "C-0001"
    assert _codes(officer.post(address, json={"into": "C-0003"})) == (409, "commissioner.not_mergeable")


def test_institutions_are_added_renamed_and_merged(officer: FlaskClient, county: FlaskClient) -> None:
    body = {"name": "黑龙江省农科院", "kind": "research_institute"}
    made = officer.post(f"{API}/institutions", json=body)
    assert made.status_code == 201
    assert _codes(officer.post(f"{API}/institutions", json=body)) == (409, "institution.exists")
    assert _codes(county.post(f"{API}/institutions", json=body)) == (403, "forbidden.role")
    renamed = officer.patch(
        made.headers["Location"],
        json={"name": "黑龙江省农业科学院"},
        headers={"If-Match": made.headers["ETag"]},
    ).get_json()
    assert (renamed["name"], renamed["kind"]) == ("黑龙江省农业科学院", "research_institute")
    former = next(
        each
        for each in officer.get(f"{API}/institutions").get_json()["items"]
        if each["name"] == "哈尔滨市农业科学院"
    )
    merged = officer.post(f"{API}/institutions/{former['id']}/merge", json={"into": renamed["id"]})
    assert (merged.status_code, merged.get_json()["commissioners"]) == (200, 1)


def test_a_product_is_added_featured_and_retired_at_home_only(
    officer: FlaskClient, county: FlaskClient
) -> None:
    body = {"name": "山河黑木耳", "category": "edible_fungi", "value_wan_yuan": 120.5}
    assert _codes(county.post(f"{API}/townships/{PINGFANG}/products", json=body)) == (403, "forbidden.county")
    made = county.post(f"{API}/townships/{SHANHE}/products", json=body)
    assert (made.status_code, made.get_json()["value_wan_yuan"]) == (201, 120.5)
    assert _codes(county.post(f"{API}/townships/{SHANHE}/products", json=body)) == (409, "product.exists")
    address = made.headers["Location"]
    changed = county.patch(address, json={"brand": "山河", "revision": 1}).get_json()
    assert (changed["brand"], changed["value_wan_yuan"]) == ("山河", 120.5)
    assert _codes(county.patch(address, json={"brand": "x", "revision": 1})) == (409, "record.outdated")
    start: dict[str, object] = {"starts_on": "2026-01-01"}
    assert _codes(county.post(f"{address}/feature", json=start)) == (422, "revision.missing")
    tag = {"If-Match": county.get(address).headers["ETag"]}
    assert county.post(f"{address}/feature", json=start, headers=tag).get_json()["featured"] is True
    late = county.post(f"{address}/feature", json=start, headers=tag)
    assert _codes(late) == (409, "record.outdated")
    assert "feature a product (山河黑木耳 in 山河镇)" in late.get_json()["title"]
    seen = county.get(address).get_json()["revision"]
    again = county.post(f"{address}/feature", json=start | {"revision": seen})
    assert _codes(again) == (409, "featured_product.overlap")
    retire = {"retired_on": "2026-11-22", "revision": seen}
    assert _codes(county.post(f"{address}/retire", json=retire)) == (409, "product.featured")
    ended = county.post(f"{address}/unfeature", json={"ends_on": "2026-11-20", "revision": seen}).get_json()
    assert ended["featured"] is False
    gone = county.post(f"{address}/retire", json=retire | {"revision": ended["revision"]}).get_json()
    assert gone["retired_on"] == "2026-11-22"


def test_photos_of_a_product_are_added_shown_and_removed(asked: Flask, county: FlaskClient) -> None:
    product = county.get(f"{API}/products", query_string={"township": LALIN}).get_json()["items"][0]["id"]
    address = f"{API}/products/{product}/photos"
    form = {"photo": (io.BytesIO(_photo("green")), "米.jpg"), "caption": "收割"}
    made = county.post(address, data=form)
    assert made.status_code == 201
    (photo,) = made.get_json()["items"]
    assert (photo["caption"], photo["width"], photo["address"]) == ("收割", 64, made.headers["Location"])
    assert county.get(address).get_json() == made.get_json()
    shown = county.get(photo["address"], query_string={"size": "thumbnail"}, buffered=True)
    assert (shown.mimetype, Image.open(io.BytesIO(shown.data)).size) == ("image/jpeg", (64, 48))
    again = county.post(address, data={"photo": (io.BytesIO(_photo("green")), "b.jpg")})
    assert _codes(again) == (409, "photo.exists")
    broken = county.post(address, data={"photo": (io.BytesIO(b"no"), "b.jpg")})
    assert _codes(broken) == (422, "photo.unusable")
    assert _codes(client_of(asked, Role.VIEWER).delete(photo["address"])) == (403, "forbidden.role")
    assert county.delete(photo["address"]).status_code == 204
    assert county.get(address).get_json() == {"items": []}
    assert county.get(photo["address"]).status_code == 404
