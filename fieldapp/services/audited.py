"""What an audit event keeps of a change: only what differs, in values that JSON can carry."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from shapely import Point

from fieldapp.domain.commissioners import masked_phone
from fieldapp.domain.importing import plain
from fieldapp.persistence.register import Values


def audited(values: Mapping[str, object]) -> Values:
    """The values for the log: phones masked, positions as longitude and latitude."""
    return {key: _audited(key, value) for key, value in values.items()}


def difference(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[Values, Values]:
    """The entries of ``after`` that are not as they were, on both sides."""
    changed = [key for key in after if before.get(key) != after[key]]
    return audited({key: before.get(key) for key in changed}), audited({key: after[key] for key in changed})


def _audited(key: str, value: object) -> object:
    if key == "phone" and isinstance(value, str):
        return masked_phone(value)
    if isinstance(value, Point):
        return [value.x, value.y]
    if isinstance(value, Decimal):
        return str(value)
    return plain(value)
