"""Accounts, tokens and the audit log from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from fieldapp.cli import main

PASSWORD = "seven green tractors"


@pytest.fixture(autouse=True)
def installation(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FIELDAPP_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("FIELDAPP_LOCALE", "en")
    monkeypatch.delenv("FIELDAPP_DATABASE_URL", raising=False)


def run(*words: str, given: str = "") -> Result:
    return CliRunner().invoke(main, list(words), input=given)


def test_an_account_is_added_with_a_link_or_a_password_listed_and_closed() -> None:
    added = run("user", "add", "boss", "--role", "administrator")
    assert (added.exit_code, added.stdout[:9]) == (0, "/welcome/")
    county = ("--role", "county_officer", "--county", "230184", "--password-stdin")
    assert run("user", "add", "second", *county, given=PASSWORD + "\n").stdout == ""
    assert run("user", "disable", "second").exit_code == 0
    listed = run("user", "list").stdout.splitlines()
    assert listed == ["boss\tadministrator\t-\tactive", "second\tcounty_officer\t230184\tdisabled"]


def test_what_cannot_be_done_ends_with_one_and_writes_nothing() -> None:
    for words in (
        ("user", "add", "x", "--role", "viewer"),
        ("user", "add", "county", "--role", "county_officer"),
        ("user", "add", "county", "--role", "county_officer", "--county", "999999"),
        ("user", "add", "c1", "--role", "commissioner", "--commissioner", "C-9999"),
        ("user", "disable", "nobody"),
        ("user", "password", "nobody"),
        ("token", "create", "nobody"),
    ):
        assert run(*words, given=PASSWORD).exit_code == 1, words
    assert run("user", "list").stdout == ""
    assert run("user", "add", "x1", "--role", "emperor").exit_code == 2


def test_a_token_is_the_only_thing_printed() -> None:
    run("user", "add", "boss", "--role", "administrator")
    made = run("token", "create", "boss", "--scope", "read", "--days", "3")
    assert made.exit_code == 0
    (token,) = made.stdout.splitlines()
    assert token.startswith("fieldapp_")


def test_a_weak_password_is_refused_and_a_good_one_set() -> None:
    run("user", "add", "boss", "--role", "administrator")
    assert run("user", "password", "boss", given="password123\n").exit_code == 1
    assert run("user", "password", "boss", given=PASSWORD + "\n").exit_code == 0


def test_verify_prints_the_digest_of_a_log_that_is_whole() -> None:
    run("user", "add", "boss", "--role", "administrator")
    first = run("verify")
    assert (first.exit_code, len(first.stdout.strip())) == (0, 64)
    assert run("verify").stdout == first.stdout
