"""``fieldapp plan``: the best assignments for a year, looked at or published as proposals."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import click

from fieldapp.cli.output import Installation, pass_installation, print_bytes
from fieldapp.cli.tables import aligned
from fieldapp.domain.assignments import day_after
from fieldapp.domain.permissions import SYSTEM
from fieldapp.domain.planning import Move, Pair
from fieldapp.domain.planning.drafts import Stage
from fieldapp.services.explain_plan import UNCOVERED, OnStage
from fieldapp.services.plan_at_once import PlannedAtOnce, plan_at_once
from fieldapp.services.planning_input import Wish
from fieldapp.services.public_notice import usual_term
from geodata.errors import Counted, Message

_CHANGES = {move.value: move.words for move in Move} | {UNCOVERED: Message("uncovered")}


class _PairType(click.ParamType[Pair]):
    name = "T=C"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Pair:
        """A township's code and a commissioner's id."""
        township, _, commissioner = str(value).partition("=")
        if not township.strip() or not commissioner.strip():
            wrong = Message(
                "{value} is no pair. Write it as TOWNSHIP=COMMISSIONER, by code and id.", value=value
            )
            self.fail(ctx.obj.words(wrong) if ctx else str(wrong), param, ctx)
        return Pair(township.strip(), commissioner.strip())


_PAIR = _PairType()
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.option("--pin", "pins", type=_PAIR, multiple=True, help="This pair must be; may be repeated.")
@click.option("--forbid", "forbids", type=_PAIR, multiple=True, help="This pair must not be.")
@click.option("--county", "counties", metavar="CODE", multiple=True, help="Only this county.")
@click.option("--starts-on", type=_DAY, metavar="DATE", help="The first day; default: tomorrow.")
@click.option("--ends-on", type=_DAY, metavar="DATE", help="The last day; default: a year later.")
@click.option(
    "--format", "output_format", type=click.Choice(("table", "json")), default="table", help="Default: table."
)
@click.option("--publish", is_flag=True, help="Propose the new and the further terms, all or nothing.")
@pass_installation
def plan(
    installation: Installation,
    *,
    pins: tuple[Pair, ...],
    forbids: tuple[Pair, ...],
    counties: tuple[str, ...],
    starts_on: datetime | None,
    ends_on: datetime | None,
    output_format: str,
    publish: bool,
) -> None:
    """Plan who is to lead which township, so that as many as possible are covered.

    Publishing proposes what is new, and a further term for each kept pair whose term ends before the plan
    does. The table says how many of both, and what is covered from a later day than the first.
    """
    first = starts_on.date() if starts_on else day_after(installation.context.today())
    wish = Wish(first, ends_on.date() if ends_on else usual_term(first), counties, pins, forbids)
    name = Message("Command line, {day}", day=installation.context.today())
    with _progress(installation) as on_stage:
        planned = plan_at_once(
            installation.context,
            wish,
            publish_as=installation.words(name) if publish else None,
            on_stage=on_stage,
            by=SYSTEM,
        )
    if output_format == "json":
        document = _said(installation, planned.plan)
        print_bytes((json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())
    else:
        print_bytes(("\n".join(_table(installation, planned)) + "\n").encode())
    if planned.draft_id is not None:
        installation.say(
            Counted(
                "The plan {id} is published: {count} assignment is proposed.",
                "The plan {id} is published: {count} assignments are proposed.",
                id=planned.draft_id,
                count=len(planned.proposed),
            )
        )


@contextmanager
def _progress(installation: Installation) -> Iterator[OnStage]:
    """A bar on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda _stage: None
        return
    label = installation.words(Message("Planning"))
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:

        def show(stage: Stage) -> None:
            bar.update(int(100 * stage.share) - bar.pos)

        yield show
        bar.update(100 - bar.pos)


def _said(installation: Installation, value: Any) -> Any:
    """The value with every sentence in the language of the installation."""
    if isinstance(value, Message):
        return installation.words(value)
    if isinstance(value, Mapping):
        return {name: _said(installation, each) for name, each in value.items()}
    return [_said(installation, each) for each in value] if isinstance(value, list) else value


def _table(installation: Installation, planned: PlannedAtOnce) -> list[str]:
    """The figures in words, the counties, every township with its reason, and what stands in the way."""
    words, document = installation.words, planned.plan
    objective = document["objective"]
    figures = Message(
        "{covered} of {roster} townships are covered by the plan; {kept} pairs stay as they are. "
        "Proven: there is no better plan.",
        covered=objective["covered"],
        roster=len(planned.difference),
        kept=objective["kept"],
    )
    counties = aligned(
        [
            words(each)
            for each in (
                _COUNTY,
                Message("townships"),
                Message("today"),
                Message("on the first day"),
                Message("later"),
            )
        ],
        [
            [each["name"], each["roster"], each["before"], each["after"], each["later"]]
            for each in planned.counties
        ],
    )
    townships = aligned(
        [words(each) for each in _COLUMNS],
        [
            [
                words(_CHANGES[row["change"]]),
                row["township"],
                row["name"],
                row["commissioner"],
                row["commissioner_name"],
                row["before_name"],
                row["fit"],
                None if row["distance_km"] is None else round(row["distance_km"], 1),
                row["begins_on"],
                words(row["reason"]),
            ]
            for row in planned.difference
        ],
    )
    shortages = [f"- {words(each)}" for each in dict.fromkeys(one["reason"] for one in document["shortages"])]
    return [
        words(figures),
        *(words(each) for each in planned.first_days),
        *([] if planned.writes is None else [words(planned.writes)]),
        words(planned.distances),
        "",
        *counties,
        "",
        *townships,
        *([""] if shortages else []),
        *shortages,
    ]


_COUNTY = Message("county")
_COLUMNS = (
    Message("change"),
    Message("code"),
    Message("township"),
    Message("id"),
    Message("commissioner"),
    Message("today"),
    Message("fit"),
    Message("km"),
    Message("first day"),
    Message("reason"),
)
