"""The settings: read once, refused by name."""

from __future__ import annotations

import os
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from fieldapp.domain.errors import InvalidInputError
from fieldapp.settings import Settings


def read(tmp_path: Path, **given: str) -> Settings:
    return Settings.from_environment(
        {"FIELDAPP_DATA_DIR": str(tmp_path), **{f"FIELDAPP_{name}": value for name, value in given.items()}}
    )


def test_nothing_has_to_be_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings.from_environment({})
    assert settings.data_dir == tmp_path / "fieldapp-data"
    assert settings.database_url == f"sqlite:///{tmp_path}/fieldapp-data/fieldapp.sqlite"
    assert (settings.locale, settings.timezone.key) == ("zh_CN", "Asia/Shanghai")
    assert (settings.basemap_url, settings.tianditu_key) == (None, None)
    assert settings.routing_url is None


def test_everything_can_be_set(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        DATABASE_URL="postgresql+psycopg://u:p@host/name",
        SECRET_KEY="given",
        LOCALE="en",
        TIMEZONE="Asia/Urumqi",
        BASEMAP_URL="https://tiles.example.org/{z}/{x}/{y}.png",
        BASEMAP_ATTRIBUTION="example",
        TIANDITU_KEY="k",
        PUBLIC="off",
        REQUIRE_TOTP="on",
        SESSION_IDLE_MINUTES="15",
        SESSION_HOURS="8",
        PROXIES="1",
        ROUTING_URL="osrm+http://routing.intranet:5000",
    )
    assert settings.database_url == "postgresql+psycopg://u:p@host/name"
    assert (settings.secret_key, settings.locale) == ("given", "en")
    assert settings.timezone.key == "Asia/Urumqi"
    assert settings.basemap_url == "https://tiles.example.org/{z}/{x}/{y}.png"
    assert (settings.basemap_attribution, settings.tianditu_key) == ("example", "k")
    assert (settings.public, settings.require_totp, settings.proxies) == (False, True, 1)
    assert settings.routing_url == "osrm+http://routing.intranet:5000"
    assert (settings.session_idle, settings.session_life) == (timedelta(minutes=15), timedelta(hours=8))


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    assert read(tmp_path, LOCALE=" ", TIMEZONE="").locale == "zh_CN"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://host/name"),
        ("LOCALE", "fr"),
        ("TIMEZONE", "Mars/Olympus"),
        ("TIMEZONE", "../../etc/passwd"),
        ("PUBLIC", "perhaps"),
        ("SESSION_HOURS", "0"),
        ("SESSION_IDLE_MINUTES", "½"),
        ("PROXIES", "many"),
        ("ROUTING_URL", "http://routing.intranet:5000"),
        ("ROUTING_URL", "osrm+ftp://routing.intranet"),
        ("ROUTING_URL", "osrm+http://user:secret@routing.intranet"),
        ("ROUTING_URL", "valhalla+https://routing.intranet/?json={}"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name(tmp_path: Path, name: str, value: str) -> None:
    with pytest.raises(InvalidInputError, match=f"FIELDAPP_{name}"):
        read(tmp_path, **{name: value})


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first = read(tmp_path).secret_key
    assert len(first) >= 48
    assert read(tmp_path).secret_key == first
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_a_key_that_is_given_leaves_no_file(tmp_path: Path) -> None:
    read(tmp_path, SECRET_KEY="given")
    assert list(tmp_path.iterdir()) == []


def test_a_key_of_another_process_is_never_seen_unfinished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def look(descriptor: int) -> None:  # at the moment when the key is being written
        seen.append((tmp_path / "secret_key").exists())

    monkeypatch.setattr(os, "fsync", look)
    read(tmp_path)
    assert seen == [False]


def test_processes_that_start_together_have_one_key(tmp_path: Path) -> None:
    with get_context("spawn").Pool(4) as pool:
        keys = pool.map(_key, [str(tmp_path)] * 16)
    assert len(set(keys)) == 1
    assert keys[0]


def _key(data_dir: str) -> str:
    return read(Path(data_dir)).secret_key


def test_a_folder_that_cannot_be_used_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InvalidInputError, match="FIELDAPP_DATA_DIR"):
        read(tmp_path / "file")
