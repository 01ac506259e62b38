"""What the API says of plans and of the planning policy."""

from __future__ import annotations

from fieldapp.api.schemas import (
    COUNTY_CODE,
    TOWNSHIP_CODE,
    Named,
    Schema,
    count,
    day,
    flag,
    many,
    moment,
    nullable,
    number,
    one_of,
    record,
    text,
    whole,
)
from fieldapp.domain.planning import Move, QuotaOf
from fieldapp.domain.planning.drafts import LONGEST_NAME, DraftState, Stage
from fieldapp.domain.specialties import PRODUCT_CATEGORIES, SPECIALTIES
from fieldapp.services.explain_plan import UNCOVERED
from fieldapp.services.planning_policy import LONGEST_NOTE

_MOST_PAIRS = 10_000
NAME = text("For people, to tell several drafts apart.", pattern=r"\S", maxLength=LONGEST_NAME)
PAIR = Named("Pair", record(township=TOWNSHIP_CODE, commissioner=text("Id.", minLength=1, maxLength=30)))
PAIRS = many(PAIR, maxItems=_MOST_PAIRS)
_ID = text("Id of the commissioner.")
_SENTENCE = text("In the language of Accept-Language.")

_SUMMARY: dict[str, Schema] = {
    "id": whole(),
    "name": NAME,
    "state": one_of(DraftState),
    "revision": whole("Grows with each edit, and with publishing and undoing.", minimum=1),
    "progress": nullable(
        record(
            stage=one_of(Stage),
            words=_SENTENCE,
            share=number("About how much is done.", minimum=0, maximum=1),
        )
    ),
    "error": nullable(text("Why it could not be solved.")),
    "created_at": moment(),
    "created_by_name": nullable(text("Null for the program itself.")),
    "starts_on": day("The first day of the term that is planned."),
    "ends_on": day("Its last day."),
    "county_codes": many(COUNTY_CODE, "None means the whole city."),
    "policy_version": whole("The version of the planning policy that it was made under.", minimum=1),
    "solved_at": nullable(moment()),
    "published_at": nullable(moment()),
    "undone_at": nullable(moment()),
}
SUMMARY = Named("PlanSummary", record(**_SUMMARY))
_DOCUMENT = Named(
    "PlanDocument",
    record(
        "What `fieldapp plan --format json` prints.",
        optimal=flag("Proven: there is no better plan."),
        covered=count(),
        objective=record(
            "In the order in which it counts.",
            covered=count("Townships with a commissioner."),
            kept=count("Pairs that stay as they are."),
            fit=number("The fit of all pairs, summed up."),
            distance_km=number("The distances of all pairs, summed up."),
        ),
        pairs=many(
            record(
                township=TOWNSHIP_CODE,
                commissioner=_ID,
                kept=flag(),
                fit=number(minimum=0, maximum=1),
                distance_km=nullable(number()),
                reason=_SENTENCE,
            )
        ),
        uncovered=many(record(township=TOWNSHIP_CODE, reason=_SENTENCE)),
        shortages=many(
            record(
                "Townships that share too few commissioners.",
                townships=many(TOWNSHIP_CODE),
                commissioners=many(_ID),
                missing=count(),
                specialty=nullable(text("Null: any would do.")),
                reason=_SENTENCE,
            )
        ),
    ),
)
FRAGILITY = Named(
    "Fragility",
    record(
        "Somebody who leads a township in a plan.",
        commissioner=_ID,
        name=text(),
        townships=many(TOWNSHIP_CODE, "Those that nobody else could cover."),
        repair=_SENTENCE,
    ),
)
PLAN = Named(
    "Plan",
    record(
        **_SUMMARY,
        pins=PAIRS,
        forbids=PAIRS,
        distances=text("Where its distances come from, in the language of Accept-Language."),
        outdated=many(_SENTENCE, "What has changed since it was solved, of a ready plan."),
        hindrances=many(_SENTENCE, "What has to be done before it can be published, of a ready plan."),
        lapses=many(_SENTENCE, "Kept terms that end before the plan does and are not renewed by it."),
        first_days=many(_SENTENCE, "What is covered or taken over from a later day than the first."),
        writes=nullable(text("What publishing would propose, of a ready plan.")),
        proposals=many(
            record(
                "A term that publishing would propose.",
                township=TOWNSHIP_CODE,
                commissioner=_ID,
                starts_on=day(),
                ends_on=day(),
            ),
            "Exactly what publishing would write, of a ready plan.",
        ),
        plan=nullable(_DOCUMENT),
        difference=many(
            record(
                "What becomes of a township.",
                township=TOWNSHIP_CODE,
                name=text(),
                county_code=COUNTY_CODE,
                product=nullable(text("The featured product.")),
                change=one_of((*Move, UNCOVERED)),
                commissioner=nullable(_ID),
                commissioner_name=nullable(text()),
                before=nullable(_ID),
                before_name=nullable(text()),
                pinned=flag(),
                fit=nullable(number(minimum=0, maximum=1)),
                distance_km=nullable(number()),
                begins_on=nullable(
                    day("The first day of the planned pair; null where it can have none yet.")
                ),
                waits=flag("Nobody leads it on the first day: it is covered from begins_on only."),
                reason=_SENTENCE,
            ),
            "Every township that was planned, by code.",
        ),
        counties=many(
            record(
                code=COUNTY_CODE,
                name=text(),
                roster=count("Townships."),
                before=count("Covered today."),
                after=count("Covered by the plan on its first day."),
                later=count("Covered by the plan from a later day."),
            )
        ),
        leftover=many(record(commissioner=_ID, name=text(), reason=_SENTENCE)),
        fragility=nullable(
            many(FRAGILITY, "As /plans/{draft_id}/fragility says; null until that was asked.")
        ),
        assignment_ids=many(whole(), "The proposals that it was published as."),
    ),
)
WHAT_IF = Named(
    "WhatIf",
    record(
        covered=count("Townships that the plan would cover."),
        gained=count("How many more that is."),
        townships=many(TOWNSHIP_CODE, "Those of them that the plan leaves uncovered."),
        straight_lines=flag("The one more is measured along straight lines, while the plan knows roads."),
    ),
)
_SCORE = {"minimum": 0, "maximum": 1}
_POLICY: dict[str, Schema] = {
    "fit": many(
        record(
            category=one_of(PRODUCT_CATEGORIES),
            specialty=one_of(SPECIALTIES),
            score=number("In hundredths.", **_SCORE),
        ),
        "How well a specialty answers a product category; what is not named is 0.",
        maxItems=len(PRODUCT_CATEGORIES) * len(SPECIALTIES),
    ),
    "least_fit": number("Whoever fits less is not considered.", **_SCORE),
    "max_km": nullable(number("Whoever lives farther away is not considered.", minimum=0.1, maximum=20_000)),
    "detour_factor": number("What great circles are multiplied by.", minimum=1, maximum=5),
    "unknown_km": number("What an unknown distance counts as.", minimum=0, maximum=20_000),
    "quotas": many(
        record(
            of=one_of(QuotaOf),
            key=text("The county's code, or the institution's name.", minLength=1, maxLength=200),
            at_least=whole(minimum=0, maximum=100_000),
            at_most=nullable(whole(minimum=0, maximum=100_000)),
        ),
        maxItems=1000,
    ),
    "all_pairs_up_to": whole("Up to so many pairs all are considered.", minimum=0, maximum=5_000_000),
    "nearest": whole("In larger plans, so many nearest for each township.", minimum=1, maximum=1000),
}
POLICY = Named(
    "PlanningPolicy",
    record(
        version=whole(minimum=1),
        note=text("Why it was changed."),
        created_at=nullable(moment("Null for the program's own first version.")),
        created_by_name=nullable(text()),
        **_POLICY,
    ),
)
REVISION = whole(
    "The revision that was seen, where If-Match does not say it.", minimum=1, maximum=999_999_999
)
POLICY_CHANGE = record(
    optional=("note", "revision", *_POLICY),
    note=text("Why it is changed.", maxLength=LONGEST_NOTE),
    revision=REVISION,
    **_POLICY,
)
