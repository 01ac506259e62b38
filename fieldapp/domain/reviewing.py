"""The review of a visit as a table of steps: from which states each is possible, and what it leaves.

A grade never decides; an officer does. Whoever has to know is told by a note: the question, the answer to
it, the reason of a rejection. A new revision from the field is judged anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from fieldapp.domain.errors import ConflictError, Fault, InvalidInputError
from fieldapp.domain.visits import EvidenceGrade, Review
from geodata.errors import Message

LONGEST_NOTE = 2000  # characters


class NoteKind(StrEnum):
    """What a note beside a visit is."""

    QUESTION = "question"
    ANSWER = "answer"
    REJECTION = "rejection"
    REMARK = "remark"

    @property
    def words(self) -> Message:
        return _NOTE_WORDS[self]


_NOTE_WORDS = {
    NoteKind.QUESTION: Message("question"),
    NoteKind.ANSWER: Message("answer"),
    NoteKind.REJECTION: Message("reason of the rejection"),
    NoteKind.REMARK: Message("remark"),
}


class ReviewStep(StrEnum):
    """What is done with a visit under review; the last two come from the field."""

    APPROVE = "approve"
    QUESTION = "question"
    REJECT = "reject"
    UNDO = "undo"
    ANSWER = "answer"
    REVISE = "revise"

    @property
    def words(self) -> Message:
        return _STEP_WORDS[self]


_STEP_WORDS = {
    ReviewStep.APPROVE: Message("approve"),
    ReviewStep.QUESTION: Message("return with a question"),
    ReviewStep.REJECT: Message("reject"),
    ReviewStep.UNDO: Message("take the decision back"),
    ReviewStep.ANSWER: Message("answer the question"),
    ReviewStep.REVISE: Message("change the visit"),
}

REVIEW_WORDS: Mapping[Review, Message] = MappingProxyType(
    {
        Review.SUBMITTED: Message("awaiting review"),
        Review.APPROVED: Message("approved"),
        Review.HAS_ISSUES: Message("returned with a question"),
        Review.REJECTED: Message("rejected"),
    }
)
OFFICERS_STEPS = (ReviewStep.APPROVE, ReviewStep.QUESTION, ReviewStep.REJECT, ReviewStep.UNDO)


@dataclass(frozen=True)
class Rule:
    """Where a step is possible, what it leaves (None: what was before the last decision), and its note."""

    states: frozenset[Review]
    becomes: Review | None
    note: NoteKind | None = None


_OPEN = frozenset({Review.SUBMITTED, Review.HAS_ISSUES})
STEPS: Mapping[ReviewStep, Rule] = MappingProxyType(
    {
        ReviewStep.APPROVE: Rule(_OPEN, Review.APPROVED),
        ReviewStep.QUESTION: Rule(_OPEN, Review.HAS_ISSUES, NoteKind.QUESTION),
        ReviewStep.REJECT: Rule(_OPEN, Review.REJECTED, NoteKind.REJECTION),
        ReviewStep.UNDO: Rule(frozenset({Review.APPROVED, Review.HAS_ISSUES, Review.REJECTED}), None),
        ReviewStep.ANSWER: Rule(frozenset({Review.HAS_ISSUES}), Review.SUBMITTED, NoteKind.ANSWER),
        ReviewStep.REVISE: Rule(frozenset(Review), Review.SUBMITTED),
    }
)

# What an officer decided or asked without knowing that the recipient denies the visit is looked at again.
REOPENED_BY_DENIAL = frozenset({Review.APPROVED, Review.HAS_ISSUES})


def possible_steps(review: Review) -> tuple[ReviewStep, ...]:
    """The officers' steps that a state allows, in the order of the table: what a page offers."""
    return tuple(step for step in OFFICERS_STEPS if review in STEPS[step].states)


def stepped(review: Review, step: ReviewStep, *, before: Review | None = None) -> Review:
    """The state that a step leaves; ``before`` is what an undo goes back to.

    Where no decision is recorded, as of a visit that came from another system, an undo leads to the queue.
    Raises `ConflictError` where the state does not allow the step.
    """
    rule = STEPS[step]
    if review not in rule.states:
        raise ConflictError(
            Message(
                "The visit is {state}: {step} is not possible now.",
                state=REVIEW_WORDS[review],
                step=step.words,
            ),
            code="visit.review",
        )
    return rule.becomes or before or Review.SUBMITTED


def required_note(step: ReviewStep, text: str) -> str:
    """The text of a step's note, without blanks around; blank for a step that has none.

    Raises `InvalidInputError` where a note has to be written and is not, or is too long.
    """
    text = text.replace("\r\n", "\n").strip()
    if STEPS[step].note is None:
        return ""
    if not text:
        message = _MISSING[step]
        raise InvalidInputError(message, [Fault("/text", message)], code="visit.note")
    if len(text) > LONGEST_NOTE:
        message = Message(
            "The text has {length} characters, more than the {limit} that are kept. Shorten it.",
            length=len(text),
            limit=LONGEST_NOTE,
        )
        raise InvalidInputError(message, [Fault("/text", message)], code="visit.note")
    return text


_MISSING = {
    ReviewStep.QUESTION: Message("Write what the commissioner is to explain or to add."),
    ReviewStep.REJECT: Message("Write why the visit is rejected; the commissioner reads it."),
    ReviewStep.ANSWER: Message("Write the answer."),
}


def approves_itself(
    review: Review, grade: EvidenceGrade | None, *, awaits_photos: bool, overlaps: bool
) -> bool:
    """Whether a visit may be approved with others at once: grade A, undecided, and all its photos here.

    One that was returned with a question has something open that the grade does not know of; and of visits
    that the commissioner says to have made at the same time, somebody has to look at each.
    """
    is_open = review is Review.SUBMITTED and not awaits_photos
    return is_open and grade is EvidenceGrade.A and not overlaps


GRADE_A_RULE = Message(
    "Visits of grade A that await review and whose photos have all arrived: position inside the township, "
    "taken during the visit, and a photo not seen before whose own time and place do not contradict it. "
    "Visits of one commissioner at the same time are looked at one by one."
)
