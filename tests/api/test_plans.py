"""Plans over the API: drafted, edited on the revision that was seen, published and undone."""

from __future__ import annotations

import pytest
from flask import Flask

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from tests.api.accounts import client_of, store_accounts
from tests.services.assigning import proposed
from tests.services.small_register import LALIN, PINGFANG, SHANHE, fill

API = "/api/v1"
WANTED = {"name": "全市方案", "starts_on": "2026-12-01", "ends_on": "2027-11-30"}


@pytest.fixture
def asked(sqlite_context: Context) -> Flask:
    fill(sqlite_context)
    store_accounts(sqlite_context)
    return create_app(context=sqlite_context)


def test_a_plan_is_drafted_edited_published_and_undone(asked: Flask) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    made = officer.post(f"{API}/plans", json=WANTED)
    one, plan = made.headers["Location"], made.get_json()
    assert (made.status_code, made.get_etag()[0], plan["state"]) == (201, "1", "ready")
    assert (plan["plan"]["covered"], plan["outdated"]) == (4, [])
    assert [(each["commissioner"], each["starts_on"]) for each in plan["proposals"]] == [
        ("C-0003", "2026-12-01"),
        ("C-0001", "2027-01-01"),
        ("C-0002", "2026-12-01"),
        ("C-0002", "2026-12-01"),
    ]
    begins = {row["township"]: row["begins_on"] for row in plan["difference"]}
    assert all(each["starts_on"] >= begins[each["township"]] for each in plan["proposals"])
    assert begins[SHANHE] == "2026-12-01"
    assert officer.get(one).get_json() == plan
    (listed,) = officer.get(f"{API}/plans").get_json()["items"]
    assert listed == {name: plan[name] for name in listed}
    pins = {"pins": [{"township": SHANHE, "commissioner": "C-0003"}], "forbids": []}
    edited = officer.put(f"{one}/edits", json=pins, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.get_json()["revision"]) == (200, 2)
    led = {row["township"]: row["commissioner"] for row in edited.get_json()["difference"]}
    assert led[SHANHE] == "C-0003"
    late = officer.put(f"{one}/edits", json=pins | {"revision": 1})
    assert (late.status_code, late.get_json()["code"]) == (409, "plan.changed")
    published = officer.post(f"{one}/publish", json={"revision": 2}).get_json()
    assert (published["state"], len(published["assignment_ids"])) == ("published", 4)
    assert officer.delete(one).get_json()["code"] == "plan.state"
    undone = officer.post(f"{one}/undo", json={"revision": 3}).get_json()
    assert undone["state"] == "undone"


def test_the_list_is_paged_through_the_latest_first(asked: Flask, sqlite_context: Context) -> None:
    officer, county = client_of(asked, Role.BUREAU_OFFICER), client_of(asked, Role.COUNTY_OFFICER)
    for number in (1, 2, 3):
        officer.post(f"{API}/plans", json=WANTED | {"name": f"方案{number}"})
    own = county.post(f"{API}/plans", json=WANTED).get_json()["id"]
    first = officer.get(f"{API}/plans?limit=2").get_json()
    officer.post(f"{API}/plans", json=WANTED)  # what comes meanwhile moves nothing
    second = officer.get(f"{API}/plans?limit=2&cursor={first['next']}").get_json()
    assert [each["id"] for each in (*first["items"], *second["items"])] == [4, 3, 2, 1]
    assert second["next"] is None
    seen = county.get(f"{API}/plans?limit=1").get_json()
    assert ([each["id"] for each in seen["items"]], seen["next"]) == ([own], None)
    assert officer.get(f"{API}/plans?cursor=x").status_code == 422


def test_a_copy_takes_over_what_is_left_out(asked: Flask) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    pins = [{"township": SHANHE, "commissioner": "C-0003"}]
    first = officer.post(f"{API}/plans", json=WANTED | {"pins": pins}).get_json()
    copy = officer.post(f"{API}/plans", json={"name": "二稿", "copy_of": first["id"]}).get_json()
    assert (copy["pins"], copy["starts_on"], copy["ends_on"]) == (pins, "2026-12-01", "2027-11-30")
    usual = officer.post(f"{API}/plans", json={"name": "三稿"}).get_json()
    assert (usual["starts_on"], usual["ends_on"]) == ("2026-11-23", "2027-11-22")
    assert officer.delete(f"{API}/plans/{copy['id']}").status_code == 204


def test_a_refused_publishing_lists_what_changed(asked: Flask, sqlite_context: Context) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    plan = officer.post(f"{API}/plans", json=WANTED).get_json()
    proposed(sqlite_context, PINGFANG, "C-0003")
    refused = officer.post(f"{API}/plans/{plan['id']}/publish", json={"revision": 1})
    problem = refused.get_json()
    assert (refused.status_code, problem["code"]) == (409, "plan.outdated")
    assert [each["message"] for each in problem["errors"]] == ["沙河镇 has a commissioner now: 王五."]


