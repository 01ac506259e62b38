"""The tables, one definition for both engines.

Every period is closed: ``starts_on`` and ``ends_on`` both count, and a null ``ends_on`` is open. What
the constraints here cannot say (no two terms on one day, capacity, append-only history) is said by
exclusion constraints and triggers in the migrations.
"""

from __future__ import annotations

from fieldapp.persistence.schema.accounts import (
    api_tokens,
    login_failures,
    one_time_links,
    recovery_codes,
    sessions,
    user_counties,
    users,
)
from fieldapp.persistence.schema.audit import audit_chain, audit_events, change_counters
from fieldapp.persistence.schema.base import metadata
from fieldapp.persistence.schema.photos import photo_bands, photo_uploads, photos, product_photos
from fieldapp.persistence.schema.planning import (
    plan_drafts,
    plan_publications,
    planning_policies,
    travel_distances,
)
from fieldapp.persistence.schema.register import (
    assignments,
    commissioner_specialties,
    commissioners,
    counties,
    featured_products,
    institutions,
    products,
    roster_memberships,
    roster_targets,
    township_lineage,
    townships,
)
from fieldapp.persistence.schema.reviewing import confirmations, phones, visit_notes
from fieldapp.persistence.schema.visits import visit_photos, visit_revisions, visits

__all__ = [
    "api_tokens",
    "assignments",
    "audit_chain",
    "audit_events",
    "change_counters",
    "commissioner_specialties",
    "commissioners",
    "confirmations",
    "counties",
    "featured_products",
    "institutions",
    "login_failures",
    "metadata",
    "one_time_links",
    "phones",
    "photo_bands",
    "photo_uploads",
    "photos",
    "plan_drafts",
    "plan_publications",
    "planning_policies",
    "product_photos",
    "products",
    "recovery_codes",
    "roster_memberships",
    "roster_targets",
    "sessions",
    "township_lineage",
    "townships",
    "travel_distances",
    "user_counties",
    "users",
    "visit_notes",
    "visit_photos",
    "visit_revisions",
    "visits",
]
