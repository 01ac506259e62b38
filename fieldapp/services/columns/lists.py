"""The columns of the lists on the pages, as they are downloaded; for reading, not for importing again."""

from __future__ import annotations

from fieldapp.domain.coverage import CoverageStatus
from fieldapp.domain.visits import RESULTS
from fieldapp.services.columns.commissioners import COMMISSIONERS
from fieldapp.services.columns.products import PRODUCTS
from fieldapp.services.columns.visits import VISITS
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

_PERSON = {column.key: column for column in COMMISSIONERS}
_PRODUCT = {column.key: column for column in PRODUCTS}
_VISIT = {column.key: column for column in VISITS}

COMMISSIONER_LIST = (
    *(_PERSON[key] for key in ("id", "name", "kind", "institution", "specialties", "capacity")),
    Column("serving", Message("townships served today"), kind="integer"),
    Column("townships", Message("townships served"), kind="choices"),
    *(_PERSON[key] for key in ("phone", "retired_on", "demonstration")),
)

INSTITUTION_LIST = (
    _PERSON["institution"],
    _PERSON["institution_kind"],
    Column("people", Message("commissioners sent"), kind="integer"),
    Column("retired", Message("of them retired"), kind="integer"),
)

PRODUCT_LIST = (
    *(_PRODUCT[key] for key in ("county", "township", "township_code", "name", "category")),
    Column("featured_from", Message("featured from"), kind="date"),
    *(
        _PRODUCT[key]
        for key in (
            "scale",
            "value_wan_yuan",
            "brand",
            "geographical_indication",
            "basis",
            "retired_on",
            "demonstration",
        )
    ),
)

VISIT_LIST = (
    *(_VISIT[key] for key in ("visited_on", "started_at", "ended_at")),
    _PRODUCT["county"],
    *(_VISIT[key] for key in ("township", "township_code", "commissioner", "commissioner_id")),
    _PERSON["institution"],
    *(_VISIT[key] for key in ("mode", "service_days")),
    *(_VISIT[key] for key in RESULTS),
    *(_VISIT[key] for key in ("content", "grade")),
    Column("photos", Message("photos"), kind="integer"),
    Column("awaits_photos", Message("awaiting photos"), kind="boolean"),
    *(_VISIT[key] for key in ("review", "confirmation_approved", "received_at", "id", "demonstration")),
)

TOWNSHIP_LIST = (
    Column("code", Message("township code"), kind="code"),
    Column("name", Message("township")),
    Column("county", Message("county")),
    Column(
        "status",
        Message("status"),
        kind="choice",
        choices={status.value: (status.words,) for status in CoverageStatus},
    ),
    Column("commissioner", Message("commissioner")),
    Column("featured_product", Message("featured product")),
    Column("last_visit_on", Message("last visit"), kind="date"),
    Column("lapses_on", Message("lapses on"), kind="date"),
)
