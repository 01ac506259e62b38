"""The nation in PostgreSQL: 40 000 townships and ten million visits, coverage after a change."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from datetime import date
from itertools import count
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, text

from benchmarks.figures import Figure, median_seconds
from fieldapp.persistence.engine import make_engine
from fieldapp.persistence.migrating import upgrade
from fieldapp.persistence.unit_of_work import REGISTER
from fieldapp.persistence.unit_of_work import VISITS as VISITS_TOPIC
from fieldapp.services.context import Context
from fieldapp.services.measure_coverage import measure_coverage
from fieldapp.settings import Settings
from tests.postgres import Databases, postgres_server

TOWNSHIPS = 40_000
VISITS = int(os.environ.get("VISITS", "10_000_000"))
DAY = date(2026, 11, 22)
_SIZE = f"{TOWNSHIPS} townships, {VISITS} visits"

# Written by the server itself, with its triggers asleep: the rows are consistent by construction.
_FILL = f"""
SET session_replication_role = replica;
INSERT INTO counties (code, name)
  SELECT to_char(100000 + n, 'FM000000'), '县' || n FROM generate_series(0, 1999) n;
INSERT INTO townships (code, name, county_code, kind)
  SELECT to_char(100000000 + n, 'FM000000000'), '镇' || n, to_char(100000 + n % 2000, 'FM000000'), 'town'
  FROM generate_series(0, {TOWNSHIPS - 1}) n;
INSERT INTO roster_memberships (township_code, starts_on) SELECT code, '2024-01-01' FROM townships;
INSERT INTO roster_targets (starts_on, target) VALUES ('2024-01-01', {TOWNSHIPS});
INSERT INTO institutions (id, name) VALUES (1, '院');
INSERT INTO commissioners (id, name, institution_id)
  SELECT 'C-' || n, '员' || n, 1 FROM generate_series(0, {TOWNSHIPS - 1}) n;
INSERT INTO products (id, township_code, name, category)
  SELECT n, to_char(100000000 + n, 'FM000000000'), '大米', 'grain' FROM generate_series(0, {TOWNSHIPS - 1}) n;
INSERT INTO featured_products (township_code, product_id, starts_on)
  SELECT township_code, id, '2024-01-01' FROM products;
INSERT INTO assignments
    (township_code, commissioner_id, state, starts_on, ends_on, agreement_state, agreement_approved_on)
  SELECT to_char(100000000 + n, 'FM000000000'), 'C-' || n, 'active', '2026-01-01', '2026-12-31',
         'approved', '2026-01-09'
  FROM generate_series(0, {TOWNSHIPS - 1}) n WHERE n % 10 <> 0;
INSERT INTO visits
    (id, township_code, commissioner_id, started_at, ended_at, visited_on, received_at, mode, service_days,
     grade)
  SELECT gen_random_uuid(), to_char(100000000 + n % {TOWNSHIPS}, 'FM000000000'), 'C-' || n % {TOWNSHIPS},
         day + time '01:00', day + time '03:00', day, day + time '05:00', 'on_site', 0.5,
         CASE WHEN n % 3 = 0 THEN 'C' ELSE 'B' END
  FROM (SELECT n, date '{DAY}' - (n / {TOWNSHIPS} * 7 % 365)::int AS day
        FROM generate_series(0, :visits - 1) n) made;
SET session_replication_role = DEFAULT;
"""

_NAIVE = """
SELECT t.code, max(v.visited_on)
FROM townships t
LEFT JOIN assignments a ON a.township_code = t.code AND a.state = 'active'
LEFT JOIN visits v ON v.township_code = t.code AND v.commissioner_id = a.commissioner_id
  AND v.deleted_at IS NULL AND v.review <> 'rejected' AND v.visited_on > DATE '2026-08-24'
GROUP BY t.code
"""

_SOME_VISIT = text("SELECT id FROM visits ORDER BY id OFFSET :turn LIMIT 1")
_GRADE = text("UPDATE visits SET grade = 'A' WHERE id = :id")
_END = text(
    "UPDATE assignments SET state = 'ended', end_reason = 'resigned', ended_on = :day "
    "WHERE commissioner_id = :person"
)


def nation_in_postgres() -> list[Figure]:
    """Seconds from a change until coverage is known again, beside the naive join alone."""
    with postgres_server() as server:
        url = Databases(server).make().render_as_string(hide_password=False)
        engine = make_engine(url)
        upgrade(engine)
        begun = time.perf_counter()
        _fill(engine)
        filled = time.perf_counter() - begun
        settings = Settings(
            data_dir=Path(), database_url=url, secret_key="benchmark", timezone=ZoneInfo("Asia/Shanghai")
        )
        context = Context(settings=settings, engine=engine)

        turns = count()

        def after_a_visit() -> None:
            with context.work(actor="benchmark") as work:
                visit_id = work.connection.scalar(_SOME_VISIT, {"turn": next(turns)})
                work.touch_visits(visit_id)
                work.connection.execute(_GRADE, {"id": visit_id})
                work.record("visit.counted", "visit", visit_id, topic=VISITS_TOPIC)
                work.commit()
            measure_coverage(context, as_of=DAY)

        def after_an_assignment() -> None:
            with context.work(actor="benchmark") as work:
                work.connection.execute(_END, {"person": f"C-{next(turns) * 10 + 1}", "day": DAY})
                work.record("assignment.end", "assignment", 0, topic=REGISTER)
                work.commit()
            measure_coverage(context, as_of=DAY)

        def at_first() -> None:
            fresh = make_engine(url)
            measure_coverage(replace(context, engine=fresh), as_of=DAY)
            fresh.dispose()

        def naive() -> None:
            with engine.connect() as connection:
                connection.execute(text(_NAIVE)).all()

        figures = [
            Figure(f"coverage of {_SIZE}, at first", median_seconds(at_first, runs=3), "s"),
            Figure(f"coverage of {_SIZE}, after a visit", median_seconds(after_a_visit, runs=7), "s", 0.3),
            Figure(
                f"coverage of {_SIZE}, after an assignment",
                median_seconds(after_an_assignment, runs=7),
                "s",
                0.3,
            ),
            Figure("baseline: the naive join alone", median_seconds(naive, runs=3), "s"),
            Figure("making the rows", filled, "s"),
        ]
        context.close()
        return figures


def _fill(engine: Engine) -> None:
    with engine.begin() as connection:
        for statement in _FILL.split(";\n"):
            if statement.strip():
                connection.execute(text(statement), {"visits": VISITS} if ":visits" in statement else {})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
