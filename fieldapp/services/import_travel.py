"""Import distances by road: one row a commissioner and township, in the place of all that were there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fieldapp.domain.importing import Action, ImportFault, ImportOutcome, RowChange
from fieldapp.domain.permissions import Action as Right
from fieldapp.domain.permissions import Person, Row, require
from fieldapp.persistence import commissioners, townships, travel_distances
from fieldapp.persistence.register import lock_register
from fieldapp.persistence.unit_of_work import UnitOfWork
from fieldapp.services.context import Context
from fieldapp.workbooks.columns import Column
from fieldapp.workbooks.reading import Sheet, read_rows
from geodata.errors import Message

LONGEST_KM = 20_100
COLUMNS = (
    Column("commissioner_id", Message("commissioner id"), ("科技特派员编号", "特派员编号"), required=True),
    Column(
        "township_code",
        Message("township code"),
        ("乡镇代码", "区划代码", "乡镇编码"),
        required=True,
        kind="code",
        digits=9,
    ),
    Column(
        "km", Message("distance in km"), ("公里", "里程", "距离", "distance_km"), required=True, kind="number"
    ),
)
_Pair = tuple[str, str]


def import_travel(
    context: Context,
    path: Path,
    *,
    by: Person,
    encoding: str | None = None,
    sheet: str | None = None,
    dry_run: bool = False,
) -> ImportOutcome:
    """Put the distances of a file in the place of all that were imported before, or say what that would do.

    Pairs that the file does not name are measured as the crow flies again. With any fault nothing is
    written. Raises `ForbiddenError`, and `InvalidInputError` where the file cannot be read at all.
    """
    require(by, Right.SETTING_WRITE, Row())
    read = read_rows(path, COLUMNS, encoding=encoding, sheet=sheet)
    with context.work(actor=by.actor) as work:
        lock_register(work.connection)
        given, faults = _checked(work, read)
        outcome = _outcome(work, given, [*read.faults, *faults])
        if dry_run or not outcome.is_sound:
            return outcome
        travel_distances.replace_all(
            work.connection,
            [
                {"commissioner_id": pair[0], "township_code": pair[1], "km": km, "source": path.name[:100]}
                for pair, (_, km) in given.items()
            ],
        )
        work.record("travel.imported", "travel", path.name[:60], after={"distances": len(given)}, topic=None)
        work.commit()
    return outcome


def _checked(work: UnitOfWork, read: Sheet) -> tuple[dict[_Pair, tuple[int, float]], list[ImportFault]]:
    """Row and km by pair, and what is wrong with the other rows."""
    people, places = commissioners.ids(work.connection), townships.codes(work.connection)
    given: dict[_Pair, tuple[int, float]] = {}
    faults: list[ImportFault] = []
    for row in read.rows:
        if row.faulty:
            continue
        person, township = str(row.values["commissioner_id"]), str(row.values["township_code"])
        km = float(str(row.values["km"]))
        if person not in people:
            unknown = Message(
                "There is no commissioner with this id. Correct it, or import the person first."
            )
            faults.append(read.fault(row, "commissioner_id", unknown))
        elif township not in places:
            unknown = Message("There is no township with this code. Correct it.")
            faults.append(read.fault(row, "township_code", unknown))
        elif not 0 <= km <= LONGEST_KM:
            wrong = Message("A distance is from 0 to {most} km. Correct it.", most=LONGEST_KM)
            faults.append(read.fault(row, "km", wrong))
        elif (person, township) in given:
            twice = Message(
                "Row {row} gives this pair already. Keep one of the two.", row=given[person, township][0]
            )
            faults.append(read.fault(row, "township_code", twice))
        else:
            given[person, township] = row.number, km
    return given, faults


def _outcome(
    work: UnitOfWork, given: Mapping[_Pair, tuple[int, float]], faults: list[ImportFault]
) -> ImportOutcome:
    table = travel_distances.find_table(work.connection)
    stored = {} if table is None else table.km
    changes = [
        RowChange(
            Action.ADD if pair not in stored else Action.KEEP if stored[pair] == km else Action.CHANGE,
            number,
            f"{pair[0]} – {pair[1]}",
            before={"km": stored[pair]} if pair in stored else {},
            after={"km": km},
        )
        for pair, (number, km) in given.items()
    ]
    changes += [
        RowChange(Action.END, None, f"{pair[0]} – {pair[1]}", before={"km": km})
        for pair, km in stored.items()
        if pair not in given
    ]
    return ImportOutcome.of(changes, faults)
