"""The page of imports and exports: preview, confirm exactly that, download, and closed where it must be."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.services.columns import EXPORT_KINDS, IMPORT_KINDS
from fieldapp.services.context import Context
from fieldapp.services.export_table import EXPORT_FORMATS
from tests.accounts import make_account, sign_in
from tests.services.small_register import LALIN, bring_in, fill, rows, write_csv

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def register(sqlite_context: Context) -> Context:
    fill(sqlite_context)
    return sqlite_context


def client_of(context: Context, role: Role) -> FlaskClient:
    opened = replace(context, settings=replace(context.settings, locale="en"))
    client = create_app(context=opened).test_client()
    sign_in(client, opened, make_account(opened, role))
    return client


@pytest.fixture
def client(register: Context) -> Iterator[FlaskClient]:
    with client_of(register, Role.BUREAU_OFFICER) as client:
        yield client


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def upload(
    client: FlaskClient, text: str, *, kind: str = "products", name: str = "file.csv", **more: str
) -> TestResponse:
    page = client.get("/import").text
    data = {"csrf_token": hidden(page, "csrf_token"), "kind": kind, "file": (io.BytesIO(text.encode()), name)}
    return client.post("/import", data=data | more, follow_redirects=True)


def confirm(client: FlaskClient, page: str) -> TestResponse:
    data = {key: hidden(page, key) for key in ("csrf_token", "token", "digest")}
    return client.post("/import/confirm", data=data, follow_redirects=True)


PRODUCT = f"township_code,name,category\n{LALIN},香瓜,fruit\n"


def test_a_file_is_previewed_then_imported_exactly_so(client: FlaskClient, register: Context) -> None:
    preview = upload(client, PRODUCT)
    assert preview.status_code == 200
    assert "香瓜" in preview.text
    assert "Values" in preview.text
    assert "Before and after" not in preview.text  # of what is added there is no before
    assert len(rows(register, schema.products)) == 1
    done = confirm(client, preview.text)
    assert done.status_code == 200
    assert "Added: 1" in done.text
    assert len(rows(register, schema.products)) == 2
    again = upload(client, PRODUCT)
    assert 'name="digest"' not in again.text


def test_when_the_data_changed_meanwhile_nothing_is_written_and_the_preview_is_made_anew(
    client: FlaskClient, register: Context, tmp_path: Path
) -> None:
    header = "id,name,institution,capacity\n"
    preview = upload(client, f"{header}C-0001,张三,东北农业大学,3\n", kind="commissioners")
    bring_in(register, "commissioners", write_csv(tmp_path, f"{header}C-0001,张三,东北农业大学,2"))
    second = confirm(client, preview.text)
    assert 'role="alert"' in second.text
    assert next(row for row in rows(register, schema.commissioners) if row["id"] == "C-0001")["capacity"] == 2
    assert "changed: 1" in confirm(client, second.text).text
    assert next(row for row in rows(register, schema.commissioners) if row["id"] == "C-0001")["capacity"] == 3


def test_faults_are_listed_and_can_be_downloaded(client: FlaskClient, register: Context) -> None:
    text = "township_code,name,category\n" + "".join(f"999999999,产品{n},fruit\n" for n in range(300))
    page = upload(client, text)
    assert 'name="digest"' not in page.text
    assert page.text.count("999999999") < 300 * 3
    link = re.search(r'href="(/import/preview/faults\.csv\?[^"]*)"', page.text)
    assert link is not None
    table = client.get(unescape(link[1]), buffered=True)
    assert table.mimetype == "text/csv"
    assert len(table.data.decode("utf-8-sig").splitlines()) == 301


def test_rows_are_counted_and_not_their_faults(client: FlaskClient, register: Context) -> None:
    visits = "".join(f"9999,赵六,不是{n},不是{n}\n" for n in range(1, 5))
    sound = "拉林满族镇,张三,2026-03-05 09:00,2026-03-05 11:30"
    text = f"township,commissioner,started_at,ended_at\n{sound}\n{visits}"
    page = upload(client, text, kind="visits").text
    shown = re.findall(r"<dt[^>]*>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page)
    assert shown == [
        ("To be added", "1"),
        ("To be changed", "0"),
        ("To be ended", "0"),
        ("Unchanged", "0"),
        ("Rows refused", "4"),
    ]
    assert [int(count) > 4 for count in re.findall(r"(\d+) faults", page)] == [True]


def test_the_row_of_headers_is_none_that_is_refused(client: FlaskClient) -> None:
    page = upload(client, "township,commissioner\n拉林满族镇,张三\n", kind="visits").text
    shown = dict(re.findall(r"<dt[^>]*>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page))
    assert shown["Rows refused"] == "0"
    assert "is missing" in page


def test_a_row_of_another_county_counts_as_refused_and_not_as_added(register: Context) -> None:
    with client_of(register, Role.COUNTY_OFFICER) as client:  # of no county yet
        page = upload(client, PRODUCT).text
    shown = dict(re.findall(r"<dt[^>]*>([^<]*)</dt><dd[^>]*>([^<]*)</dd>", page))
    assert (shown["To be added"], shown["Rows refused"]) == ("0", "1")


def test_what_is_not_taken_of_a_visit_is_told_before_and_after_the_import(client: FlaskClient) -> None:
    text = (
        "township,commissioner,started_at,ended_at,review,received_at\n"
        "拉林满族镇,张三,2026-03-05 09:00,2026-03-05 11:30,approved,2026-03-05 12:00\n"
    )
    preview = upload(client, text, kind="visits")
    assert "are not taken from a file (rows that hold some: 1)" in preview.text
    done = confirm(client, preview.text)
    assert "were not taken from the file (rows that hold some: 1)" in done.text


def test_changes_can_be_downloaded_in_full(client: FlaskClient) -> None:
    text = "name,institution\n" + "".join(f"特派员{n},东北农业大学\n" for n in range(300))
    page = upload(client, text, kind="commissioners")
    assert "特派员150" in page.text
    assert "特派员250" not in page.text
    link = re.search(r'href="(/import/preview/changes\.csv\?[^"]*)"', page.text)
    assert link is not None
    assert "特派员250" in client.get(unescape(link[1]), buffered=True).data.decode("utf-8-sig")


def test_hostile_text_stays_text(client: FlaskClient) -> None:
    page = upload(client, f"name,institution,note\n{HOSTILE},{HOSTILE},{HOSTILE}\n", kind="commissioners")
    assert HOSTILE not in page.text
    assert "&lt;img src=x" in page.text
    named = upload(client, PRODUCT, name=f"{HOSTILE}.csv")
    assert HOSTILE not in named.text


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("file.exe", {}),
        ("../../file", {}),
        ("file.csv", {"target": "many"}),
        ("file.csv", {"effective_on": "soon"}),
    ],
)
def test_an_upload_that_makes_no_sense_is_explained(
    client: FlaskClient, name: str, more: dict[str, str]
) -> None:
    answer = upload(client, PRODUCT, name=name, **more)
    assert answer.status_code == 422


def test_an_upload_needs_a_file_and_the_token_of_the_form(client: FlaskClient) -> None:
    token = hidden(client.get("/import").text, "csrf_token")
    assert client.post("/import", data={"csrf_token": token, "kind": "products"}).status_code == 422
    file = (io.BytesIO(PRODUCT.encode()), "file.csv")
    refused = client.post("/import", data={"kind": "products", "file": file})
    assert (refused.status_code, "forbidden.form" in refused.text) == (403, True)


def test_a_forged_or_old_name_of_an_upload_is_not_found(client: FlaskClient) -> None:
    assert client.get("/import/preview?token=forged").status_code == 404
    assert client.get("/import/preview").status_code == 404


def test_too_large_an_upload_is_refused(client: FlaskClient) -> None:
    token = hidden(client.get("/import").text, "csrf_token")
    client.application.config["MAX_CONTENT_LENGTH"] = 1000
    file = (io.BytesIO(b"x" * 5000), "file.csv")
    answer = client.post("/import", data={"csrf_token": token, "kind": "products", "file": file})
    assert answer.status_code == 413


def test_who_may_only_read_can_export_and_not_import(register: Context) -> None:
    with client_of(register, Role.VIEWER) as client:
        page = client.get("/import")
        assert page.status_code == 200
        assert 'type="file"' not in page.text
        client.application.config["WTF_CSRF_ENABLED"] = False
        file = (io.BytesIO(PRODUCT.encode()), "file.csv")
        assert client.post("/import", data={"kind": "products", "file": file}).status_code == 403
        assert client.get("/import/preview?token=x").status_code == 403
        assert client.post("/import/confirm", data={"token": "x"}).status_code == 403
    assert not (register.settings.data_dir / "uploads").exists()


def test_without_an_account_one_is_asked_to_log_in(register: Context) -> None:
    client = create_app(context=register).test_client()
    answer = client.get("/export/commissioners.csv?headers=zh")
    assert (answer.status_code, answer.location) == (
        303,
        "/login?next=/export/commissioners.csv?headers%3Dzh",
    )


@pytest.mark.parametrize("file_format", EXPORT_FORMATS)
@pytest.mark.parametrize("kind", EXPORT_KINDS)
def test_every_table_can_be_downloaded_with_phones_masked(
    client: FlaskClient, kind: str, file_format: str
) -> None:
    answer = client.get(f"/export/{kind}.{file_format}", buffered=True)
    assert answer.status_code == 200
    assert f"{kind}-2026-11-22.{file_format}" in answer.headers["Content-Disposition"]
    assert b"13800000001" not in answer.data


@pytest.mark.parametrize("kind", IMPORT_KINDS)
def test_every_template_can_be_downloaded(client: FlaskClient, kind: str) -> None:
    answer = client.get(f"/import/template/{kind}.xlsx", buffered=True)
    assert answer.status_code == 200
    assert answer.data[:2] == b"PK"


@pytest.mark.parametrize("path", ["/export/users.csv", "/export/visits.exe", "/import/template/users.xlsx"])
def test_what_does_not_exist_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_the_pages_carry_no_inline_style_or_handler(client: FlaskClient, language: str) -> None:
    client.get(f"/import?lang={language}")
    for page in (client.get("/import").text, upload(client, PRODUCT).text):
        assert " style=" not in page
        assert not re.search(r"\son\w+=", page)


def test_distances_by_road_are_imported_on_the_page(client: FlaskClient, register: Context) -> None:
    preview = upload(client, f"commissioner_id,township_code,km\nC-0001,{LALIN},31.5\n", kind="travel")
    assert "张三 – 拉林满族镇" in preview.text
    assert confirm(client, preview.text).status_code == 200
    assert [row["km"] for row in rows(register, schema.travel_distances)] == [31.5]


def test_imported_distances_are_removed_on_the_page_where_there_are_some(
    client: FlaskClient, register: Context
) -> None:
    assert "/import/travel/clear" not in client.get("/import").text
    preview = upload(client, f"commissioner_id,township_code,km\nC-0001,{LALIN},31.5\n", kind="travel")
    confirm(client, preview.text)
    page = client.get("/import?kind=travel&lang=en").text
    assert "Remove the imported distances (1)" in page
    given = {"csrf_token": hidden(page, "csrf_token")}
    answer = client.post("/import/travel/clear", data=given, follow_redirects=True)
    assert "1 imported distance is removed." in answer.text
    assert rows(register, schema.travel_distances) == []


def test_a_county_is_not_offered_what_it_may_not_import(register: Context) -> None:
    with client_of(register, Role.COUNTY_OFFICER) as county:
        page = county.get("/import").text
    assert 'value="visits"' in page
    assert 'value="travel"' not in page
    assert "/export/travel" not in page
    assert county.get("/export/travel.csv").status_code == 403
    assert "template/travel" not in page
