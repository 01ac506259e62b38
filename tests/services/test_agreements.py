"""Agreements: files that are what they say, submitted, approved or returned."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from fieldapp.domain.assignments import AgreementState
from fieldapp.domain.errors import ForbiddenError, InvalidInputError, NotFoundError
from fieldapp.domain.permissions import Person, Role
from fieldapp.persistence import schema_assigning
from fieldapp.services import keep_agreement
from fieldapp.services.context import Context
from fieldapp.services.judge_agreement import approve_agreement, return_agreement
from fieldapp.services.submit_agreement import read_agreement, submit_agreement
from fieldapp.services.undo_step import undo_step
from tests.services.assigning import OFFICER, VIEWER, active
from tests.services.small_register import fill, rows

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def _photo(kind: str = "JPEG") -> bytes:
    stream = BytesIO()
    Image.new("RGB", (64, 48), "white").save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def register(context: Context) -> Context:
    fill(context)
    return context


@pytest.mark.parametrize(
    ("content", "media_type"),
    [(PDF, "application/pdf"), (_photo(), "image/jpeg"), (_photo("PNG"), "image/png")],
)
def test_an_agreement_is_submitted_and_approved(register: Context, content: bytes, media_type: str) -> None:
    standing = active(register)
    assert standing.id is not None
    submitted = submit_agreement(
        register, standing.id, BytesIO(content), "协议.bin", revision=standing.revision, by=OFFICER
    )
    assert submitted.agreement_state is AgreementState.SUBMITTED
    (file,) = rows(register, schema_assigning.agreement_files)
    kept = read_agreement(register, file["id"], by=OFFICER)
    assert (kept.path.read_bytes(), kept.media_type, kept.file_name) == (content, media_type, "协议.bin")
    approved = approve_agreement(register, standing.id, revision=submitted.revision, by=OFFICER)
    assert approved.agreement_approved_on == register.today()
    undone = undo_step(register, standing.id, revision=approved.revision, by=OFFICER)
    assert undone.agreement_state is AgreementState.SUBMITTED
    assert rows(register, schema_assigning.agreement_files)[0]["verdict"] is None


def test_a_returned_agreement_says_why(register: Context) -> None:
    standing = active(register)
    assert standing.id is not None
    submitted = submit_agreement(
        register, standing.id, BytesIO(PDF), "a.pdf", revision=standing.revision, by=OFFICER
    )
    with pytest.raises(InvalidInputError, match="Say why"):
        return_agreement(register, standing.id, " ", revision=submitted.revision, by=OFFICER)
    returned = return_agreement(register, standing.id, "缺乡镇公章", revision=submitted.revision, by=OFFICER)
    assert returned.agreement_state is AgreementState.RETURNED
    assert rows(register, schema_assigning.agreement_files)[0]["reason"] == "缺乡镇公章"


@pytest.mark.parametrize(
    "content",
    [b"", b"MZ\x90\x00", b"<html><script>alert(1)</script>", b"%PDF-1.7 cut", _photo()[:200], b"GIF89a" * 9],
)
def test_what_is_no_agreement_is_refused_and_nothing_is_kept(sqlite_context: Context, content: bytes) -> None:
    fill(sqlite_context)
    standing = active(sqlite_context)
    with pytest.raises(InvalidInputError, match="合同"):
        submit_agreement(
            sqlite_context,
            standing.id or 0,
            BytesIO(content),
            "../合同.pdf",
            revision=standing.revision,
            by=OFFICER,
        )
    assert not (sqlite_context.settings.data_dir / "agreements").exists()


def test_a_file_that_is_too_large_is_refused(
    sqlite_context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keep_agreement, "LARGEST", 20)
    with pytest.raises(InvalidInputError, match="larger"):
        keep_agreement.keep_agreement(sqlite_context, BytesIO(PDF), "a.pdf")


def test_only_who_may_sees_an_agreement(sqlite_context: Context) -> None:
    fill(sqlite_context)
    standing = active(sqlite_context)
    own = Person(Role.COMMISSIONER, commissioner_id="C-0002", user_id=11)
    other = Person(Role.COMMISSIONER, commissioner_id="C-0003", user_id=12)
    with pytest.raises(ForbiddenError):
        submit_agreement(
            sqlite_context, standing.id or 0, BytesIO(PDF), "a.pdf", revision=standing.revision, by=other
        )
    submit_agreement(
        sqlite_context, standing.id or 0, BytesIO(PDF), "a.pdf", revision=standing.revision, by=own
    )
    (file,) = rows(sqlite_context, schema_assigning.agreement_files)
    for stranger in (VIEWER, other):
        with pytest.raises(ForbiddenError):
            read_agreement(sqlite_context, file["id"], by=stranger)
    with pytest.raises(NotFoundError):
        read_agreement(sqlite_context, 404, by=own)
