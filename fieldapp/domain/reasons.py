"""Why a commissioner fits a township or does not, in plain words: a chip to scan and a sentence to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fieldapp.domain.assignments import Assignment
from fieldapp.domain.specialties import FITTING, PRODUCT_CATEGORIES, SPECIALTIES
from fieldapp.domain.suitability import AssessmentGrade, Fit, Post, Recusal, Suitor, fit_of, has_served
from geodata.errors import Message


class Tone(StrEnum):
    """What a reason says of a pair; ``AGAINST`` makes it impossible."""

    FOR = "for"
    NEUTRAL = "neutral"
    WEAK = "weak"
    AGAINST = "against"


@dataclass(frozen=True)
class Reason:
    """One reason; ``about`` is the part of the score or the conflict that it explains."""

    about: str
    tone: Tone
    chip: Message
    sentence: Message


def reasons_for(
    suitor: Suitor,
    post: Post,
    *,
    fit: Fit,
    home_km: float | None,
    served_km: float | None,
    free: int,
    held: Sequence[Assignment],
    starts_on: date,
    ends_on: date,
    recusal: Recusal | None,
    holder: Assignment | None,
    holder_name: str,
) -> tuple[Reason, ...]:
    """What stands in the way first, then the parts in the order of their weight."""
    return (
        *_against(
            suitor,
            post,
            free=free,
            ends_on=ends_on,
            recusal=recusal,
            holder=holder,
            holder_name=holder_name,
        ),
        _specialty(suitor, post, fit),
        _home(suitor, post, home_km),
        *_served(suitor, post, served_km),
        *_capacity(suitor, free),
        *_continuity(suitor, post, held, starts_on),
        *_grade(suitor),
    )


def _against(
    suitor: Suitor,
    post: Post,
    *,
    free: int,
    ends_on: date,
    recusal: Recusal | None,
    holder: Assignment | None,
    holder_name: str,
) -> Iterator[Reason]:
    if recusal is not None:
        yield Reason(
            "recused",
            Tone.AGAINST,
            Message("recused"),
            Message(
                "{name} is recused from {township}: {reason}. Choose somebody else.",
                name=suitor.name,
                township=post.name,
                reason=recusal.reason,
            ),
        )
    if suitor.retired_on is not None and suitor.retired_on <= ends_on:
        yield Reason(
            "retired",
            Tone.AGAINST,
            Message("retires {day}", day=suitor.retired_on),
            Message(
                "{name} is out of service from {day}. "
                "Let the term end before that day, or choose somebody else.",
                name=suitor.name,
                day=suitor.retired_on,
            ),
        )
    if free == 0:
        yield Reason(
            "no_capacity",
            Tone.AGAINST,
            Message("no capacity"),
            Message(
                "{name} can lead {capacity} at a time, and all are taken in this term. "
                "End one of the terms first, or raise the capacity.",
                name=suitor.name,
                capacity=suitor.capacity,
            ),
        )
    if holder is not None:
        yield Reason(
            "taken",
            Tone.AGAINST,
            Message("taken until {day}", day=holder.last_day),
            Message(
                "{township} has {commissioner} from {starts_on} to {ends_on}. "
                "Let the term begin after that, or end that one first.",
                township=post.name,
                commissioner=holder_name,
                starts_on=holder.starts_on,
                ends_on=holder.last_day,
            ),
        )


def _specialty(suitor: Suitor, post: Post, fit: Fit) -> Reason:
    if post.category is None or post.product is None:
        return Reason(
            "specialty",
            Tone.NEUTRAL,
            Message("no product yet"),
            Message(
                "{township} has no featured product yet, so specialties say nothing.", township=post.name
            ),
        )
    category = PRODUCT_CATEGORIES.get(post.category, post.category)
    if not FITTING.get(post.category):
        return Reason(
            "specialty",
            Tone.NEUTRAL,
            Message("product: {category}", category=category),
            Message(
                "No specialty is set for {product} ({category}). Judge for yourself who fits.",
                product=post.product,
                category=category,
            ),
        )
    if fit is Fit.NONE:
        return Reason(
            "specialty",
            Tone.WEAK,
            Message("other specialty"),
            Message(
                "None of the specialties of {name} answers {product} ({category}).",
                name=suitor.name,
                product=post.product,
                category=category,
            ),
        )
    # The specialty that fits is the first of those that fit best, as the commissioner's list has them.
    code = next(one for one in suitor.specialties if fit_of((one,), post.category) is fit)
    specialty = SPECIALTIES[code]
    if fit is Fit.DIRECT:
        return Reason(
            "specialty",
            Tone.FOR,
            Message("fits: {specialty}", specialty=specialty),
            Message(
                "{name} is a specialist in {specialty}, which is what {product} needs.",
                name=suitor.name,
                specialty=specialty,
                product=post.product,
            ),
        )
    return Reason(
        "specialty",
        Tone.NEUTRAL,
        Message("near: {specialty}", specialty=specialty),
        Message(
            "{name} is a specialist in {specialty}, which is near to what {product} needs.",
            name=suitor.name,
            specialty=specialty,
            product=post.product,
        ),
    )


def _home(suitor: Suitor, post: Post, home_km: float | None) -> Reason:
    if home_km is None:
        return Reason(
            "home",
            Tone.NEUTRAL,
            Message("distance unknown"),
            Message(
                "The home base of {name} or the seat of {township} is not on the map. "
                "Enter it to compare distances.",
                name=suitor.name,
                township=post.name,
            ),
        )
    return Reason(
        "home",
        Tone.NEUTRAL,
        Message("{distance_km} km", distance_km=round(home_km)),
        Message(
            "{township} is {distance_km} km from the home base of {name}, as the crow flies.",
            township=post.name,
            distance_km=round(home_km),
            name=suitor.name,
        ),
    )


def _served(suitor: Suitor, post: Post, served_km: float | None) -> Iterator[Reason]:
    if served_km is not None:
        yield Reason(
            "served",
            Tone.NEUTRAL,
            Message("{distance_km} km from own township", distance_km=round(served_km)),
            Message(
                "{township} is {distance_km} km from the nearest township that {name} leads in this term.",
                township=post.name,
                distance_km=round(served_km),
                name=suitor.name,
            ),
        )


def _capacity(suitor: Suitor, free: int) -> Iterator[Reason]:
    if free:
        yield Reason(
            "capacity",
            Tone.FOR if free == suitor.capacity else Tone.NEUTRAL,
            Message("free: {free} of {capacity}", free=free, capacity=suitor.capacity),
            Message(
                "{name} can lead {capacity} at a time; {free} of these stay free all through the term.",
                name=suitor.name,
                capacity=suitor.capacity,
                free=free,
            ),
        )


def _continuity(suitor: Suitor, post: Post, held: Sequence[Assignment], starts_on: date) -> Iterator[Reason]:
    here = [one for one in held if one.township_code == post.code and has_served(one, starts_on)]
    if here:
        last = max(here, key=lambda one: one.last_day)
        yield Reason(
            "continuity",
            Tone.FOR,
            Message("served here"),
            Message(
                "{name} has led {township} before, from {starts_on} to {ends_on}.",
                name=suitor.name,
                township=post.name,
                starts_on=last.starts_on,
                ends_on=last.last_day,
            ),
        )


_GRADE_TONES = {
    AssessmentGrade.EXCELLENT: Tone.FOR,
    AssessmentGrade.GOOD: Tone.FOR,
    AssessmentGrade.QUALIFIED: Tone.NEUTRAL,
    AssessmentGrade.UNQUALIFIED: Tone.WEAK,
}


def _grade(suitor: Suitor) -> Iterator[Reason]:
    if suitor.last_grade is not None:
        yield Reason(
            "grade",
            _GRADE_TONES[suitor.last_grade],
            Message("assessed: {grade}", grade=suitor.last_grade.words),
            Message(
                "The last assessment of {name} was: {grade}.",
                name=suitor.name,
                grade=suitor.last_grade.words,
            ),
        )
