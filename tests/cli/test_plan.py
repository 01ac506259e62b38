"""``fieldapp plan``: the document for programs, a table for people, and proposals on request."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from click.testing import CliRunner, Result

from fieldapp.cli import main, output
from fieldapp.domain.permissions import SYSTEM
from fieldapp.persistence import schema
from fieldapp.services.context import Context, open_context
from fieldapp.services.read_plans import list_drafts
from tests.services.small_register import LALIN, PINGFANG, SHANHE, fill, rows, write_csv

Run = Callable[..., Result]
TERM = ("--starts-on", "2026-12-01", "--ends-on", "2027-11-30")


@pytest.fixture
def run(sqlite_context: Context, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line on the day of the tests."""
    fill(sqlite_context)
    monkeypatch.setattr(
        output, "open_context", lambda settings: replace(open_context(settings), now=sqlite_context.now)
    )
    environment = {
        "FIELDAPP_DATABASE_URL": sqlite_context.settings.database_url,
        "FIELDAPP_DATA_DIR": str(sqlite_context.settings.data_dir),
        "FIELDAPP_LOCALE": "en",
    }

    def invoke(*words: str) -> Result:
        return CliRunner().invoke(main, [*words], env=environment)

    return invoke


def test_json_is_the_plan_document_and_nothing_else(run: Run, sqlite_context: Context) -> None:
    done = run("plan", *TERM, "--format", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert list(document) == ["optimal", "covered", "objective", "pairs", "uncovered", "shortages"]
    assert (document["optimal"], document["covered"], document["uncovered"]) == (True, 4, [])
    assert list(document["objective"]) == ["covered", "kept", "fit", "distance_km"]
    assert list(document["pairs"][0]) == [
        "township", "commissioner", "kept", "fit", "distance_km", "reason",
    ]  # fmt: skip
    assert list_drafts(sqlite_context, by=SYSTEM) == ()


def test_pins_and_prohibitions_hold_and_a_shortage_is_told(run: Run) -> None:
    done = run(
        "plan", *TERM, "--format", "json", "--pin", f"{SHANHE}=C-0003",
        *(word for number in (1, 2, 3) for word in ("--forbid", f"{PINGFANG}=C-000{number}")),
    )  # fmt: skip
    document = json.loads(done.stdout)
    assert {"township": SHANHE, "commissioner": "C-0003"}.items() <= next(
        pair for pair in document["pairs"] if pair["township"] == SHANHE
    ).items()
    assert [one["township"] for one in document["uncovered"]] == [PINGFANG]
    assert [one["townships"] for one in document["shortages"]] == [[PINGFANG]]
    assert list(document["shortages"][0]) == [
        "townships", "commissioners", "missing", "specialty", "reason",
    ]  # fmt: skip


def test_a_mistyped_prohibition_is_refused(run: Run) -> None:
    for wrong in (f"{PINGFANG}=C-9", "999=C-0001"):
        done = run("plan", *TERM, "--forbid", wrong)
        assert (done.exit_code, done.stdout) == (1, "")
        assert "is forbidden but is no" in done.stderr


@pytest.mark.parametrize(
    ("starts_on", "says"),
    [
        ("2020-01-01", "/ends_on: The last day of the plan, 31 Dec 2020, has passed."),
        ("9999-12-31", "A plan cannot reach 31 Dec 9999. Choose a day until 31 Dec 2200."),
    ],
)
def test_a_slip_in_the_year_is_refused_and_nothing_published(
    run: Run, sqlite_context: Context, starts_on: str, says: str
) -> None:
    done = run("plan", "--publish", "--starts-on", starts_on)
    assert (done.exit_code, done.stdout) == (1, "")
    assert says in done.stderr
    assert len(rows(sqlite_context, schema.assignments)) == 1


def test_the_table_tells_figures_counties_and_reasons(run: Run) -> None:
    done = run("plan", *TERM)
    assert done.exit_code == 0
    assert done.stdout.startswith("4 of 4 townships are covered by the plan; 1 pairs stay as they are.")
    assert "4 assignments: 3 new, 1 further terms of kept pairs." in done.stdout
    assert "五常市" in done.stdout
    assert "拉林满族镇" in done.stdout


def test_publishing_proposes_and_refused_it_writes_nothing(run: Run, sqlite_context: Context) -> None:
    done = run("plan", *TERM, "--publish")
    assert (done.exit_code, "4 assignments are proposed" in done.stderr) == (0, True)
    assert "Proposed are 4 assignments: 3 new, 1 further terms of kept pairs." in done.stdout
    assert "would propose" not in done.stdout
    states = [row["state"] for row in rows(sqlite_context, schema.assignments)]
    assert sorted(states) == ["active", *["proposed"] * 4]
    again = run("plan", *TERM, "--publish")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "nothing to publish" in again.stderr
    assert len(list_drafts(sqlite_context, by=SYSTEM)) == 1


def test_what_is_no_pair_is_a_fault_of_use_and_what_contradicts_itself_one_of_the_data(run: Run) -> None:
    assert run("plan", "--pin", "拉林").exit_code == 2
    refused = run("plan", *TERM, "--pin", f"{LALIN}=C-0001", "--forbid", f"{LALIN}=C-0001")
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "Remove one of the two" in refused.stderr


def test_imported_distances_take_the_place_of_great_circles(run: Run, sqlite_context: Context) -> None:
    file = write_csv(
        sqlite_context.settings.data_dir,
        f"""commissioner_id,township_code,km
        C-0001,{LALIN},99.5
        C-0002,{LALIN},7""",
    )
    assert "Added: 2" in run("import", "travel", str(file)).stdout
    document = json.loads(run("plan", *TERM, "--format", "json").stdout)
    (pair,) = (one for one in document["pairs"] if one["township"] == LALIN)
    assert (pair["commissioner"], pair["distance_km"]) == ("C-0001", 99.5)
    wrong = write_csv(
        sqlite_context.settings.data_dir,
        f"""commissioner_id,township_code,km
        C-0001,{LALIN},-1
        C-0009,{LALIN},7
        C-0001,999999999,7""",
    )
    refused = run("import", "travel", str(wrong), "--format", "json")
    found = [(each["row"], each["column"]) for each in json.loads(refused.stdout)["errors"]]
    assert refused.exit_code == 1
    assert found == [(2, "km"), (3, "commissioner_id"), (4, "township_code")]
    assert len(rows(sqlite_context, schema.travel_distances)) == 2


def test_imported_distances_are_removed_again(run: Run, sqlite_context: Context) -> None:
    text = f"commissioner_id,township_code,km\nC-0001,{LALIN},99.5"
    file = write_csv(sqlite_context.settings.data_dir, text)
    run("import", "travel", str(file))
    assert run("import", "travel").exit_code == 2
    assert run("import", "travel", str(file), "--clear").exit_code == 2
    assert "1 imported distance would be removed." in run("import", "travel", "--clear", "--dry-run").stderr
    assert len(rows(sqlite_context, schema.travel_distances)) == 1
    assert "1 imported distance is removed." in run("import", "travel", "--clear").stderr
    assert rows(sqlite_context, schema.travel_distances) == []
    assert run("import", "travel", "--clear").exit_code == 1
