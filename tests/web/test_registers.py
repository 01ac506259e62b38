"""The pages of the registers: by right, in both languages, and with what was typed kept."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from html import unescape

import pytest
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from tests.accounts import make_account, sign_in
from tests.services.small_register import LALIN, PINGFANG, bring_in, counts, fill, rows, write_csv

HOSTILE = "<img src=x onerror=alert(1)>"
PAGES = (
    "/townships",
    f"/townships/{LALIN}",
    "/commissioners",
    "/commissioners/C-0001",
    "/commissioners/C-0001/edit",
    "/commissioners/C-0002/merge?into=C-0003",
    "/commissioners/new",
    "/institutions",
    "/institutions/1",
    "/institutions/new",
    "/products",
    "/products/1",
    "/products/1/edit",
    f"/townships/{LALIN}/products/new",
)
Client = Callable[..., FlaskClient]


@pytest.fixture
def register(sqlite_context: Context) -> Context:
    fill(sqlite_context)
    return sqlite_context


@pytest.fixture
def client_of(register: Context) -> Client:
    def make(role: Role = Role.BUREAU_OFFICER, **more: object) -> FlaskClient:
        client = create_app(context=register).test_client()
        sign_in(client, register, make_account(register, role, **more))  # type: ignore[arg-type]
        return client

    return make


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return unescape(found[1])


def post(client: FlaskClient, form_at: str, to: str | None = None, **values: object) -> TestResponse:
    """Post a form as the page at ``form_at`` gives it out."""
    page = client.get(form_at).text
    kept = {
        name: hidden(page, name) for name in ("csrf_token", "revision", "was") if f'name="{name}"' in page
    }
    return client.post(to or form_at, data=kept | values)


def fetched(client: FlaskClient, path: str) -> bytes:
    """The content of a file; its answer is closed as a server closes it."""
    with client.get(path) as answer:
        assert answer.status_code == 200
        return answer.data


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_an_officer_reads_every_page_in_both_languages(client_of: Client, path: str, language: str) -> None:
    answer = client_of().get(path, query_string={"lang": language} if "?" not in path else None)
    assert answer.status_code == 200
    assert "<h1" in answer.text


def test_the_navigation_names_what_is_open_to_the_reader(client_of: Client) -> None:
    assert 'href="/institutions"' in client_of().get("/commissioners").text
    page = client_of(Role.VIEWER).get("/commissioners").text
    assert 'href="/institutions"' not in page
    assert 'href="/products"' in page
    assert "/commissioners/new" not in page
    assert "13800000001" not in page


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_no_two_entries_of_the_navigation_bear_one_name(client_of: Client, role: Role, language: str) -> None:
    page = client_of(role).get("/townships", query_string={"lang": language}).text
    navigation = page[page.index('class="site-nav"') : page.index("</nav>")]
    names = re.findall(r">([^<>]+)</a>", navigation)
    assert len(names) > 2
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("address", "entry"),
    [
        ("/commissioners", '<a href="/commissioners" aria-current="page">'),
        ("/commissioners/C-0001/edit", '<a href="/commissioners" aria-current="true">'),
        (f"/townships/{LALIN}", '<a href="/townships" aria-current="true">'),
    ],
)
def test_the_navigation_shows_in_which_part_a_page_is(client_of: Client, address: str, entry: str) -> None:
    page = client_of().get(address).text
    navigation = page[page.index('class="site-nav"') : page.index("</nav>")]
    assert entry in navigation
    assert navigation.count("aria-current") == 1


def test_a_stale_form_is_a_conflict_that_names_the_change_and_keeps_what_was_typed(client_of: Client) -> None:
    slow, fast = client_of(), client_of(username="liu")
    old = slow.get("/commissioners/C-0001/edit?lang=en").text
    typed = {"name": "张三", "kind": "individual", "institution": "东北农业大学", "capacity": "1"}
    assert post(fast, "/commissioners/C-0001/edit", **typed, note="快").status_code == 303
    kept = {name: hidden(old, name) for name in ("csrf_token", "revision", "was")}
    refused = slow.post("/commissioners/C-0001/edit", data=kept | typed | {"note": "慢而且长"})
    assert refused.status_code == 409
    assert "changed by liu" in refused.text
    assert "慢而且长" in refused.text
    assert "快" in refused.text
    again = {name: hidden(refused.text, name) for name in ("csrf_token", "revision", "was")}
    answer = slow.post("/commissioners/C-0001/edit", data=again | typed | {"note": "慢而且长"})
    assert answer.status_code == 303
    assert "慢而且长" in slow.get("/commissioners/C-0001").text


def test_a_form_that_says_nonsense_of_what_it_was_made_from_is_taken_by_its_entries(
    client_of: Client,
) -> None:
    typed = {"name": "张三", "kind": "individual", "institution": "东北农业大学", "capacity": "1"}
    nested = "[" * 5_000 + "]" * 5_000
    answer = post(client_of(), "/commissioners/C-0001/edit", **typed, note="新", was=nested)
    assert answer.status_code == 303


def test_what_cannot_be_used_is_said_beside_its_entry(client_of: Client) -> None:
    client = client_of()
    client.get("/?lang=en")
    answer = post(client, "/commissioners/new", name="", kind="individual", institution="没有的大学")
    assert answer.status_code == 422
    assert 'id="name-fault"' in answer.text
    assert "There is no institution 没有的大学" in answer.text


def test_retiring_somebody_who_serves_is_refused_with_the_way_to_end_the_term(client_of: Client) -> None:
    client = client_of()
    answer = post(
        client, "/commissioners/C-0001", "/commissioners/C-0001/retire", retired_on="2026-11-22", reason=""
    )
    assert answer.status_code == 409
    assert f"/assign?township={LALIN}" in answer.text
    done = post(
        client, "/commissioners/C-0002", "/commissioners/C-0002/retire", retired_on="2026-11-22", reason=""
    )
    assert done.status_code == 303


def test_the_phone_is_masked_until_it_is_asked_for(client_of: Client, register: Context) -> None:
    client = client_of()
    page = client.get("/commissioners/C-0001").text
    assert "138****0001" in page
    assert "13800000001" not in page
    assert "13800000001" not in client.get("/commissioners/C-0001/edit").text
    assert "13800000001" in post(client, "/commissioners/C-0001", "/commissioners/C-0001/phone").text
    assert rows(register, schema.audit_events, schema.audit_events.c.id)[-1]["action"] == "phone.viewed"
    viewer = client_of(Role.VIEWER)
    token = hidden(viewer.get("/commissioners/C-0001").text, "csrf_token")
    assert viewer.post("/commissioners/C-0001/phone", data={"csrf_token": token}).status_code == 403


def test_the_home_base_is_shown_to_officers_and_to_no_viewer(client_of: Client) -> None:
    assert "126.6000, 45.7500" in client_of().get("/commissioners/C-0001?lang=en").text
    page = client_of(Role.VIEWER).get("/commissioners/C-0001?lang=en").text
    assert "126.6" not in page
    assert "shown to officers and to the commissioner alone" in page


def test_a_county_officer_works_on_the_own_countys_products_only(client_of: Client) -> None:
    client = client_of(Role.COUNTY_OFFICER, county_codes=("230184",))
    form = {"name": "新品", "category": "grain"}
    assert post(client, f"/townships/{LALIN}/products/new", **form).status_code == 303
    token = hidden(client.get("/products/1/edit").text, "csrf_token")
    elsewhere = f"/townships/{PINGFANG}/products/new"
    assert client.get(elsewhere).status_code == 403
    assert client.post(elsewhere, data=form | {"csrf_token": token}).status_code == 403
    assert client.get("/commissioners/new").status_code == 403
    assert client.get("/commissioners/C-0002/edit").status_code == 403
    other = client_of(Role.COUNTY_OFFICER, username="other", county_codes=("230108",))
    assert other.get("/products/1").status_code == 403
    assert "拉林大米" not in other.get("/products").text
    page = other.get(f"/townships/{LALIN}").text
    assert "/products/1" not in page
    assert (
        client_of(Role.COMMISSIONER, commissioner_id="C-0001").get("/commissioners/C-0002").status_code == 403
    )


def test_a_photo_goes_up_is_shown_and_is_removed(client_of: Client) -> None:
    client = client_of()
    content = io.BytesIO()
    Image.new("RGB", (50, 40), "green").save(content, "PNG")
    content.seek(0)
    done = post(client, "/products/1", "/products/1/photos", photo=(content, "a.png"), caption=HOSTILE)
    assert done.status_code == 303
    page = client.get("/products/1").text
    assert HOSTILE not in page
    assert "&lt;img src=x" in page
    with client.get("/products/1/photos/1/thumbnail.jpg") as shown:
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
    bad = post(client, "/products/1", "/products/1/photos", photo=(io.BytesIO(b"x"), "a.png"))
    assert bad.status_code == 422
    assert post(client, "/products/1", "/products/1/photos/1/remove").status_code == 303
    assert client.get("/products/1/photos/1/view.jpg").status_code == 404


def test_a_list_is_downloaded_exactly_as_it_is_filtered(client_of: Client, register: Context) -> None:
    client = client_of()
    content = fetched(client, "/commissioners.csv?search=zs&lang=zh_CN").decode("utf-8-sig")
    table = list(csv.reader(io.StringIO(content)))
    assert [row[:2] for row in table[1:]] == [["C-0001", "张三"]]
    assert "13800000001" not in content
    event = rows(register, schema.audit_events, schema.audit_events.c.id)[-1]
    assert (event["action"], event["after"]["asked"]) == ("table.exported", {"search": "zs"})
    for name in ("townships", "institutions", "products"):
        assert fetched(client, f"/{name}.xlsx")[:2] == b"PK"


def test_hostile_names_stay_text_on_every_page(client_of: Client, register: Context) -> None:
    with register.engine.execution_options(fieldapp_writes=True).begin() as connection:
        for table in (schema.commissioners, schema.institutions, schema.townships, schema.products):
            connection.execute(table.update().where(table.c.name.like("%林%")).values(name=HOSTILE))
        connection.execute(
            schema.commissioners.update().where(schema.commissioners.c.id == "C-0001").values(name=HOSTILE)
        )
        connection.execute(
            schema.institutions.update().where(schema.institutions.c.id == 1).values(name=HOSTILE)
        )
    client = client_of()
    for path in PAGES:
        assert "<img src=x" not in client.get(path).text


def test_what_is_not_there_is_said_in_words(client_of: Client) -> None:
    client = client_of()
    for path in ("/commissioners/X", "/products/99", "/townships/999999999", "/institutions/99"):
        assert client.get(path).status_code == 404
    assert "empty" in client.get("/commissioners?search=nobody").text
    assert client.get("/products?page=999999999999&sort=nothing&category=x").status_code == 200


def test_what_is_known_of_a_product_is_exported_and_imported_unchanged(
    client_of: Client, register: Context
) -> None:
    file = write_csv(
        register.settings.data_dir,
        """乡镇代码,产品,类别,规模,年产值（万元）,品牌,地理标志
        230184101,拉林大米,grain,12 万亩,8600.5,拉林河,五常大米""",
    )
    assert counts(bring_in(register, "products", file)) == (0, 1, 0, 0)
    page = client_of().get("/products/1").text
    assert "8,600.5" in page
    assert "拉林河" in page
    kept = register.settings.data_dir / "products.xlsx"
    kept.write_bytes(fetched(client_of(), "/export/products.xlsx"))
    assert counts(bring_in(register, "products", kept)) == (0, 0, 0, 1)
