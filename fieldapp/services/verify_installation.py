"""Verify that nobody changed what the audit log says."""

from __future__ import annotations

from fieldapp.persistence.audit_chain import ChainState, check_chain
from fieldapp.persistence.coverage import snapshot
from fieldapp.services.context import Context


def verify_audit(context: Context) -> ChainState:
    """Follow the chain of the audit log from its beginning to its end."""
    with snapshot(context.engine) as connection:
        return check_chain(connection)