@pytest.mark.parametrize(
    ("term", "pointers"),
    [
        ({"starts_on": "2020-01-01", "ends_on": "2020-12-31"}, ["/starts_on", "/ends_on"]),
        ({"starts_on": "9999-12-31"}, ["/starts_on", "/ends_on"]),
    ],
)
def test_a_term_that_nobody_can_mean_is_pointed_at(
    asked: Flask, term: dict[str, str], pointers: list[str]
) -> None:
    refused = client_of(asked, Role.BUREAU_OFFICER).post(f"{API}/plans", json={"name": "旧"} | term)
    problem = refused.get_json()
    assert (refused.status_code, problem["code"]) == (422, "plan.term")
    assert [each["pointer"] for each in problem["errors"]] == pointers


def test_what_contradicts_itself_is_pointed_at(asked: Flask) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    pair = [{"township": LALIN, "commissioner": "C-0001"}]
    refused = officer.post(f"{API}/plans", json=WANTED | {"pins": pair, "forbids": pair})
    assert (refused.status_code, refused.get_json()["code"]) == (422, "plan.contradiction")
    assert [each["pointer"] for each in refused.get_json()["errors"]] == ["/pins/0"]


def test_a_county_sees_its_own_plans_and_a_viewer_none(asked: Flask) -> None:
    city = client_of(asked, Role.BUREAU_OFFICER).post(f"{API}/plans", json=WANTED).get_json()
    county = client_of(asked, Role.COUNTY_OFFICER)
    own = county.post(f"{API}/plans", json=WANTED | {"name": "五常方案"}).get_json()
    assert own["county_codes"] == ["230184"]
    assert [each["id"] for each in county.get(f"{API}/plans").get_json()["items"]] == [own["id"]]
    assert county.get(f"{API}/plans/{city['id']}").status_code == 404
    assert client_of(asked, Role.VIEWER).get(f"{API}/plans").status_code == 403


def test_one_more_commissioner_is_tried_out(asked: Flask) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    forbids = [{"township": PINGFANG, "commissioner": f"C-000{number}"} for number in (1, 2, 3)]
    plan = officer.post(f"{API}/plans", json=WANTED | {"forbids": forbids}).get_json()
    answer = officer.post(
        f"{API}/plans/{plan['id']}/what-if", json={"specialty": "crops.rice", "lon": 126.7, "lat": 45.6}
    )
    assert answer.get_json() == {
        "covered": 4,
        "gained": 1,
        "townships": [PINGFANG],
        "straight_lines": False,
    }


def test_the_policy_has_versions_and_a_draft_keeps_its_own(asked: Flask) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    first = officer.get(f"{API}/planning-policy")
    assert (first.get_etag()[0], first.get_json()["version"]) == ("1", 1)
    plan = officer.post(f"{API}/plans", json=WANTED).get_json()
    changed = officer.put(
        f"{API}/planning-policy",
        json={"max_km": 30, "note": "不超过三十公里"},
        headers={"If-Match": '"1"'},
    ).get_json()
    assert (changed["version"], changed["max_km"], changed["fit"]) == (2, 30, first.get_json()["fit"])
    assert changed["created_by_name"] == "演示bureau_officer"
    late = officer.put(f"{API}/planning-policy", json={"max_km": 40, "revision": 1})
    assert (late.status_code, late.get_json()["code"]) == (409, "plan.policy_changed")
    wrong = officer.put(f"{API}/planning-policy", json={"least_fit": 0.123, "revision": 2})
    assert [each["pointer"] for each in wrong.get_json()["errors"]] == ["/least_fit"]
    near = officer.post(f"{API}/plans", json=WANTED | {"name": "近者优先"}).get_json()
    assert (plan["policy_version"], near["policy_version"]) == (1, 2)
    assert near["plan"]["covered"] < plan["plan"]["covered"]
    versions = officer.get(f"{API}/planning-policy/versions").get_json()["items"]
    assert [each["version"] for each in versions] == [2, 1]
    county = client_of(asked, Role.COUNTY_OFFICER)
    assert county.get(f"{API}/planning-policy").status_code == 200
    assert county.put(f"{API}/planning-policy", json={"revision": 2}).status_code == 403


def test_who_cannot_be_spared_is_asked_for_by_itself(asked: Flask) -> None:
    officer = client_of(asked, Role.BUREAU_OFFICER)
    plan = officer.post(f"{API}/plans", json=WANTED).get_json()
    assert plan["fragility"] is None
    found = officer.get(f"{API}/plans/{plan['id']}/fragility").get_json()["items"]
    leading = {pair["commissioner"] for pair in plan["plan"]["pairs"]}
    assert {each["commissioner"] for each in found} == leading
    assert officer.get(f"{API}/plans/{plan['id']}").get_json()["fragility"] == found
