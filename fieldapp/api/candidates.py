"""Candidates: who fits a township and why, and where a commissioner would help most."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, g, jsonify

from fieldapp.api.answers import context
from fieldapp.api.operations import LIMIT, USUALLY_AT_ONCE, Answer, Operation, Parameter, describe
from fieldapp.api.requests import read_query
from fieldapp.api.schemas import (
    TOWNSHIP_CODE,
    Named,
    day,
    flag,
    many,
    nullable,
    number,
    one_of,
    record,
    text,
    whole,
)
from fieldapp.domain.assignments import day_after
from fieldapp.domain.candidates import Candidate, Conflict
from fieldapp.domain.permissions import Action
from fieldapp.domain.reasons import Tone
from fieldapp.i18n import translate
from fieldapp.services.public_notice import usual_term
from fieldapp.services.rank_candidates import CandidateFilter, Ranking, rank_candidates, rank_townships
from fieldapp.web.rights import acting_person, needs

blueprint = Blueprint("candidates", __name__)

_CANDIDATE = Named(
    "Candidate",
    record(
        commissioner_id=text(),
        commissioner=text("Name."),
        institution=text("Name."),
        township_code=TOWNSHIP_CODE,
        township=text("Name."),
        score=number("The better the higher.", minimum=0, maximum=100),
        possible=flag("Whether nothing stands in the way."),
        conflicts=many(one_of(Conflict)),
        home_km=nullable(number("From the home base, as the crow flies.")),
        served_km=nullable(number("From the nearest township that is led in this term.")),
        free=whole("How many townships more in this term.", minimum=0),
        reasons=many(
            record(
                about=text("The part of the score, or the conflict."),
                tone=one_of(Tone),
                chip=text("In a word."),
                sentence=text("In a sentence."),
            )
        ),
    ),
)
_RANKING = Named(
    "Ranking",
    record(
        starts_on=day(),
        ends_on=day(),
        total=whole("Before any filter.", minimum=0),
        items=many(_CANDIDATE, "The possible ones first, the best first."),
    ),
)


def _ranks(summary: str, missing: str) -> Callable[..., Any]:
    return describe(
        Operation(
            summary,
            {200: Answer("The ranking.", _RANKING)},
            (
                Parameter("starts_on", day(), "The first day of the term; tomorrow where it is left out."),
                Parameter("ends_on", day(), "The last day; a year later where it is left out."),
                Parameter("possible", flag(), "Only those against whom nothing stands."),
                Parameter("fitting", flag(), "Only those with a specialty that answers the product."),
                LIMIT,
            ),
            problems={404: missing},
        )
    )


@blueprint.get("/townships/<code>/candidates")
@needs(Action.ASSIGNMENT_PROPOSE)
@_ranks("The commissioners for a township, ranked, with reasons.", "It is not on the roster.")
def township_candidates(code: str) -> Response:
    """Who fits a township."""
    return _ranked(rank_candidates, code)


@blueprint.get("/commissioners/<commissioner_id>/candidates")
@needs(Action.ASSIGNMENT_PROPOSE)
@_ranks("The townships for a commissioner, ranked, with reasons.", "There is no such commissioner.")
def commissioner_candidates(commissioner_id: str) -> Response:
    """Where a commissioner would help most."""
    return _ranked(rank_townships, commissioner_id)


def _ranked(rank: Callable[..., Ranking], key: str) -> Response:
    query = read_query()
    starts_on = query.get("starts_on") or day_after(context().today())
    found = rank(
        context(),
        key,
        by=acting_person(),
        starts_on=starts_on,
        ends_on=query.get("ends_on") or usual_term(starts_on),
        wanted=CandidateFilter(possible=query.get("possible", False), fitting=query.get("fitting", False)),
    )
    limit = query.get("limit", USUALLY_AT_ONCE)
    response = jsonify(
        starts_on=found.starts_on.isoformat(),
        ends_on=found.ends_on.isoformat(),
        total=found.total,
        items=[_shown(found, candidate) for candidate in found.candidates[:limit]],
    )
    response.cache_control.no_store = True
    return response


def _shown(ranking: Ranking, candidate: Candidate) -> dict[str, Any]:
    return {
        "commissioner_id": candidate.commissioner_id,
        "commissioner": ranking.suitors[candidate.commissioner_id].name,
        "institution": ranking.institutions[candidate.commissioner_id],
        "township_code": candidate.township_code,
        "township": ranking.posts[candidate.township_code].name,
        "score": candidate.score,
        "possible": candidate.possible,
        "conflicts": list(candidate.conflicts),
        "home_km": candidate.home_km,
        "served_km": candidate.served_km,
        "free": candidate.free,
        "reasons": [
            {
                "about": reason.about,
                "tone": reason.tone,
                "chip": translate(reason.chip, g.language),
                "sentence": translate(reason.sentence, g.language),
            }
            for reason in candidate.reasons
        ],
    }
