"""The status page as the server sends it."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date

import brotli
import pytest
from flask.testing import FlaskClient
from sqlalchemy import insert, update

from fieldapp.app import create_app
from fieldapp.persistence import schema
from fieldapp.services.context import Context
from fieldapp.services.load_reference_tables import load_reference_tables
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.web.place_names import pinyin_words
from tests.accounts import sign_in


@pytest.fixture
def client(sqlite_demonstration: Context) -> FlaskClient:
    return create_app(context=sqlite_demonstration).test_client()


def test_the_first_line_is_the_sentence_that_counts(
    client: FlaskClient, sqlite_demonstration: Context
) -> None:
    counts = measure_coverage(sqlite_demonstration).counts.counts
    heading = re.search(r"<h1>(.*?)</h1>", client.get("/").text, re.DOTALL)

    assert heading is not None
    assert heading[1] == (
        f"168 个涉农乡镇，{counts['assigned']} 个有员，{counts['product']} 个有品；"
        f"一乡一员一品 {counts['full']}，还差 {168 - counts['full']}。"
    )


def test_full_coverage_is_answered_by_yes_or_no(client: FlaskClient) -> None:
    page = client.get("/?lang=en").text

    assert "Full coverage: no" in page
    assert "Full coverage: yes" not in page


def test_who_may_do_the_work_is_led_to_where_it_is_done(
    client: FlaskClient, sqlite_demonstration: Context
) -> None:
    steps = re.compile(
        r'<a[^>]*href="([^"]+)"[^>]*>\s*(?:Townships that need|Agreements|Visits to be verified)'
    )
    assert all(target.startswith("/map?") for target in steps.findall(client.get("/?lang=en").text))
    sign_in(client, sqlite_demonstration)
    assert steps.findall(client.get("/?lang=en").text) == [
        "/assign",
        "/products",
        "/assign",
        "/visits/review",
    ]


def test_a_target_that_differs_from_the_roster_is_pointed_out(
    client: FlaskClient, sqlite_demonstration: Context
) -> None:
    assert "they differ" not in client.get("/?lang=en").text
    with sqlite_demonstration.work(actor="test") as work:
        work.connection.execute(update(schema.roster_targets).values(target=170))
        work.record("target.changed", "roster", "target")
        work.commit()

    page = client.get("/?lang=en").text
    assert "Target 170, roster 168: they differ by 2" in page
    assert 'href="/import"' in page


def test_every_number_to_act_on_leads_to_where_it_is_done(client: FlaskClient) -> None:
    page = client.get("/?as_of=2026-12-31").text

    for status in ("uncovered", "no_product", "unsigned", "dormant", "unverified", "covered"):
        assert f'href="/map?status={status}&amp;as_of=2026-12-31"' in page
    assert 'href="/map?county=230184&amp;as_of=2026-12-31"' in page


def test_the_page_keeps_to_the_content_policy_and_is_small(client: FlaskClient) -> None:
    answer = client.get("/")

    assert "unsafe-inline" not in answer.headers["Content-Security-Policy"]
    assert not re.findall(r"<[^>]+\s(?:style|on\w+)=", answer.text)
    assert len(brotli.compress(answer.data, quality=5)) < 25_000


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "20261122"])
def test_a_day_that_cannot_be_shown_is_refused_in_plain_words(client: FlaskClient, day: str) -> None:
    answer = client.get(f"/?as_of={day}&lang=en")

    assert answer.status_code == 422
    assert f"{day} is not a day. Write it as 2026-11-22." in answer.text


@pytest.mark.parametrize("path", ["/", "/map", "/coverage.csv"])
@pytest.mark.parametrize("day", ["1949-09-30", "2201-01-01", "2300-01-01", "9999-12-31"])
def test_every_page_refuses_the_days_that_cannot_be_measured(
    client: FlaskClient, path: str, day: str
) -> None:
    answer = client.get(f"{path}?as_of={day}&lang=en")

    assert answer.status_code == 422
    assert f"{day} is out of reach. Ask for a day from 1949-10-01 to 2200-12-31." in answer.text


@pytest.mark.parametrize("path", ["/", "/map", "/coverage.csv"])
@pytest.mark.parametrize("day", ["1949-10-01", "2101-06-01", "2200-12-31"])
def test_every_page_shows_the_days_that_can_be_measured(client: FlaskClient, path: str, day: str) -> None:
    assert client.get(f"{path}?as_of={day}").status_code == 200


def test_a_day_before_the_roster_says_so_and_leads_back(client: FlaskClient) -> None:
    page = client.get("/?as_of=2010-01-01&lang=en").text

    assert "The roster is empty on 1 Jan 2010" in page
    assert '<a class="btn btn-primary" href="/">Today</a>' in page


def test_townships_without_a_roster_ask_for_the_roster(sqlite_context: Context) -> None:
    load_reference_tables(sqlite_context)
    with sqlite_context.work(actor="test") as work:
        work.connection.execute(update(schema.roster_memberships).values(ends_on=date(2025, 12, 31)))
        work.record("roster.ended", "roster", "all")
        work.commit()

    page = create_app(context=sqlite_context).test_client().get("/?lang=en").text
    assert "none of them is on the roster" in page


def test_an_empty_installation_names_the_page_and_the_commands(sqlite_context: Context) -> None:
    page = create_app(context=sqlite_context).test_client().get("/?lang=en").text

    assert "There are no townships yet" in page
    assert "fieldapp import townships FILE --dry-run" in page
    assert 'href="/import"' in page


def test_townships_without_a_boundary_are_counted_below_the_map(
    client: FlaskClient, sqlite_demonstration: Context
) -> None:
    with sqlite_demonstration.work(actor="test") as work:
        bare = schema.townships.c.code == "230184101"
        work.connection.execute(update(schema.townships).where(bare).values(boundary=None))
        work.record("township.changed", "township", "230184101")
        work.commit()

    assert "Not drawn, as their boundary is not known: 1" in client.get("/?lang=en").text


def test_hostile_names_stay_text(client: FlaskClient, sqlite_demonstration: Context) -> None:
    hostile = "<script>alert(1)</script>"
    with sqlite_demonstration.work(actor="test") as work:
        somewhere = schema.townships.c.code == "230184101"
        work.connection.execute(update(schema.townships).where(somewhere).values(name=hostile))
        work.connection.execute(update(schema.counties).values(name=schema.counties.c.code + hostile))
        work.connection.execute(update(schema.commissioners).values(name=hostile))
        work.record("township.renamed", "township", "230184101")
        work.commit()

    page = client.get("/").text
    assert "&lt;script&gt;alert(1)" in page
    assert hostile not in page


def test_what_is_shown_can_be_taken_away_as_a_table(client: FlaskClient) -> None:
    sheet = client.get("/coverage.csv?as_of=2026-12-31&lang=en")
    workbook = client.get("/coverage.xlsx")

    assert sheet.headers["Content-Disposition"] == "attachment; filename=coverage-2026-12-31.csv"
    rows = sheet.data.decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + 168
    assert rows[0].startswith("township code,")
    assert "xl/workbook.xml" in zipfile.ZipFile(io.BytesIO(workbook.data)).namelist()


def test_a_county_without_a_township_on_the_roster_is_left_out(
    client: FlaskClient, sqlite_demonstration: Context
) -> None:
    with sqlite_demonstration.work(actor="test") as work:
        work.connection.execute(insert(schema.counties).values(code="230199", name="某区"))
        work.record("county.added", "county", "230199")
        work.commit()

    assert "某区" not in client.get("/").text


def test_places_are_named_in_pinyin_to_readers_of_english_and_in_chinese_only_to_others(
    client: FlaskClient,
) -> None:
    english, chinese = client.get("/?lang=en").text, client.get("/?lang=zh_CN").text

    assert ">Wuchang Shi</a>" in english
    assert "<title>Lalin Manzu Zhen 拉林满族镇</title>" in english
    assert ">五常市</a>" in chinese
    assert "Wuchang" not in chinese


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("拉林满族镇", "Lalin Manzu Zhen"),
        ("阿城区", "Acheng Qu"),
        ("镇", "Zhen"),
        ("<img src=x>", "<img src=x>"),
    ],
)
def test_a_name_in_pinyin_is_split_as_it_is_spoken(name: str, words: str) -> None:
    assert pinyin_words(name) == words
