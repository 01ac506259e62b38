"""The page of assigning and its forms: fragments, refusals, and names that stay text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from tests.accounts import make_account, sign_in
from tests.services.assigning import WUCHANG, on_notice, proposed
from tests.services.small_register import LALIN, PINGFANG, SHAHE, SHANHE, fill, rows

HOSTILE = "<img src=x onerror=alert(1)>"
FORM = {
    "township_code": SHANHE,
    "commissioner_id": "C-0002",
    "starts_on": "2026-12-01",
    "ends_on": "2027-11-30",
}
PDF = b"%PDF-1.7\ntrailer<<>>\n%%EOF\n"
FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def register(sqlite_context: Context) -> Context:
    fill(sqlite_context)
    return sqlite_context


def client_of(context: Context, role: Role = Role.BUREAU_OFFICER, *counties: str) -> FlaskClient:
    opened = replace(context, settings=replace(context.settings, locale="en"))
    app = create_app(context=opened)
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.environ_base["HTTP_X_FRAGMENT"] = "1"  # as the page's own script asks
    sign_in(client, opened, make_account(opened, role, county_codes=counties))
    return client


def test_the_page_carries_the_queue_the_map_and_no_inline_style_or_handler(register: Context) -> None:
    answer = client_of(register).get("/assign")
    assert answer.status_code == 200
    assert answer.text.count('data-work="uncovered"') == 3
    assert "drawAssigning" in answer.text
    assert " style=" not in answer.text
    assert " onclick=" not in answer.text


def test_who_comes_straight_to_a_part_of_the_page_is_led_to_the_page(register: Context) -> None:
    client = client_of(register)
    del client.environ_base["HTTP_X_FRAGMENT"]
    assert client.get(f"/assign/townships/{LALIN}").location == f"/assign?township={LALIN}"
    assert client.get("/assign/commissioners/C-0002?more=1").location == "/assign?commissioner=C-0002"
    assert client.get(f"/assign/several?township={SHAHE}").location == "/assign"
    assert client.get("/assign").status_code == 200


@pytest.mark.parametrize("role", [Role.VIEWER, Role.COMMISSIONER])
def test_who_may_not_propose_is_turned_away(register: Context, role: Role) -> None:
    client = client_of(register, role)
    assert client.get("/assign").status_code == 403
    refused = client.post("/assign/proposals", data=FORM, headers=FRAGMENT)
    assert refused.status_code == 403
    assert refused.mimetype == "application/problem+json"


def test_who_is_not_logged_in_is_sent_to_log_in(register: Context) -> None:
    client = create_app(context=register).test_client()
    answer = client.get("/assign?township=230184101")
    assert answer.status_code == 303
    assert "/login" in answer.location


def test_a_form_without_its_token_is_refused(register: Context) -> None:
    client = client_of(register)
    client.application.config["WTF_CSRF_ENABLED"] = True
    refused = client.post("/assign/proposals", data=FORM, headers=FRAGMENT)
    assert (refused.status_code, refused.json["code"]) == (403, "forbidden.form")  # type: ignore[index]
    assert len(rows(register, schema.assignments)) == 1


def test_a_proposal_answers_what_was_done_and_how_to_take_it_back(register: Context) -> None:
    client = client_of(register)
    done = client.post("/assign/proposals", data=FORM | {"note": " 优先 "}, headers=FRAGMENT).json
    assert done is not None
    assert done["township"] == SHANHE
    (undo,) = done["undo"]
    assert rows(register, schema.assignments, schema.assignments.c.id)[-1]["note"] == "优先"
    taken_back = client.post(
        f"/assign/assignments/{undo['id']}/undo", data={"revision": undo["revision"]}, headers=FRAGMENT
    )
    assert taken_back.status_code == 200
    assert rows(register, schema.assignments, schema.assignments.c.id)[-1]["state"] == "withdrawn"


def test_who_comes_second_is_told_in_words_with_409(register: Context) -> None:
    first, second = client_of(register, Role.COUNTY_OFFICER, WUCHANG), client_of(register)
    assert first.post("/assign/proposals", data=FORM).status_code == 200
    refused = second.post("/assign/proposals", data=FORM | {"commissioner_id": "C-0003"}, headers=FRAGMENT)
    assert refused.status_code == 409
    assert "county_officer has done this: propose" in refused.json["title"]  # type: ignore[index]


def test_an_outdated_form_is_told_who_was_faster(register: Context) -> None:
    standing = proposed(register)
    first, second = client_of(register, Role.COUNTY_OFFICER, WUCHANG), client_of(register)
    address = f"/assign/assignments/{standing.id}"
    assert first.post(f"{address}/put_on_notice", data={"revision": 1}).status_code == 200
    refused = second.post(f"{address}/withdraw", data={"revision": 1}, headers=FRAGMENT)
    assert refused.status_code == 409
    assert "put on public notice" in refused.json["title"]  # type: ignore[index]
    assert second.post(f"{address}/withdraw", data={}, headers=FRAGMENT).status_code == 404


def test_the_queue_is_sent_again_only_when_something_changed(register: Context) -> None:
    client = client_of(register)
    first = client.get("/assign/queue", headers=FRAGMENT)
    again = {"If-None-Match": first.headers["ETag"]} | FRAGMENT
    assert client.get("/assign/queue", headers=again).status_code == 304
    proposed(register)
    changed = client.get("/assign/queue", headers=again)
    assert changed.status_code == 200
    assert 'data-work="proposed"' in changed.text


def test_names_and_notes_stay_text(register: Context) -> None:
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        for table in (schema.commissioners, schema.products):
            connection.execute(update(table).values(name=HOSTILE))
        connection.execute(
            update(schema.townships).where(schema.townships.c.code == SHANHE).values(name=HOSTILE)
        )
    proposed(register, note=HOSTILE)
    client = client_of(register)
    for address in (
        "/assign",
        f"/assign/townships/{LALIN}",
        f"/assign/townships/{SHANHE}",
        "/assign/commissioners?q=%3Cimg",
        "/assign/commissioners/C-0002?q=%22%3E%3Cscript%3E",
        f"/assign/several?township={SHAHE}&township={PINGFANG}&note=%22%3E%3Cscript%3E",
        f"/assign/compare?township={SHAHE}&commissioner=C-0002&commissioner=C-0003",
    ):
        answer = client.get(address, headers=FRAGMENT)
        assert answer.status_code == 200, address
        assert "<img src=x" not in answer.text
        assert '"><script>' not in answer.text


def test_what_cannot_be_read_is_said_at_its_field(register: Context) -> None:
    refused = client_of(register).post(
        "/assign/proposals", data=FORM | {"starts_on": "morgen"}, headers=FRAGMENT
    )
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/starts_on"  # type: ignore[index]


def test_several_are_looked_at_first_and_written_together(register: Context) -> None:
    client = client_of(register)
    preview = client.get(f"/assign/several?township={SHAHE}&township={PINGFANG}")
    assert preview.text.count("<select name=") == 2
    assert len(rows(register, schema.assignments)) == 1
    data = {"township": [SHAHE, PINGFANG], "commissioner": ["C-0002", "C-0003"]} | {
        name: FORM[name] for name in ("starts_on", "ends_on")
    }
    done = client.post("/assign/several", data=data, headers=FRAGMENT).json
    assert done is not None
    assert len(done["undo"]) == 2


def test_an_agreement_is_uploaded_and_comes_back_as_a_file_only(register: Context) -> None:
    standing = on_notice(register)
    client = client_of(register)
    sent = client.post(
        f"/assign/assignments/{standing.id}/submit_agreement",
        data={"revision": standing.revision, "file": (BytesIO(PDF), "协议.pdf")},
        headers=FRAGMENT,
    )
    assert sent.status_code == 200
    with client.get("/assign/agreements/1") as answer:
        assert answer.data == PDF
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_what_a_township_needs_is_noted_met_and_opened_again_on_its_desk(register: Context) -> None:
    client = client_of(register, Role.COUNTY_OFFICER, WUCHANG)
    desk = f"/assign/townships/{LALIN}"
    assert "No need is noted." in client.get(desk).text
    said = client.post(f"{desk}/demands", data={"text": HOSTILE}, headers=FRAGMENT)
    assert said.get_json() == {"message": "The need was noted.", "undo": []}
    page = client.get(desk).text
    assert (HOSTILE in page, "&lt;img src=x onerror=alert(1)&gt;" in page) == (False, True)
    met = client.post("/assign/demands/1/met", data={"answer": "专家到场", "revision": "1"}, headers=FRAGMENT)
    assert met.status_code == 200
    assert "met on 22 Nov 2026: 专家到场" in client.get(desk).text
    assert "met on 22 Nov 2026: 专家到场" in client.get(f"/townships/{LALIN}").text
    late = client.post("/assign/demands/1/met", data={"answer": "x", "revision": "1"}, headers=FRAGMENT)
    assert (late.status_code, late.get_json()["code"]) == (409, "demand.changed")
    assert client.post("/assign/demands/1/reopen", data={"revision": "2"}).status_code == 200
    assert client.post("/assign/demands/1/met", data={"answer": "x"}).status_code == 422
    other = client.post(f"/assign/townships/{PINGFANG}/demands", data={"text": "x"}, headers=FRAGMENT)
    assert (other.status_code, other.get_json()["code"]) == (403, "forbidden.county")


def test_a_recusal_names_only_people_in_service_by_their_institution(register: Context) -> None:
    gone = schema.commissioners.c.id == "C-0003"
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(schema.commissioners).where(gone).values(retired_on=date(2026, 11, 1)))
    page = client_of(register).get(f"/assign/townships/{SHANHE}").text
    choice = page[page.index('<select name="commissioner_id"') :].split("</select>")[0]
    assert '<optgroup label="东北农业大学">' in choice
    assert [code for code in ("C-0001", "C-0002", "C-0003") if code in choice] == ["C-0001", "C-0002"]


def test_who_is_recused_is_shown_on_the_desk_and_let_in_again(register: Context) -> None:
    client = client_of(register)
    desk = f"/assign/townships/{SHANHE}"
    asked = {"township_code": SHANHE, "commissioner_id": "C-0002", "reason": "亲属在该镇任职"}
    assert client.post("/assign/recusals", data=asked, headers=FRAGMENT).status_code == 200
    page = client.get(desk).text
    assert "亲属在该镇任职" in page
    assert 'action="/assign/recusals/1/lift"' in page
    assert client.post("/assign/recusals/1/lift", headers=FRAGMENT).status_code == 200
    assert "/assign/recusals/1/lift" not in client.get(desk).text
    again = client.post("/assign/recusals/1/lift", headers=FRAGMENT)
    assert (again.status_code, again.get_json()["code"]) == (409, "recusal.lifted")
