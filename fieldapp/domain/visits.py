"""Visits (服务日志): the log of one service, its evidence and its review."""

from __future__ import annotations

from enum import StrEnum

from geodata.errors import Message


class VisitMode(StrEnum):
    ON_SITE = "on_site"
    REMOTE = "remote"


class EvidenceGrade(StrEnum):
    A = "A"
    B = "B"
    C = "C"
    D = "D"


# Evidence that verifies a visit by itself, without an approved confirmation.
VERIFYING_GRADES = (EvidenceGrade.A, EvidenceGrade.B)


class Review(StrEnum):
    SUBMITTED = "submitted"
    APPROVED = "approved"
    HAS_ISSUES = "has_issues"
    REJECTED = "rejected"


# The counted results that commissioners' logs ask for; income uplift is in ten thousand yuan.
RESULTS: dict[str, Message] = {
    "new_varieties": Message("new varieties introduced"),
    "new_technologies": Message("new technologies introduced"),
    "new_products": Message("new products introduced"),
    "problems_solved": Message("technical problems solved"),
    "training_sessions": Message("training sessions held"),
    "farmers_trained": Message("farmers trained"),
    "households_helped": Message("households helped"),
    "cooperatives_helped": Message("cooperatives helped"),
    "demonstration_bases": Message("demonstration bases"),
    "income_uplift_wan_yuan": Message("income uplift (10 000 yuan)"),
}
