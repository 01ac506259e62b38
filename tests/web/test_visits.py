"""The pages of visits: by right, in both languages, with hostile text kept as text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import update

from fieldapp.app import create_app
from fieldapp.domain.confirmations import Answer
from fieldapp.domain.permissions import Person, Role
from fieldapp.domain.reviewing import ReviewStep
from fieldapp.domain.visits import Review
from fieldapp.persistence import schema
from fieldapp.services.answer_confirmation import answer_confirmation
from fieldapp.services.context import Context
from fieldapp.services.make_confirmation import make_confirmation, show_slip
from fieldapp.services.note_phone import PhoneState, note_phone
from fieldapp.services.review_visit import review_visit
from fieldapp.services.withdraw_visit import withdraw_visit
from tests.accounts import make_account, sign_in
from tests.services.small_register import LALIN, fill, rows
from tests.services.visits import ONE, commissioner, record

HOSTILE = "<img src=x onerror=alert(1)>\u202e'; drop table"
PAGES = (
    "/visits",
    "/visits?review=approved&since=2026-01-01&search=x",
    f"/visits/{ONE}",
    "/visits/review",
    "/visits/review/grade-a",
    "/visits/phones",
)
ENDED = {"ended_at": "2026-11-20T15:00:00+08:00", "fix": None}
Client = Callable[..., FlaskClient]


@pytest.fixture
def me(sqlite_context: Context) -> Person:
    """The commissioner of 拉林满族镇, with one visit there that says something hostile."""
    fill(sqlite_context)
    me = commissioner(sqlite_context)
    record(sqlite_context, me, content=HOSTILE)
    return me


@pytest.fixture
def client_of(sqlite_context: Context, me: Person) -> Client:
    def make(role: Role = Role.BUREAU_OFFICER, person: Person | None = None, **more: object) -> FlaskClient:
        client = create_app(context=sqlite_context).test_client()
        sign_in(client, sqlite_context, person or make_account(sqlite_context, role, **more))  # type: ignore[arg-type]
        return client

    return make


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return unescape(found[1])


def post(client: FlaskClient, address: str, page: str, **form: object):  # type: ignore[no-untyped-def]
    return client.post(address, data={"csrf_token": hidden(page, "csrf_token"), **form})


def sheet_of(client: FlaskClient, address: str) -> list[list[str]]:
    with client.get(address) as answer:
        return list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))


def stored_review(context: Context) -> str:
    (visit,) = rows(context, schema.visits)
    return str(visit["review"])


@pytest.mark.parametrize("address", PAGES)
def test_what_people_wrote_stays_text(client_of: Client, address: str) -> None:
    page = client_of().get(address)
    assert page.status_code == 200
    assert "<img src=x" not in page.text


@pytest.mark.parametrize("address", PAGES)
def test_every_page_is_whole_in_english(client_of: Client, address: str) -> None:
    client = client_of()
    client.get("/?lang=en")
    page = re.sub(
        r"<script\b.*?</script>|<[^>]*lang=\"zh-CN\"[^>]*>[^<]*|<[^>]*>", " ", client.get(address).text
    )
    names = "拉林满族镇|五常市|平房区|山河镇|张三|东北农业大学"
    assert re.findall(r"[\u3400-\u9fff]+", re.sub(names, "", page)) == []


def test_the_list_is_filtered_and_taken_away_as_it_is_shown(client_of: Client) -> None:
    client = client_of()
    assert f"/visits/{ONE}" in client.get("/visits?search=lalin").text
    assert f"/visits/{ONE}" not in client.get("/visits?search=nobody").text
    assert f"/visits/{ONE}" not in client.get("/visits?review=approved").text
    assert f"/visits/{ONE}" in client.get(f"/visits?county=230184&township={LALIN}&awaiting_photos=1").text
    sheet = sheet_of(client, "/visits.csv?search=lalin")
    assert len(sheet) == 2
    assert str(ONE) in sheet[1]
    assert len(sheet_of(client, "/visits.csv?review=rejected")) == 1
    assert client.get("/visits?since=soon").status_code == 422
    assert client.get("/visits?page=999999&search=%25&sort=nonsense").status_code == 200


@pytest.mark.parametrize("address", ["/visits", f"/visits/{ONE}", "/visits/review", "/visits/phones"])
def test_days_and_moments_are_in_one_form_for_people(client_of: Client, address: str) -> None:
    client = client_of()
    shown = re.sub(r"<script\b.*?</script>|<[^>]*>", " ", client.get(address).text, flags=re.DOTALL)
    assert re.findall(r"\d{4}-\d{2}-\d{2}", shown) == []


def test_who_sees_what(client_of: Client, me: Person) -> None:
    assert f"/visits/{ONE}" in client_of(person=me).get("/visits").text
    assert f"/visits/{ONE}" in client_of(Role.VIEWER).get("/visits").text
    neighbour = client_of(Role.COUNTY_OFFICER, username="pingfang", county_codes=["230108"])
    assert f"/visits/{ONE}" not in neighbour.get("/visits").text
    assert neighbour.get(f"/visits/{ONE}").status_code == 404
    assert neighbour.get(f"/visits/review?visit={ONE}").status_code == 404
    assert client_of(Role.VIEWER, username="leader").get("/visits/review").status_code == 403


def test_an_officer_goes_through_the_queue_and_takes_back(
    client_of: Client, sqlite_context: Context, me: Person
) -> None:
    other = UUID(int=ONE.int + 1)
    record(sqlite_context, me, other, started_at="2026-11-20T10:10:00+08:00")
    client = client_of()
    page = client.get("/visits/review").text
    first = re.search(r"/visits/([0-9a-f-]{36})/review", page)
    assert first is not None
    form = {"revision": 1, "seen": "submitted", "from": "queue", "next": hidden(page, "next")}
    answer = post(client, first[0], page, step="approve", **form)
    assert answer.status_code == 303
    after = client.get(answer.location).text
    assert 'data-key="u"' in after
    assert f"/visits/{hidden(page, 'next')}/review" in after
    undone = post(client, first[0], after, step="undo", revision=1, seen="approved", **{"from": "queue"})
    assert undone.status_code == 303
    assert {row["review"] for row in rows(sqlite_context, schema.visits)} == {"submitted"}


def test_a_stale_decision_is_refused_with_who_was_faster_and_what_was_typed(
    client_of: Client, sqlite_context: Context
) -> None:
    client = client_of()
    page = client.get("/visits/review?county=230184").text
    faster = make_account(sqlite_context, Role.ADMINISTRATOR, display_name="王科长")
    review_visit(sqlite_context, ONE, ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=faster)
    answer = post(
        client,
        f"/visits/{ONE}/review?county=230184",
        page,
        step="reject",
        text="照片与内容不符",
        revision=1,
        seen="submitted",
        **{"from": "queue"},
    )
    assert answer.status_code == 409
    assert "王科长" in answer.text
    assert "照片与内容不符" in answer.text  # though a rejection is no step any more
    assert '<option value="230184" selected>' in answer.text
    assert stored_review(sqlite_context) == "approved"


def test_the_steps_of_a_filtered_queue_lead_on_within_it(client_of: Client) -> None:
    client = client_of()
    page = client.get("/visits/review?county=230184").text
    address = f"/visits/{ONE}/review?county=230184"
    assert f'action="{address}"' in page
    form = {"step": "approve", "revision": 1, "seen": "submitted", "from": "queue"}
    done = post(client, address, page, **form)
    assert "county=230184" in done.location
    assert f'action="{address}"' in client.get(done.location).text  # to take it back


def test_a_reason_that_speaks_of_another_visit_leads_to_it(
    client_of: Client, me: Person, sqlite_context: Context
) -> None:
    other = UUID("0197a0b0-0000-7000-8000-000000000009")
    record(sqlite_context, me, other, content="同时另一处")  # at the same time, with the same photo
    link = f'<a href="/visits/{other}">Open that visit</a>'
    shown = client_of().get(f"/visits/review?visit={ONE}&lang=en").text
    assert f"in the same township was going on at that time. {link}" in shown
    again = client_of(Role.COUNTY_OFFICER, username="wuchang", county_codes=["230184"])
    back = again.get(f"/visits/{other}?lang=en").text
    assert f'already used for the visit of 20 Nov 2026. <a href="/visits/{ONE}">' in back
    assert "有一张照片已在2026年11月20日的服务日志中用过。" in again.get(f"/visits/{other}?lang=zh_CN").text


def test_the_page_of_a_township_leads_to_its_visits(client_of: Client) -> None:
    assert f'<a class="cell-link" href="/visits/{ONE}">' in client_of().get(f"/townships/{LALIN}").text


def test_a_question_without_words_is_told(client_of: Client) -> None:
    client = client_of()
    page = client.get("/visits/review").text
    form = {"revision": 1, "seen": "submitted", "from": "queue"}
    answer = post(client, f"/visits/{ONE}/review", page, step="question", **form)
    assert (answer.status_code, 'role="alert"' in answer.text) == (422, True)
    assert post(client, f"/visits/{ONE}/review", page, step="dance", **form).status_code == 422


def test_the_commissioner_answers_on_the_page_of_the_visit(
    client_of: Client, sqlite_context: Context, me: Person
) -> None:
    officer = make_account(sqlite_context, Role.BUREAU_OFFICER)
    review_visit(
        sqlite_context,
        ONE,
        ReviewStep.QUESTION,
        text="<b>人数</b>？",
        revision=1,
        seen=Review.SUBMITTED,
        by=officer,
    )
    client = client_of(person=me)
    page = client.get(f"/visits/{ONE}").text
    assert "&lt;b&gt;人数&lt;/b&gt;？" in page
    form = {"id": hidden(page, "id"), "text": "12 人"}
    assert post(client, f"/visits/{ONE}/notes", page, **form).status_code == 303
    assert post(client, f"/visits/{ONE}/notes", page, **form).status_code == 303  # sent twice
    assert stored_review(sqlite_context) == "submitted"
    assert len(rows(sqlite_context, schema.visit_notes)) == 2


def test_grade_a_is_shown_before_it_is_approved(client_of: Client, sqlite_context: Context) -> None:
    client = client_of()
    page = client.get("/visits/review").text
    answer = post(client, "/visits/review/grade-a", page, digest="x" * 64, visit=str(ONE))
    assert (answer.status_code, stored_review(sqlite_context)) == (409, "submitted")


def test_of_grade_a_each_is_ticked_and_what_is_ticked_is_approved(
    client_of: Client, sqlite_context: Context, me: Person
) -> None:
    other = UUID(int=ONE.int + 1)
    record(sqlite_context, me, photos=[], base_revision=1)
    record(sqlite_context, me, other, photos=[], started_at="2026-11-20T13:00:00+08:00", **ENDED)
    with sqlite_context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(update(schema.visits).values(grade="A"))
    client, address = client_of(), "/visits/review/grade-a"
    page = client.get(address).text
    assert re.findall(r'name="visit" value="([^"]+)" checked', page) == [str(ONE), str(other)]
    nothing = post(client, address, page, digest=hidden(page, "digest"))
    assert nothing.status_code == 422
    assert "checked" not in nothing.text.split("<tbody>")[1]
    assert post(client, address, page, digest=hidden(page, "digest"), visit="1").status_code == 422
    done = post(client, address, page, digest=hidden(page, "digest"), visit=str(other))
    assert (done.status_code, done.location.split("?")[1]) == (303, "approved=1")
    kept = {row["id"]: row["review"] for row in rows(sqlite_context, schema.visits)}
    assert kept == {ONE: "submitted", other: "approved"}


def test_the_slip_is_printed_and_leads_its_reader_to_the_visit(
    client_of: Client, sqlite_context: Context, me: Person
) -> None:
    client = client_of(person=me)
    page = client.get(f"/visits/{ONE}").text
    made = post(client, f"/visits/{ONE}/confirmation", page)
    slip = client.get(made.location)
    assert slip.status_code == 200
    assert "<svg" in slip.text
    assert "<img src=x" not in slip.text
    address = re.search(r'value="http://localhost(/confirm/[^"]+)"', slip.text)
    code = re.search(r'slip-code">([^<]+)<', slip.text)
    assert address is not None
    assert code is not None
    recipient = create_app(context=sqlite_context).test_client()
    entry = recipient.get("/confirm").text
    found = post(recipient, "/confirm", entry, code=code[1].lower())
    assert (found.status_code, found.location) == (303, address[1])
    shown = recipient.get(address[1])
    assert "<img src=x" not in shown.text
    assert "张三" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    nothing = post(recipient, address[1], shown.text, stars="")
    assert nothing.status_code == 422
    assert post(recipient, address[1], shown.text, stars="4", comment=HOSTILE).status_code == 303
    assert recipient.get(address[1]).status_code == 404
    officer = client_of(Role.ADMINISTRATOR)
    page = officer.get(f"/visits/{ONE}").text
    assert "<img src=x" not in page
    assert "★★★★☆" in page
    approving = re.search(rf"/visits/{ONE}/confirmation/\d+/approve", page)
    assert approving is not None
    assert post(officer, approving[0], page).status_code == 303
    assert rows(sqlite_context, schema.visits)[0]["confirmation_approved"] is True


@pytest.mark.parametrize("changed_before", [False, True])
def test_officers_are_told_of_an_approved_visit_that_was_deleted(
    client_of: Client, sqlite_context: Context, me: Person, changed_before: bool
) -> None:
    officer = client_of(Role.BUREAU_OFFICER)
    by = make_account(sqlite_context, Role.ADMINISTRATOR)
    review_visit(sqlite_context, ONE, ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=by)
    if changed_before:
        record(sqlite_context, me, base_revision=1, content="改过再删")
    withdraw_visit(sqlite_context, ONE, base_revision=2 if changed_before else 1, by=me)
    told = "近 90 天内科技特派员删除的已批准服务日志：1"
    for address in ("/visits", f"/townships/{LALIN}"):
        page = officer.get(address).text
        assert told in page
        assert f"/visits/{ONE}" in page
        assert told not in client_of(person=me).get(address).text
    (event,) = [
        row for row in rows(sqlite_context, schema.audit_events) if row["action"] == "visit.withdrawn"
    ]
    assert event["before"]["review"] == ("submitted" if changed_before else "approved")


def test_of_a_deleted_visit_that_nobody_had_approved_nothing_is_told(
    client_of: Client, sqlite_context: Context, me: Person
) -> None:
    by = make_account(sqlite_context, Role.ADMINISTRATOR)
    review_visit(sqlite_context, ONE, ReviewStep.APPROVE, revision=1, seen=Review.SUBMITTED, by=by)
    review_visit(sqlite_context, ONE, ReviewStep.UNDO, revision=1, seen=Review.APPROVED, by=by)
    withdraw_visit(sqlite_context, ONE, base_revision=1, by=me)
    assert "deleted-visits" not in client_of(Role.BUREAU_OFFICER).get("/visits").text


def test_the_recipient_denies_a_visit_and_officers_alone_read_why(
    client_of: Client, sqlite_context: Context, me: Person
) -> None:
    make_confirmation(sqlite_context, ONE, by=me)
    address = f"/confirm/{show_slip(sqlite_context, ONE, by=me).secret}"
    recipient = create_app(context=sqlite_context).test_client()
    page = recipient.get(address).text
    nothing = post(recipient, f"{address}/deny", page, comment="那天下雨")
    assert (nothing.status_code, "那天下雨" in nothing.text) == (422, True)
    assert re.search(r"<details[^>]* open", nothing.text)
    told = {"denial": "not_happened", "comment": f"没有人来 {HOSTILE}"}
    assert post(recipient, f"{address}/deny", page, **told).status_code == 303
    assert post(recipient, f"{address}/deny", page, **told).status_code == 404
    officer = client_of(Role.ADMINISTRATOR)
    queue = officer.get("/visits/review").text
    assert "没有人来" in queue
    assert "<img src=x" not in queue
    assert "被服务对象否认" in officer.get("/visits?denied=1").text
    own = client_of(person=me).get(f"/visits/{ONE}").text
    assert "服务没有发生" in own
    assert "没有人来" not in own


def test_a_wrong_code_and_an_expired_link_look_alike(client_of: Client, sqlite_context: Context) -> None:
    client = client_of()
    assert client.get(f"/visits/{ONE}/confirmation").status_code == 409
    officer = make_account(sqlite_context, Role.ADMINISTRATOR)
    make_confirmation(sqlite_context, ONE, by=officer)
    code = show_slip(sqlite_context, ONE, by=officer).code
    recipient = create_app(context=sqlite_context).test_client()
    entry = recipient.get("/confirm").text
    wrong = post(recipient, "/confirm", entry, code="AAAA-BBBB-CCCC")
    link = recipient.get("/confirm/AAAABBBBCCCC")
    assert wrong.status_code == link.status_code == 404
    said = [re.search(r'role="alert"><strong>([^<]+)<', page.text) for page in (wrong, link)]
    assert said[0] is not None
    assert said[1] is not None
    assert said[0][1] == said[1][1]
    assert code not in wrong.text


def test_the_stamped_paper_is_photographed_checked_and_shown_to_officers(
    client_of: Client, sqlite_context: Context
) -> None:
    officer = make_account(sqlite_context, Role.ADMINISTRATOR)
    make_confirmation(sqlite_context, ONE, by=officer)
    address = f"/confirm/{show_slip(sqlite_context, ONE, by=officer).secret}"
    recipient = create_app(context=sqlite_context).test_client()
    page = recipient.get(address).text
    wrong = post(recipient, address, page, photo=(io.BytesIO(b"<script>"), "stamp.jpg"))
    assert (wrong.status_code, 'role="alert"' in wrong.text) == (422, True)
    picture = io.BytesIO()
    Image.new("RGB", (80, 60), "red").save(picture, "JPEG")
    picture.seek(0)
    assert post(recipient, address, page, photo=(picture, "stamp.jpg")).status_code == 303
    client = client_of(Role.BUREAU_OFFICER)
    shown = re.search(rf"/visits/{ONE}/confirmation/\d+/thumbnail.jpg", client.get(f"/visits/{ONE}").text)
    assert shown is not None
    assert client.get(shown[0]).mimetype == "image/jpeg"
    assert client_of(Role.VIEWER, username="leader").get(shown[0]).status_code == 403


def test_who_has_not_synced_is_shown_and_reminded(
    client_of: Client, sqlite_context: Context, me: Person
) -> None:
    client = client_of()
    page = client.get("/visits/phones").text
    assert "张三" in page
    assert post(client, "/visits/phones/C-0001/remind", page).status_code == 409
    now = sqlite_context.now()
    note_phone(sqlite_context, UUID(int=9), PhoneState(2, now, "1.0", True, now), by=me)
    page = client.get("/visits/phones?pending=1").text
    assert "张三" in page
    assert post(client, "/visits/phones/C-0001/remind", page).status_code == 303
    assert note_phone(sqlite_context, UUID(int=9), PhoneState(2, now, "1.0", True, now), by=me) is not None
    assert note_phone(sqlite_context, UUID(int=9), PhoneState(0, None, "1.0", True, now), by=me) is None


def test_the_history_names_the_recipient_in_the_language_of_the_page(
    sqlite_context: Context, me: Person, client_of: Client
) -> None:
    make_confirmation(sqlite_context, ONE, by=me)
    slip = show_slip(sqlite_context, ONE, by=me)
    answer_confirmation(sqlite_context, slip.secret, Answer(5, ""))
    client = client_of()
    history = client.get(f"/visits/{ONE}").text.partition("visit-history")[2]
    assert "<strong>服务对象</strong>" in history
    assert "recipient" not in history
    english = client.get(f"/visits/{ONE}?lang=en").text.partition("visit-history")[2]
    assert "<strong>the recipient of the visit</strong>" in english
