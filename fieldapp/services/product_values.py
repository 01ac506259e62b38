"""What is said of a product, as a form gives it, and what permissions ask of it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from fieldapp.domain.permissions import Row
from fieldapp.domain.specialties import PRODUCT_CATEGORIES
from fieldapp.persistence.register import Values
from fieldapp.services.given_values import Given

LARGEST_VALUE = Decimal("999999999999.99")  # 万元


def row_of(product: Values) -> Row:
    """What a product belongs to: the county of its township, and those who serve there."""
    return Row(frozenset({product["county_code"]}), product["commissioner_ids"])


def subject_of(product: Values) -> tuple[str, str]:
    """How the audit log names a product."""
    return "product", f"{product['township_code']}/{product['name']}"[:60]


def product_values(given: Mapping[str, object]) -> Values:
    """Read the columns of a product; `InvalidInputError` with every fault."""
    read = Given(given)
    values: Values = {
        "name": read.text("name", limit=120, required=True),
        "category": read.choice("category", PRODUCT_CATEGORIES),
        "scale": read.text("scale", limit=120),
        "value_wan_yuan": read.amount("value_wan_yuan", largest=LARGEST_VALUE),
        "brand": read.text("brand", limit=120),
        "geographical_indication": read.text("geographical_indication", limit=120),
        "basis": read.text("basis", limit=2000, lines=True),
    }
    read.finish()
    return values
