"""Boundaries: whether they are valid, how they are repaired, simplified, and approximated from seats.

Every layer that goes in states `STORAGE_CRS`, and so does every layer that comes out; lengths and areas are
always metres, measured in a projection that the functions choose themselves.
"""

from __future__ import annotations

from geodata.boundaries.comparing import Overlap, find_overlaps, outline_shift_m
from geodata.boundaries.coverage import BrokenCoverageError, overlap_area_m2, simplify_coverage
from geodata.boundaries.service_areas import UnusableSeatsError, service_areas
from geodata.boundaries.validity import BrokenGeometryError, GeometryFinding, find_faults, repair

__all__ = [
    "BrokenCoverageError",
    "BrokenGeometryError",
    "GeometryFinding",
    "Overlap",
    "UnusableSeatsError",
    "find_faults",
    "find_overlaps",
    "outline_shift_m",
    "overlap_area_m2",
    "repair",
    "service_areas",
    "simplify_coverage",
]
