"""The frame around every page: languages, the origin of the data, and error pages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, abort, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import update

from fieldapp.app import create_app
from fieldapp.domain.errors import (
    ConflictError,
    Fault,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnavailableError,
)
from fieldapp.persistence import schema
from fieldapp.persistence.engine import make_engine
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables
from fieldapp.web.rights import open_to_all
from geodata.errors import Message

FAILURES = {
    400: lambda: abort(400),
    403: lambda: _raise(ForbiddenError(Message("Not an agricultural township"))),
    404: lambda: _raise(NotFoundError(Message("Not an agricultural township"))),
    405: lambda: abort(405),
    409: lambda: _raise(ConflictError(Message("Not an agricultural township"))),
    413: lambda: abort(413),
    422: lambda: _raise(
        InvalidInputError(
            Message("Not an agricultural township"),
            [Fault("/as_of", Message("{value} is not a day. Write it as 2026-11-22.", value="<b>x</b>"))],
        )
    ),
    500: lambda: _raise(RuntimeError("the secret inside")),
    503: lambda: _raise(UnavailableError(Message("Not an agricultural township"))),
}


def _raise(error: Exception) -> str:
    raise error


def _app(context: Context) -> Flask:
    app = create_app(context=context)
    for status, fail in FAILURES.items():
        app.add_url_rule(f"/fail/{status}", f"fail_{status}", open_to_all(fail))
    app.add_url_rule(
        "/form",
        "form",
        open_to_all(lambda: render_template_string("{% extends 'base.html' %}")),
        methods=["POST"],
    )
    return app


@pytest.fixture
def client(sqlite_context: Context) -> FlaskClient:
    load_reference_tables(sqlite_context)
    return _app(sqlite_context).test_client()


@pytest.mark.parametrize(
    ("came_from", "leads_to"),
    [
        ("http://localhost/status?as_of=2026-11-22&amp;lang=zh_CN", "/status?as_of=2026-11-22&amp;lang=en"),
        ("http://elsewhere.example/status", "/?lang=en"),
        (None, "/?lang=en"),
    ],
)
def test_the_answer_to_a_form_leads_to_the_page_of_the_form_in_another_language(
    client: FlaskClient, came_from: str | None, leads_to: str
) -> None:
    client.application.config["WTF_CSRF_ENABLED"] = False
    headers = {} if came_from is None else {"Referer": came_from.replace("&amp;", "&")}
    assert f'href="{leads_to}"' in client.post("/form", headers=headers).text


def test_an_error_page_says_its_sentence_once(client: FlaskClient) -> None:
    said = client.get("/?as_of=yesterday&lang=en").text
    assert said.count("yesterday is not a day") == 1


@pytest.mark.parametrize(
    ("count", "language", "said"),
    [
        (1, "zh_CN", "服务 1 次，共 0.5 天；最近一次为今天。"),
        (2, "zh_CN", "服务 2 次，共 0.5 天；最近一次为今天。"),
        (1, "en", "1 visit on 今天; service days: 0.5."),
        (2, "en", "2 visits, the last on 今天; service days: 0.5."),
    ],
)
def test_pages_word_a_number_in_the_language_of_the_reader(
    client: FlaskClient, count: int, language: str, said: str
) -> None:
    app = client.application
    words = (
        '{{ ngettext("%(num)s visit on %(day)s; service days: %(days)s.", '
        '"%(num)s visits, the last on %(day)s; service days: %(days)s.", count, days="0.5", day="今天") }}'
    )
    with app.test_request_context(f"/?lang={language}"):
        app.preprocess_request()
        assert render_template_string(words, count=count) == said


@pytest.mark.parametrize("status", FAILURES)
@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_each_error_has_a_page_that_leads_on(client: FlaskClient, status: int, language: str) -> None:
    answer = client.get(f"/fail/{status}?lang={language}")

    assert answer.status_code == status
    assert answer.mimetype == "text/html"
    assert f"{status} · " in answer.text
    assert 'href="/map"' in answer.text
    assert "Traceback" not in answer.text
    assert "the secret inside" not in answer.text
    if status < 500:
        assert 'class="btn btn-primary"' not in answer.text  # there is nothing to try again


def test_faults_are_listed_and_stay_text(client: FlaskClient) -> None:
    page = client.get("/fail/422?lang=en").text

    assert "<code>/as_of</code> &lt;b&gt;x&lt;/b&gt; is not a day." in page


def test_error_pages_need_no_database(sqlite_context: Context) -> None:
    away = replace(sqlite_context, engine=make_engine("postgresql+psycopg://nobody@127.0.0.1:9/nothing"))
    client = _app(away).test_client()

    assert client.get("/nowhere").status_code == 404
    assert client.get("/fail/503").status_code == 503
    page = client.get("/")
    assert page.status_code >= 500
    assert "未作任何更改" in page.text or "无法连接数据库" in page.text
    away.close()


def test_the_language_is_chinese_until_somebody_chooses(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers={"Accept-Language": "en"})

    assert '<html lang="zh-CN">' in answer.text
    assert answer.headers["Content-Language"] == "zh-CN"


def test_a_chosen_language_is_kept_and_an_unknown_one_ignored(client: FlaskClient) -> None:
    assert '<html lang="en">' in client.get("/nowhere?lang=en").text
    assert '<html lang="en">' in client.get("/nowhere").text
    assert '<html lang="en">' in client.get("/nowhere?lang=tlh").text
    assert '<html lang="zh-CN">' in client.get("/nowhere?lang=zh_CN").text
    assert '<html lang="zh-CN">' in client.get("/nowhere").text


def test_the_language_switch_keeps_the_page_and_its_query(client: FlaskClient) -> None:
    page = client.get("/?as_of=2026-10-01&county=230184&lang=en").text

    assert 'href="/?as_of=2026-10-01&amp;county=230184&amp;lang=zh_CN"' in page


@pytest.mark.parametrize(("language", "day"), [("zh_CN", "2026年10月1日"), ("en", "1 Oct 2026")])
def test_days_are_written_as_people_write_them(client: FlaskClient, language: str, day: str) -> None:
    assert day in client.get(f"/?as_of=2026-10-01&lang={language}").text


def test_the_footer_says_where_the_roster_came_from(client: FlaskClient, sqlite_context: Context) -> None:
    page = client.get("/").text
    assert "168 为计划公布的数字" in page
    assert "国家统计局 2023 年区划名单 166 个，推断 2 个（万宝镇、高楞镇），导入 0 个" in page
    assert "168 个乡镇为示意边界，非法定界线" in page

    with sqlite_context.work(actor="test") as work:
        work.connection.execute(update(schema.roster_memberships).values(basis="市科技局 2026 年名册"))
        work.connection.execute(update(schema.townships).values(boundary_quality="official"))
        work.record("roster.imported", "roster", "all")
        work.commit()
    page = client.get("/").text
    assert "名册：导入 168 个" in page
    assert "国家统计局" not in page
    assert "示意边界" not in page
