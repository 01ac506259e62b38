"""The schemas of visits: what a phone sends, and the document that it is answered with."""

from __future__ import annotations

from fieldapp.api.schemas import (
    TOWNSHIP_CODE,
    Named,
    Schema,
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
from fieldapp.domain.visit_rules import (
    LARGEST_ACCURACY_M,
    LARGEST_COUNT,
    LONGEST_CONTENT,
    LONGEST_REASON,
    MOST_PHOTOS,
)
from fieldapp.domain.visits import INCOME, RESULTS, EvidenceGrade, Review, VisitMode

_DIGEST = text("SHA-256 of a photo, hexadecimal.", pattern="^[0-9a-f]{64}$")
_RESULTS: dict[str, Schema] = {
    name: number("In 10 000 yuan, two decimals.", minimum=0, maximum=LARGEST_COUNT)
    if name == INCOME
    else whole(minimum=0, maximum=LARGEST_COUNT)
    for name in RESULTS
}
_FIX = record(
    "Where the device says that it was.",
    lon=number(minimum=-180, maximum=180),
    lat=number(minimum=-90, maximum=90),
    accuracy_m=number("In metres.", minimum=0, maximum=LARGEST_ACCURACY_M),
    captured_at=moment(),
    mocked=flag("Whether the device says that the position is made up."),
)
_SAID: dict[str, Schema] = {
    "township_code": TOWNSHIP_CODE,
    "started_at": moment(),
    "ended_at": moment(),
    "mode": one_of(VisitMode),
    "content": text(maxLength=LONGEST_CONTENT),
    "service_days": number("In halves.", minimum=0.5, maximum=32),
    "results": record("What the visit came to; what is left out is 0.", optional=RESULTS, **_RESULTS),
    "fix": nullable(_FIX),
    "no_fix_reason": nullable(text("Why there is no position.", maxLength=LONGEST_REASON)),
    "photos": many(_DIGEST, "In their order.", maxItems=MOST_PHOTOS, uniqueItems=True),
    "recorded_at": nullable(moment("When the phone saved the log; the same in every retry.")),
}

BODY = Named(
    "VisitBody",
    record(
        optional=("results", "no_fix_reason", "photos", "recorded_at"),
        base_revision=nullable(whole("The revision that the client knows; null for none.", minimum=1)),
        **_SAID,
    ),
)
VISIT = Named(
    "Visit",
    record(
        id=text(format="uuid"),
        revision=whole(minimum=1),
        commissioner_id=text(),
        **_SAID
        | {
            "results": record(**_RESULTS),
            "photos": many(_DIGEST),
            "service_days": number("In halves."),
            "fix": nullable(_FIX) | {"description": "Null also for whoever does not see positions: viewers."},
        },
        received_at=moment("By the server's clock, when it first came."),
        visited_on=day("The local day on which it began."),
        grade=nullable(one_of(EvidenceGrade, "Of the evidence.")),
        grade_reasons=many(text(), "Why, in sentences."),
        review=one_of(Review),
        notes=many(
            record(
                id=text(format="uuid"),
                kind=one_of(("question", "answer", "rejection", "remark")),
                text=text(),
                at=moment(),
                by_name=text(),
            )
        ),
        photos_awaited=many(_DIGEST, "Those that have not arrived yet."),
        confirmation=nullable(record(state=text(), rating=nullable(whole()))),
        deleted=flag("Whether it was withdrawn."),
    ),
)
