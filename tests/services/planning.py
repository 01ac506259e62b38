"""Shorthand for the tests of planning: the small register, and plans for the year from December on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fieldapp.domain.permissions import Person
from fieldapp.domain.planning import Pair
from fieldapp.services.context import Context
from fieldapp.services.draft_plan import draft_plan, edit_draft
from fieldapp.services.planning_input import Wish
from fieldapp.services.read_plans import DraftView, read_draft
from tests.services.assigning import DECEMBER, NEXT_NOVEMBER, OFFICER


def drafted(context: Context, *, by: Person = OFFICER, name: str = "全市方案", **wanted: Any) -> DraftView:
    """A plan for the year from December on."""
    wish = replace(Wish(DECEMBER, NEXT_NOVEMBER), **wanted)
    return read_draft(context, draft_plan(context, name, wish, by=by), by=by)


def edited(
    context: Context,
    draft: DraftView,
    *,
    by: Person = OFFICER,
    pins: tuple[Pair, ...] = (),
    forbids: tuple[Pair, ...] = (),
) -> DraftView:
    """The same plan, solved again around edits."""
    edit_draft(context, draft.id, pins=pins, forbids=forbids, revision=draft.revision, by=by)
    return read_draft(context, draft.id, by=by)


def leaders(draft: DraftView) -> dict[str, str | None]:
    """Who leads each township in the plan."""
    return {row["township"]: row["commissioner"] for row in draft.difference}
