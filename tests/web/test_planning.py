"""The pages of planning by test client: who sees what, what forms refuse, and what each step shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.services.context import Context
from fieldapp.services.set_recusal import recuse_commissioner
from fieldapp.web.planning import pages
from geodata.errors import Message
from tests.accounts import make_account, sign_in
from tests.api.accounts import client_of, store_accounts
from tests.services.assigning import OFFICER, proposed
from tests.services.small_register import LALIN, PINGFANG, SHANHE, fill

TERM = {"starts_on": "2026-12-01", "ends_on": "2027-11-30"}


@pytest.fixture
def app(sqlite_context: Context) -> Flask:
    fill(sqlite_context)
    store_accounts(sqlite_context)
    app = create_app(context=sqlite_context)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def officer(app: Flask) -> FlaskClient:
    return client_of(app, Role.BUREAU_OFFICER)


def _drafted(client: FlaskClient, name: str = "全市方案", **more: object) -> str:
    answer = client.post("/plan", data={"name": name, **TERM, **more})
    assert answer.status_code == 303, answer.text
    return str(answer.location)


def _edit(client: FlaskClient, address: str, step: str, revision: int = 1, **more: str) -> TestResponse:
    return client.post(
        f"{address}/edits", data={"step": step, "revision": revision, **more}, headers={"X-Fragment": "1"}
    )


def test_where_there_is_no_plan_the_page_says_how_to_make_one(officer: FlaskClient) -> None:
    page = officer.get("/plan?lang=en")
    assert "There is no plan yet. Make one above" in page.text


def test_a_plan_is_made_and_shown_by_its_sentence_and_its_townships(officer: FlaskClient) -> None:
    page = officer.get(_drafted(officer) + "?lang=en")
    assert "All 4 townships have a commissioner: 1 kept, 3 new, 0 changed." in page.text
    assert page.text.count("data-code=") == 4
    assert "4 / 4" in officer.get("/plan").text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": " "}, "Give the plan a name"),
        ({"starts_on": "soon"}, "is not a day"),
        ({"ends_on": "2026-01-01"}, "before the first day"),
        ({"starts_on": "1900-12-01", "ends_on": "1901-11-30"}, "more than a year ago"),
        ({"starts_on": "2025-12-01", "ends_on": "2026-11-21"}, "has passed"),
        ({"ends_on": "9999-11-30"}, "A plan cannot reach"),
        ({"county_codes": "999999"}, "There is no county with the code"),
    ],
)
def test_what_cannot_be_planned_is_said_beside_what_was_typed(
    officer: FlaskClient, given: dict[str, str], said: str
) -> None:
    answer = officer.post("/plan?lang=en", data={"name": "一号", **TERM} | given)
    assert answer.status_code == 422
    assert said in answer.text
    assert given.get("name", "一号") in answer.text


def test_sentences_in_english_name_places_as_the_table_does(officer: FlaskClient) -> None:
    address = _drafted(officer)
    assert "张三 leads Lalin Manzu Zhen already" in officer.get(f"{address}?lang=en").text
    assert "拉林满族镇" in officer.get(f"{address}?lang=en").text
    assert "Manzu" not in officer.get(f"{address}?lang=zh_CN").text
    forbids = {f"C-000{number}" for number in (1, 2, 3)}
    for revision, one in enumerate(sorted(forbids), 1):
        _edit(officer, address, "forbid", revision, township=PINGFANG, commissioner=one)
    page = officer.get(f"{address}?lang=en").text
    assert "Nobody can lead Shahe Zhen." in page


def test_a_hostile_name_stays_text(officer: FlaskClient) -> None:
    name = "<img src=x onerror=alert(1)>\"'"
    address = _drafted(officer, name)
    other = _drafted(officer, name)
    pages = [address, "/plan", f"{address}/publish", f"/plan/compare?draft={address[6:]}&draft={other[6:]}"]
    for page in (officer.get(each) for each in pages):
        assert page.status_code == 200
        assert "<img src=x" not in page.text


def test_a_pair_is_forbidden_pinned_and_freed_and_the_plan_solved_again_each_time(
    officer: FlaskClient,
) -> None:
    address = _drafted(officer)
    answer = _edit(officer, address, "forbid", township=SHANHE, commissioner="C-0001")
    assert answer.status_code == 200
    assert 'id="plan-head"' in answer.text
    assert "<html" not in answer.text
    answer = _edit(officer, address, "pin", 2, township=LALIN, commissioner="C-0001")
    assert f'data-code="{LALIN}"' in answer.text
    assert 'data-pinned="true"' in answer.text
    answer = _edit(officer, address, "clear", 3)
    assert 'data-pinned="true"' not in answer.text


def test_what_somebody_else_edited_meanwhile_is_not_overwritten(officer: FlaskClient) -> None:
    address = _drafted(officer)
    assert _edit(officer, address, "solve").status_code == 200
    answer = _edit(officer, address, "solve")
    assert (answer.status_code, answer.get_json()["code"]) == (409, "plan.changed")


@pytest.mark.parametrize(
    "given",
    [{"step": "pin"}, {"step": "dance"}, {"step": "pin", "township": LALIN}],
    ids=["without a pair", "unknown", "without a commissioner"],
)
def test_a_step_that_says_too_little_is_refused(officer: FlaskClient, given: dict[str, str]) -> None:
    address = _drafted(officer)
    answer = officer.post(f"{address}/edits", data={"revision": 1, **given}, headers={"X-Fragment": "1"})
    assert answer.status_code == 422


def test_without_scripts_a_contradiction_is_said_on_the_page(officer: FlaskClient) -> None:
    address = _drafted(officer)
    answer = officer.post(
        f"{address}/edits?lang=en",
        data={"step": "pin", "revision": 1, "township": LALIN, "commissioner": "C-9999"},
    )
    assert answer.status_code == 422
    assert "is pinned but is no commissioner of this plan" in answer.text


def test_a_township_shows_its_reason_and_who_else_could_lead_it(officer: FlaskClient) -> None:
    address = _drafted(officer)
    fragment = officer.get(f"{address}/townships/{LALIN}", headers={"X-Fragment": "1"})
    assert "<html" not in fragment.text
    assert 'value="C-0001"' in fragment.text
    fragment = officer.get(f"{address}/townships/999999999", headers={"X-Fragment": "1"})
    assert fragment.status_code == 404


def test_the_address_of_a_township_opens_the_plan_with_that_township_chosen(officer: FlaskClient) -> None:
    address = _drafted(officer)
    answer = officer.get(f"{address}/townships/{LALIN}")
    assert (answer.status_code, answer.location) == (303, f"{address}?township={LALIN}")
    page = officer.get(f"{answer.location}&lang=en").text
    assert f'data-township="{LALIN}"' in page
    assert "Choose somebody else" in page
    assert 'id="plan-table"' in page
    assert officer.get(f"{address}?township=999999999").status_code == 404


def test_one_more_commissioner_is_asked_about_and_nothing_is_stored(officer: FlaskClient) -> None:
    address = _drafted(officer)
    answer = officer.get(f"{address}/what-if?specialty=crops.rice&near={LALIN}&capacity=1&lang=en")
    assert "No more than now: 4 of 4." in answer.text
    for wrong in ("capacity=0", "lon=1000&lat=0", "lon=x", "specialty=magic", "near=nowhere"):
        assert officer.get(f"{address}/what-if?{wrong}").status_code in (404, 422)


def test_publishing_is_confirmed_written_and_undone(officer: FlaskClient) -> None:
    address = _drafted(officer)
    confirmation = officer.get(f"{address}/publish?lang=en")
    assert "Exactly these 4 assignments will be proposed" in confirmation.text
    assert "kept, for a further term" in confirmation.text
    assert "将写入以下 4 项拟选派" in officer.get(f"{address}/publish?lang=zh_CN").text
    answer = officer.post(f"{address}/publish", data={"revision": 1})
    assert answer.status_code == 303
    assert "Published as 4 proposed assignments." in officer.get(f"{address}?lang=en").text
    assert officer.post(f"{address}/undo", data={"revision": 2}).status_code == 303
    assert (
        "The publication was undone: its proposals are withdrawn." in officer.get(f"{address}?lang=en").text
    )


def test_a_refused_publication_lists_what_changed(officer: FlaskClient) -> None:
    address, other = _drafted(officer), _drafted(officer, "另一方案")
    officer.post(f"{other}/publish", data={"revision": 1})
    assert "things have changed since this plan was solved" in officer.get(f"{address}?lang=en").text
    answer = officer.post(f"{address}/publish?lang=en", data={"revision": 1})
    assert answer.status_code == 409
    assert answer.text.count("has a commissioner now") == 3
    assert "Shanhe Zhen has a commissioner now" in answer.text


@pytest.mark.parametrize("faster", [1, 2], ids=["the same plan", "another plan"])
def test_a_refused_publication_does_not_say_that_there_is_nothing_to_publish(
    officer: FlaskClient, faster: int
) -> None:
    address = _drafted(officer)
    _drafted(officer, "另一方案")
    officer.post(f"/plan/{faster}/publish", data={"revision": 1})
    answer = officer.post(f"{address}/publish?lang=en", data={"revision": 1})
    assert answer.status_code == 409
    assert "nothing to publish" not in answer.text


def test_what_is_published_already_is_shown_rather_than_offered_once_more(officer: FlaskClient) -> None:
    address = _drafted(officer)
    officer.post(f"{address}/publish", data={"revision": 1})
    answer = officer.get(f"{address}/publish")
    assert (answer.status_code, answer.location) == (303, address)


def test_a_pair_that_lapses_is_not_counted_among_those_that_go_on(
    officer: FlaskClient, sqlite_context: Context
) -> None:
    proposed(sqlite_context, PINGFANG, "C-0003")
    proposed(sqlite_context, SHANHE, "C-0002", ends_on=date(2027, 5, 31))
    page = officer.get(_drafted(officer) + "/publish?lang=en").text
    assert "Exactly these 2 assignments will be proposed" in page
    assert "1 kept term lapses before the plan ends" in page
    assert "1 pair goes on as it is and needs nothing." in page
    assert "另有 1 对，照原样继续" in officer.get("/plan/1/publish?lang=zh_CN").text


def test_a_draft_is_renamed_copied_compared_and_discarded(officer: FlaskClient) -> None:
    address = _drafted(officer)
    officer.post(f"{address}/rename", data={"name": "新名称"})
    assert "新名称" in officer.get(address).text
    copy = str(officer.post(f"{address}/copy").location)
    _edit(officer, copy, "forbid", township=PINGFANG, commissioner="C-0003")
    compared = officer.get(f"/plan/compare?draft={address[6:]}&draft={copy[6:]}&lang=en")
    assert compared.status_code == 200
    assert officer.get(f"/plan/compare?draft={address[6:]}").status_code == 422
    assert officer.post(f"{copy}/discard").status_code == 303
    assert officer.get(copy).status_code == 404


def test_a_county_s_officer_plans_for_the_own_county_alone(app: Flask) -> None:
    bureau, county = client_of(app, Role.BUREAU_OFFICER), client_of(app, Role.COUNTY_OFFICER)
    everywhere = _drafted(bureau)
    assert county.get(everywhere).status_code == 404
    own = county.get(_drafted(county))
    assert f'data-code="{LALIN}"' in own.text
    assert f'data-code="{PINGFANG}"' not in own.text


@pytest.mark.parametrize("address", ["/plan", "/plan/1", "/plan/policy"])
def test_viewers_and_commissioners_do_not_plan(app: Flask, address: str) -> None:
    assert client_of(app, Role.VIEWER).get(address).status_code == 403


def test_a_change_of_the_policy_is_a_new_version_and_the_earlier_one_stays_readable(
    officer: FlaskClient,
) -> None:
    given = {"seen": "1", "max_km": "80", "detour_factor": "1.4", "unknown_km": "300", "nearest": "10"}
    answer = officer.post(
        "/plan/policy",
        data=given
        | {
            "least_fit": "0",
            "all_pairs_up_to": "500000",
            "fit/grain/crops.rice": "0.9",
            "quota/0/key": "county:230184",
            "quota/0/at_most": "2",
            "note": "水稻优先",
        },
    )
    assert answer.status_code == 303
    page = officer.get("/plan/policy?lang=en").text
    assert "version 2" in page
    assert 'name="max_km" value="80"' in page
    assert "水稻优先" in page
    earlier = officer.get("/plan/policy/1?lang=en").text
    assert "an earlier version" in earlier
    assert 'name="max_km" value=""' in earlier
    assert officer.get("/plan/policy/9").status_code == 404
    again = officer.post("/plan/policy", data=given)
    assert again.status_code == 409


@pytest.mark.parametrize(
    "wrong", [{"max_km": "far"}, {"fit/grain/crops.rice": "2"}, {"detour_factor": "0.1"}, {"nearest": "1.5"}]
)
def test_a_policy_that_cannot_be_used_is_said_beside_what_was_typed(
    officer: FlaskClient, wrong: dict[str, str]
) -> None:
    answer = officer.post("/plan/policy", data={"seen": "1", "note": "保留的说明"} | wrong)
    assert answer.status_code == 422
    assert "保留的说明" in answer.text
    assert next(iter(wrong.values())) in answer.text
    assert "is-wrong" in answer.text


@pytest.mark.parametrize("file_format", ["xlsx", "docx", "gpkg"])
def test_a_plan_is_taken_away_in_three_forms(officer: FlaskClient, file_format: str) -> None:
    address = _drafted(officer)
    answer = officer.get(f"{address}/export.{file_format}")
    assert answer.status_code == 200
    assert answer.cache_control.no_store
    assert answer.headers["Content-Disposition"].endswith(f".{file_format}")
    assert len(answer.data) > 1000


def test_who_cannot_be_spared_comes_after_the_rest_of_the_page(officer: FlaskClient) -> None:
    address = _drafted(officer)
    assert f'data-later="{address}/fragility"' in officer.get(address).text
    part = officer.get(f"{address}/fragility?lang=en", headers={"X-Fragment": "1"})
    assert 'id="plan-fragility"' in part.text
    assert "<html" not in part.text
    assert "data-later" not in officer.get(address).text
    assert officer.get(f"{address}/fragility").text.startswith("<!doctype html>")


def test_who_costs_most_is_shown_and_the_long_tail_of_those_who_cannot_be_spared_is_folded(
    officer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def row(number: int, townships: list[str]) -> dict[str, object]:
        repair = Message("Nobody else can take over.")
        return {
            "commissioner": f"C-{number}",
            "name": f"员{number}",
            "townships": townships,
            "repair": repair,
        }

    found = [row(1, [LALIN, SHANHE]), *(row(n, [LALIN]) for n in range(2, 30)), row(30, [])]
    monkeypatch.setattr(pages, "read_fragility", lambda *_, **__: found)
    part = officer.get(f"{_drafted(officer)}/fragility?lang=en", headers={"X-Fragment": "1"}).text
    head, tail, replaced = part.split("<details")
    assert [f">员{n}<" in head for n in (1, 2, 12, 13, 30)] == [True, True, True, False, False]
    assert [f">员{n}<" in tail for n in (1, 13, 29, 30)] == [False, True, True, False]
    assert ">员30<" in replaced
    assert "1 of them alone would leave several townships without." in head


def test_a_plan_whose_term_has_passed_is_refused_as_input_that_cannot_be_used(
    officer: FlaskClient, sqlite_context: Context
) -> None:
    address = _drafted(officer)
    ahead = replace(sqlite_context, now=lambda: sqlite_context.now() + timedelta(days=400))
    app = create_app(context=ahead)
    app.config["WTF_CSRF_ENABLED"] = False
    later = app.test_client()
    sign_in(later, ahead, make_account(ahead, Role.BUREAU_OFFICER))
    assert later.post(f"{address}/publish", data={"revision": 1}).status_code == 422


def test_a_refusal_of_an_edit_names_places_to_readers_of_english_in_pinyin(
    officer: FlaskClient, sqlite_context: Context
) -> None:
    address = _drafted(officer)
    officer.get(f"{address}?lang=en")
    recuse_commissioner(sqlite_context, "C-0002", SHANHE, "亲属", by=OFFICER)
    answer = _edit(officer, address, "pin", township=SHANHE, commissioner="C-0002")
    assert answer.status_code == 422
    assert "李四 is pinned to Shanhe Zhen but recused from it: 亲属." in answer.text


def test_the_answer_to_what_if_names_places_in_pinyin_and_leads_to_them(officer: FlaskClient) -> None:
    address = _drafted(officer, county_codes=[SHANHE[:6]])
    for number, one in enumerate(("C-0001", "C-0002", "C-0003"), start=1):
        _edit(officer, address, "forbid", number, township=SHANHE, commissioner=one)
    page = officer.get(f"{address}/what-if?lang=en").text
    assert f'<a href="{address}?township={SHANHE}" data-open="{SHANHE}">Shanhe Zhen 山河镇</a>' in page
