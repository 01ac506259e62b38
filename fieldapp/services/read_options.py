"""Who could lead a township of a draft instead, from what the draft's solver saw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from fieldapp.domain.errors import NotFoundError
from fieldapp.domain.permissions import Person
from fieldapp.domain.planning.keeping import problem_of
from fieldapp.domain.planning.options import Option, list_options
from fieldapp.domain.suitability import Post
from fieldapp.services.context import Context
from fieldapp.services.open_draft import find_draft
from geodata.errors import Message


@dataclass(frozen=True)
class TownshipOptions:
    """A township of a draft and everybody who could lead it, the best first."""

    township: Post
    county: str
    options: Sequence[Option]


def read_options(context: Context, draft_id: int, township_code: str, *, by: Person) -> TownshipOptions:
    """Raises `NotFoundError` where the person may see no such draft, or the draft has no such township."""
    with context.reading() as connection:
        row = find_draft(connection, draft_id, by=by)
    problem = problem_of(row["input"])
    post = problem.township.get(township_code)
    if post is None:
        raise NotFoundError(
            Message("This plan has no township with the code {code}.", code=township_code),
            code="plan.township",
        )
    leads: dict[str, list[str]] = defaultdict(list)
    for pair in (row["plan"] or {"pairs": ()})["pairs"]:
        leads[pair["commissioner"]].append(pair["township"])
    return TownshipOptions(
        post, problem.county_name(post.county_code), list_options(problem, township_code, leads)
    )
