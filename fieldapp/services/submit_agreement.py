"""Submit the signed agreement of an assignment, and read it again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

from fieldapp.domain import transitions
from fieldapp.domain.assignments import Assignment
from fieldapp.domain.lifecycle import Step
from fieldapp.domain.permissions import Action, Person, require
from fieldapp.persistence import agreements, assignments
from fieldapp.persistence.register import Values
from fieldapp.persistence.schema_assigning import Verdict
from fieldapp.services.context import Context
from fieldapp.services.keep_agreement import keep_agreement, path_of
from fieldapp.services.steps import ACTIONS, open_assignment, row_of, write_step

VERDICTS = tuple(Verdict)


@dataclass(frozen=True)
class AgreementFile:
    """A kept file, as it can be sent."""

    path: Path
    file_name: str
    media_type: str


def submit_agreement(
    context: Context,
    assignment_id: int,
    stream: BinaryIO,
    name: str,
    *,
    revision: int | None,
    by: Person,
) -> Assignment:
    """Keep the uploaded file and submit it for approval; raises as every step does.

    Raises `InvalidInputError` for a file that is not a PDF or a photo, or is too large.
    """
    with context.reading() as connection:  # nobody leaves files here who may not
        require(by, Action.AGREEMENT_SUBMIT, row_of(connection, assignments.load(connection, assignment_id)))
    kept = keep_agreement(context, stream, name)
    with context.work(actor=by.actor) as work:
        before = open_assignment(
            work.connection, assignment_id, revision=revision, by=by, action=ACTIONS[Step.SUBMIT_AGREEMENT]
        )
        after = transitions.submit_agreement(before, today=context.today())
        agreements.add(
            work.connection, asdict(kept) | {"assignment_id": assignment_id, "uploaded_at": context.now()}
        )
        write_step(work, Step.SUBMIT_AGREEMENT, before, after, reason=kept.file_name)
        work.commit()
    return after


def read_agreements(context: Context, assignment_id: int, *, by: Person) -> list[Values]:
    """What is known of the files submitted for an assignment, the latest first.

    Raises `NotFoundError` and `ForbiddenError`.
    """
    with context.reading() as connection:
        assignment = assignments.load(connection, assignment_id)
        require(by, Action.AGREEMENT_READ, row_of(connection, assignment))
        return agreements.of_assignments(connection, [assignment_id]).get(assignment_id, [])


def read_agreement(context: Context, file_id: int, *, by: Person) -> AgreementFile:
    """An uploaded agreement; raises `NotFoundError` and `ForbiddenError`."""
    with context.reading() as connection:
        row = agreements.get(connection, file_id)
        assignment = assignments.load(connection, row["assignment_id"])
        require(by, Action.AGREEMENT_READ, row_of(connection, assignment))
    path = path_of(context, row["sha256"], row["media_type"])
    return AgreementFile(path, row["file_name"], row["media_type"])
