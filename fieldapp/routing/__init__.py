"""Routing servers that tell distances by road: OSRM and Valhalla, asked over HTTP.

An address says which of the two it is: ``osrm+http://HOST:5000`` or ``valhalla+https://HOST/PREFIX``.
"""

from __future__ import annotations

from fieldapp.routing.opening import name_of_server, open_routing

__all__ = ["name_of_server", "open_routing"]
