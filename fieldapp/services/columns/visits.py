"""The columns of visits."""

from __future__ import annotations

from fieldapp.domain.visits import RESULTS
from fieldapp.services.columns.shared import DEMONSTRATION
from fieldapp.workbooks.columns import Column
from geodata.errors import Message

VISITS = (
    Column("id", Message("visit id")),
    Column("township_code", Message("township code"), kind="code", digits=9),
    Column("township", Message("township")),
    Column("county_code", Message("county code"), kind="code", digits=6),
    Column("commissioner_id", Message("commissioner id")),
    Column("commissioner", Message("commissioner")),
    Column("started_at", Message("started at"), kind="datetime"),
    Column("ended_at", Message("ended at"), kind="datetime"),
    Column("visited_on", Message("visited on"), kind="date"),
    Column("received_at", Message("received at"), kind="datetime"),
    Column(
        "mode",
        Message("mode"),
        kind="choice",
        choices={"on_site": (Message("on site"),), "remote": (Message("remote"),)},
    ),
    Column("content", Message("content")),
    Column("service_days", Message("service days"), kind="number"),
    *(
        Column(key, words, kind="number" if key == "income_uplift_wan_yuan" else "integer")
        for key, words in RESULTS.items()
    ),
    Column("fix_lon", Message("longitude of the fix"), kind="number"),
    Column("fix_lat", Message("latitude of the fix"), kind="number"),
    Column("fix_accuracy_m", Message("accuracy of the fix (m)"), kind="number"),
    Column("fix_captured_at", Message("fix captured at"), kind="datetime"),
    Column("fix_mocked", Message("fix mocked"), kind="boolean"),
    Column("grade", Message("evidence grade")),
    Column("confirmation_approved", Message("confirmation approved"), kind="boolean"),
    Column(
        "review",
        Message("review"),
        kind="choice",
        choices={
            "submitted": (Message("submitted"),),
            "approved": (Message("approved"),),
            "has_issues": (Message("has issues"),),
            "rejected": (Message("rejected"),),
        },
    ),
    DEMONSTRATION,
)
