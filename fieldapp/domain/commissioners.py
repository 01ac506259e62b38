"""Commissioners (科技特派员) and the institutions (派出单位) that send them."""

from __future__ import annotations

from enum import StrEnum

from geodata.errors import Message


class CommissionerKind(StrEnum):
    INDIVIDUAL = "individual"
    CORPORATE = "corporate"
    TEAM = "team"

    @property
    def words(self) -> Message:
        return _KIND_WORDS[self]


_KIND_WORDS = {
    CommissionerKind.INDIVIDUAL: Message("individual"),
    CommissionerKind.CORPORATE: Message("corporate"),
    CommissionerKind.TEAM: Message("team"),
}


class InstitutionKind(StrEnum):
    UNIVERSITY = "university"
    RESEARCH_INSTITUTE = "research_institute"
    EXTENSION_STATION = "extension_station"
    COMPANY = "company"
    OTHER = "other"


def masked_phone(phone: str | None) -> str | None:
    """The phone as shown to those who need not call: ``138****0001``."""
    if phone is None:
        return None
    return phone[:3] + "*" * max(len(phone) - 7, 4) + phone[-4:] if len(phone) >= 7 else "*" * len(phone)
