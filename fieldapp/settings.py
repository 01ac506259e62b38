"""The settings: one frozen object, read once from ``FIELDAPP_*`` variables."""

from __future__ import annotations

import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fieldapp.domain.errors import InvalidInputError
from fieldapp.domain.working_days import MAX_WORKING_DAYS
from geodata.errors import Message

LOCALES = ("zh_CN", "en")


@dataclass(frozen=True)
class Settings:
    """Everything that an installation may choose; `Settings.from_environment` reads it."""

    data_dir: Path
    database_url: str
    secret_key: str
    timezone: ZoneInfo
    locale: str = "zh_CN"
    basemap_url: str | None = None
    basemap_attribution: str = ""
    tianditu_key: str | None = None
    routing_url: str | None = None  # osrm+http://HOST:5000 or valhalla+http://HOST:8002; none: straight lines
    notice_days: int = 5  # working days that a proposed assignment is shown to the public
    # Who issues the public notice, and who takes objections; blank ones are lines to fill in by hand.
    office: str = ""
    contact: str = ""
    contact_phone: str = ""
    contact_address: str = ""
    public: bool = True  # whether the coverage can be read without an account
    require_totp: bool = False  # of officers
    confirmation_life: timedelta = timedelta(days=30)  # how long a recipient can confirm a visit
    session_idle: timedelta = timedelta(minutes=30)
    session_life: timedelta = timedelta(hours=12)
    photo_store: str = ""  # a folder, or s3://bucket/prefix; "" is the folder photos among the data
    largest_photo: int = 15 * 1024 * 1024  # bytes
    proxies: int = 0  # how many servers stand before this one and say who asked

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the variables; raises `InvalidInputError` naming the one that cannot be used."""
        given = {
            name.removeprefix("FIELDAPP_"): value.strip()
            for name, value in (os.environ if environment is None else environment).items()
            if name.startswith("FIELDAPP_") and value.strip()
        }
        data_dir = Path(given.get("DATA_DIR", "fieldapp-data")).expanduser().resolve()
        database_url = given.get("DATABASE_URL", f"sqlite:///{data_dir / 'fieldapp.sqlite'}")
        if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise _unusable("DATABASE_URL", "sqlite:///FILE, postgresql+psycopg://USER:PASSWORD@HOST/NAME")
        locale = given.get("LOCALE", "zh_CN")
        if locale not in LOCALES:
            raise _unusable("LOCALE", ", ".join(LOCALES))
        try:
            timezone = ZoneInfo(given.get("TIMEZONE", "Asia/Shanghai"))
        except (ZoneInfoNotFoundError, ValueError):
            raise _unusable("TIMEZONE", "Asia/Shanghai") from None
        return cls(
            data_dir=data_dir,
            database_url=database_url,
            secret_key=given.get("SECRET_KEY") or _kept_secret(data_dir),
            timezone=timezone,
            locale=locale,
            basemap_url=given.get("BASEMAP_URL"),
            basemap_attribution=given.get("BASEMAP_ATTRIBUTION", ""),
            tianditu_key=given.get("TIANDITU_KEY"),
            routing_url=_routing_url(given.get("ROUTING_URL")),
            notice_days=_whole("NOTICE_DAYS", given.get("NOTICE_DAYS", "5"), 1, MAX_WORKING_DAYS),
            office=given.get("OFFICE", ""),
            contact=given.get("CONTACT", ""),
            contact_phone=given.get("CONTACT_PHONE", ""),
            contact_address=given.get("CONTACT_ADDRESS", ""),
            public=_flag("PUBLIC", given.get("PUBLIC", "on")),
            require_totp=_flag("REQUIRE_TOTP", given.get("REQUIRE_TOTP", "off")),
            confirmation_life=timedelta(
                days=_whole("CONFIRMATION_DAYS", given.get("CONFIRMATION_DAYS", "30"), 1, 365)
            ),
            session_idle=timedelta(
                minutes=_whole("SESSION_IDLE_MINUTES", given.get("SESSION_IDLE_MINUTES", "30"), 1, 1440)
            ),
            session_life=timedelta(hours=_whole("SESSION_HOURS", given.get("SESSION_HOURS", "12"), 1, 720)),
            photo_store=_photo_store(given.get("PHOTO_STORE", "")),
            largest_photo=_whole("PHOTO_MAX_MB", given.get("PHOTO_MAX_MB", "15"), 1, 60) * 1024 * 1024,
            proxies=_whole("PROXIES", given.get("PROXIES", "0"), 0, 9),
        )


def _unusable(name: str, examples: str) -> InvalidInputError:
    return InvalidInputError(
        Message(
            "The setting {name} cannot be used. Give one of these forms: {examples}.",
            name=f"FIELDAPP_{name}",
            examples=examples,
        )
    )


def _photo_store(address: str) -> str:
    """An address as it is opened: a folder whole, a bucket with a name."""
    scheme, separator, place = address.partition("://")
    if not separator:
        return str(Path(address).expanduser().resolve()) if address else ""
    if scheme != "s3" or not re.match(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/|$)", place):
        raise _unusable("PHOTO_STORE", "/var/lib/fieldapp/photos, s3://BUCKET/PREFIX")
    return address


def _routing_url(address: str | None) -> str | None:
    """The address of a routing server: what it is, and a plain URL without query or password."""
    if address is not None and not re.fullmatch(
        r"(osrm|valhalla)\+https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?(/[A-Za-z0-9._~/-]*)?",
        address,
    ):
        raise _unusable("ROUTING_URL", "osrm+http://HOST:5000, valhalla+http://HOST:8002")
    return address


def _flag(name: str, value: str) -> bool:
    if value.lower() not in {"on", "off", "1", "0", "true", "false"}:
        raise _unusable(name, "on, off")
    return value.lower() in {"on", "1", "true"}


def _whole(name: str, value: str, least: int, most: int) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 6 and least <= int(value) <= most):
        raise _unusable(name, f"{least} – {most}")
    return int(value)


def _kept_secret(data_dir: Path) -> str:
    """The key of this installation, made on its first start and readable by its owner only."""
    kept = data_dir / "secret_key"
    try:
        if not kept.exists():
            data_dir.mkdir(parents=True, exist_ok=True)
            _make_secret(kept)
        return kept.read_text("ascii").strip()
    except OSError as error:
        raise InvalidInputError(
            Message(
                "The folder {path} cannot be used: {reason}. Set {name} to a folder of your own.",
                path=data_dir,
                reason=error.strerror or str(error),
                name="FIELDAPP_DATA_DIR",
            )
        ) from error


def _make_secret(kept: Path) -> None:
    # The file appears with its content or not at all: another process that starts meanwhile must not
    # read an empty key, and of two that make one the first wins.
    with tempfile.NamedTemporaryFile("w", encoding="ascii", dir=kept.parent, prefix=".secret_key-") as draft:
        draft.write(secrets.token_urlsafe(48))
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, kept)
