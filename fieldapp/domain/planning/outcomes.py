"""What becomes of each township in a plan, in words: the moves, and those that stay uncovered."""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from geodata.errors import Message

# In the order in which they are worth looking at.
OUTCOMES: Final = MappingProxyType(
    {
        "uncovered": Message("stays without"),
        "ended": Message("loses its own"),
        "moved": Message("changes hands"),
        "new": Message("newly covered"),
        "kept": Message("kept as it is"),
    }
)
