"""An installation for the histories: commissioners, each with a township and a session; how to serve it."""

from __future__ import annotations

import base64
import io
import json
import random
import socket
import sys
from datetime import date
from pathlib import Path
from typing import Any

from PIL import Image
from shapely import MultiPolygon, Point, box
from sqlalchemy import insert

from fieldapp.app import create_app
from fieldapp.domain.permissions import Role
from fieldapp.persistence import schema
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.migrating import upgrade
from fieldapp.services.context import Context, open_context
from fieldapp.services.load_reference_tables import load_reference_tables
from fieldapp.services.log_in import open_session
from fieldapp.settings import Settings
from fieldapp.web.accounts import SESSION_COOKIE
from tests.accounts import make_account

_SERVE = "from fieldapp.cli import main; main()"
# Sides of the photos: one goes up in one piece, another in several. Most look unlike each other, as in real
# visits: a photo is held against all that look like it.
_SIDES = (24, 96, 420)
_OF_A_SIDE = 20
_INSTITUTION = 9999


def make_installation(folder: Path, *, people: int, database_url: str | None = None) -> dict[str, Any]:
    """Fill ``folder`` and say what the histories need: who there is, and the command that serves.

    Every person is the commissioner of one township, for as long as anybody tests.
    """
    port = _free_port()
    environment = {
        "FIELDAPP_DATA_DIR": str(folder),
        "FIELDAPP_DATABASE_URL": database_url or f"sqlite:///{folder / 'fieldapp.sqlite'}",
        "FIELDAPP_SECRET_KEY": "only-for-tests",
        "FIELDAPP_LOCALE": "en",
    }
    settings = Settings.from_environment(environment)
    engine = make_engine(settings.database_url)
    upgrade(engine)
    engine.dispose()
    context = open_context(settings)
    try:
        load_reference_tables(context)
        _fill(context, people)
        persons = _persons(context, people)
    finally:
        context.close()
    return {
        "port": port,
        "command": [sys.executable, "-c", _SERVE, "serve", "--port", str(port), "--workers", "2"],
        "env": environment,
        "people": persons,
        "jpegs": [_jpeg(side, seed) for side in _SIDES for seed in range(_OF_A_SIDE)],
    }


def write_installation(folder: Path, **options: Any) -> Path:
    """`make_installation`, written down for the program that runs the histories."""
    file = folder / "installation.json"
    (folder / "data").mkdir(parents=True)
    file.write_text(json.dumps(make_installation(folder / "data", **options), ensure_ascii=False), "utf-8")
    return file


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _code(number: int) -> str:
    return f"2399{number:05}"


def _fill(context: Context, people: int) -> None:
    with context.engine.execution_options(fieldapp_writes=True).begin() as connection:
        connection.execute(insert(schema.counties), [{"code": "239999", "name": "试验县"}])
        connection.execute(
            insert(schema.townships),
            [
                {
                    "code": _code(number),
                    "name": f"试验{number}乡",
                    "pinyin": f"shiyan{number}",
                    "county_code": "239999",
                    "kind": "township",
                    "seat": Point(127.0, 45.2),
                    "seat_source": "gazetteer",
                    "boundary": MultiPolygon([box(126.9, 45.1, 127.1, 45.3)]),
                    "boundary_quality": "approximate",
                    "boundary_tolerance_m": 5000.0,
                }
                for number in range(people)
            ],
        )
        connection.execute(
            insert(schema.institutions), [{"id": _INSTITUTION, "name": "试验所", "kind": "university"}]
        )
        connection.execute(
            insert(schema.commissioners),
            [
                {
                    "id": f"C-{number + 100:04}",
                    "name": f"试验员{number}",
                    "institution_id": 9999,
                    "capacity": 1,
                }
                for number in range(people)
            ],
        )
        connection.execute(
            insert(schema.assignments),
            [
                {
                    "township_code": _code(number),
                    "commissioner_id": f"C-{number + 100:04}",
                    "state": "active",
                    "starts_on": date(2026, 1, 1),
                    "ends_on": date(2099, 12, 31),
                    "agreement_state": "approved",
                    "agreement_approved_on": date(2026, 1, 10),
                }
                for number in range(people)
            ],
        )


def _persons(context: Context, people: int) -> list[dict[str, Any]]:
    app = create_app(context=context)
    persons = []
    for number in range(people):
        name = f"history{number}"
        person = make_account(
            context, Role.COMMISSIONER, username=name, commissioner_id=f"C-{number + 100:04}"
        )
        assert person.user_id is not None
        token = open_session(context, person.user_id, address="127.0.0.1", user_agent="phone")
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        cookie = client.get_cookie(SESSION_COOKIE)
        assert cookie is not None
        persons.append(
            {
                "user": person.user_id,
                "township": _code(number),
                "cookie_name": SESSION_COOKIE,
                "cookie": cookie.value,
            }
        )
    return persons


def _jpeg(side: int, seed: int) -> str:
    chance = random.Random(f"{side} {seed}")
    image = Image.frombytes("RGB", (side, side), chance.randbytes(side * side * 3))
    file = io.BytesIO()
    image.save(file, "JPEG", quality=85)
    return base64.b64encode(file.getvalue()).decode()
