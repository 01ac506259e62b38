"""What an officer may change about planning: a versioned policy. The order of what counts is not among it.

The order is fixed: cover the most townships, then keep what is active, then fit specialties to products
best, then travel least. No setting lets a later one outweigh an earlier one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Any, Final

from fieldapp.domain.errors import Fault, InvalidInputError
from fieldapp.domain.specialties import PRODUCT_CATEGORIES, SPECIALTIES
from fieldapp.domain.suitability import Fit, fit_of
from geodata.errors import Message

# Scores are stored from 0 to 1 and counted in hundredths, so that sums are exact.
HUNDREDTHS: Final = 100
_NEAR: Final = 0.5
FitTable = Mapping[str, Mapping[str, float]]


@cache
def default_fit() -> FitTable:
    """Product category -> specialty -> score: 1 for a specialty that answers it, 0.5 for one near to it."""
    worth = {Fit.DIRECT: 1.0, Fit.NEAR: _NEAR}
    return _frozen(
        {
            category: {
                specialty: worth[fit]
                for specialty in SPECIALTIES
                if (fit := fit_of((specialty,), category)) is not Fit.NONE
            }
            for category in PRODUCT_CATEGORIES
        }
    )


def _frozen(table: FitTable) -> FitTable:
    return MappingProxyType({category: MappingProxyType(dict(scores)) for category, scores in table.items()})


class QuotaOf(StrEnum):
    COUNTY = "county"
    INSTITUTION = "institution"


@dataclass(frozen=True)
class Quota:
    """How many townships a county may have covered, or an institution may lead, in a plan.

    ``key`` is the county's code or the institution's name. A limit goes before all else: no more than
    ``at_most`` are planned, and a plan with fewer than ``at_least`` is refused.
    """

    of: QuotaOf
    key: str
    at_least: int = 0
    at_most: int | None = None


@dataclass(frozen=True)
class PlanningPolicy:
    """The fit table and the limits, under a version that a kept plan names.

    ``fit``
        How well a specialty answers a product category, from 0 to 1 in hundredths; what is not named is 0.
        A commissioner counts with the best of his or her specialties.
    ``least_fit``
        Whoever fits less is not considered, where the township has a product that some specialty answers.
        0 lets anybody cover.
    ``max_km``
        Nobody is considered who lives farther away, or whose distance is not known. None sets no limit.
    ``detour_factor``
        What a great circle is multiplied by where no road distance is known.
    ``unknown_km``
        What an unknown distance counts as, when plans are compared; it is never shown.
    ``quotas``
        Limits per county or per institution; at most one each.
    ``all_pairs_up_to``, ``nearest``
        Up to so many pairs all are considered. In larger plans, for each township those this many
        nearest, and this many nearest of each degree of fit, beside the present and the pinned ones.

    ``least_fit`` and ``max_km`` do not bind pairs that exist already or are pinned by hand.
    """

    version: str = "2026.1"
    fit: FitTable = field(default_factory=default_fit)
    least_fit: float = 0.0
    max_km: float | None = None
    detour_factor: float = 1.3
    unknown_km: float = 300.0
    quotas: tuple[Quota, ...] = ()
    all_pairs_up_to: int = 500_000
    nearest: int = 10

    def __post_init__(self) -> None:
        faults = [*self._scores(), *self._limits(), *self._quotas()]
        if faults:
            raise InvalidInputError(faults[0].message, faults, code="plan.policy")
        object.__setattr__(self, "fit", _frozen(self.fit))

    def _scores(self) -> list[Fault]:
        return [
            Fault(
                f"/fit/{category}/{specialty}",
                Message(
                    "The fit of {specialty} for {category} cannot be used. Name a known specialty and "
                    "category, and give a number from 0 to 1 with at most two decimals.",
                    specialty=SPECIALTIES.get(specialty, specialty),
                    category=PRODUCT_CATEGORIES.get(category, category),
                ),
            )
            for category, scores in self.fit.items()
            for specialty, score in scores.items()
            if category not in PRODUCT_CATEGORIES or specialty not in SPECIALTIES or not _is_score(score)
        ]

    def _limits(self) -> list[Fault]:
        right = {
            "version": bool(self.version.strip()),
            "least_fit": _is_score(self.least_fit),
            "max_km": self.max_km is None or _is_between(self.max_km, 0.1, 20_000),
            "detour_factor": _is_between(self.detour_factor, 1, 5),
            "unknown_km": _is_between(self.unknown_km, 0, 20_000),
            "all_pairs_up_to": 0 <= self.all_pairs_up_to <= 5_000_000,
            "nearest": 1 <= self.nearest <= 1000,
        }
        return [Fault(f"/{name}", _RIGHT[name]) for name, is_right in right.items() if not is_right]

    def _quotas(self) -> list[Fault]:
        faults = []
        seen: set[tuple[QuotaOf, str]] = set()
        for position, quota in enumerate(self.quotas):
            most = math.inf if quota.at_most is None else quota.at_most
            if not 0 <= quota.at_least <= most or (quota.of, quota.key) in seen:
                faults.append(
                    Fault(
                        f"/quotas/{position}",
                        Message(
                            "The quota of {key} cannot be used. Give one quota for each, with a lower limit "
                            "from 0 up and an upper limit that is not below it.",
                            key=quota.key,
                        ),
                    )
                )
            seen.add((quota.of, quota.key))
        return faults

    def to_json(self) -> dict[str, Any]:
        """As plain values for storing with a plan; `from_json` reads it back."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        plain["fit"] = {category: dict(scores) for category, scores in self.fit.items()}
        plain["quotas"] = [asdict(quota) | {"of": quota.of.value} for quota in self.quotas]
        return plain

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> PlanningPolicy:
        """Read what `to_json` wrote, or an officer's file; what is not named is as by default."""
        known = {one.name for one in fields(cls)}
        try:
            given = {name: value for name, value in plain.items() if name in known}
            if set(plain) - known:
                raise ValueError
            if "quotas" in given:
                given["quotas"] = tuple(
                    Quota(**quota | {"of": QuotaOf(quota["of"])}) for quota in given["quotas"]
                )
            return cls(**given)
        except (TypeError, ValueError, KeyError, AttributeError):
            raise InvalidInputError(
                Message("This planning policy cannot be read. Export the present one and change its values."),
                code="plan.policy",
            ) from None


def _is_score(score: float) -> bool:
    return 0 <= score <= 1 and abs(score * HUNDREDTHS - round(score * HUNDREDTHS)) < 1e-9


def _is_between(value: float, least: float, most: float) -> bool:
    return math.isfinite(value) and least <= value <= most


_RIGHT = {
    "version": Message("A planning policy needs a version. Give it one."),
    "least_fit": Message("The least fit is a number from 0 to 1 with at most two decimals."),
    "max_km": Message("The farthest distance is from 0.1 to 20000 km, or left empty."),
    "detour_factor": Message("The detour factor is a number from 1 to 5."),
    "unknown_km": Message("What an unknown distance counts as is from 0 to 20000 km."),
    "all_pairs_up_to": Message("All pairs can be considered up to 5000000."),
    "nearest": Message("The number of nearest commissioners to consider is from 1 to 1000."),
}
