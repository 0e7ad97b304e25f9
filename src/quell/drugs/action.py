"""From drive to occupancy: what a port's number means for the receptor behind it.

A drive x = C / EC50 is dimensionless and adds over drugs that compete for one place:
occupancy = x / (1 + x). Written for numbers and arrays alike.
"""

from typing import Any


def occupancy(drive: Any) -> Any:
    """Share of sites taken at a drive x = C / EC50 (one site, no cooperation): x / (1 + x)."""
    return drive / (1.0 + drive)


def drive_for(share: Any) -> Any:
    """The drive that takes a share (0 to under 1) of the sites: the inverse of `occupancy`."""
    return share / (1.0 - share)


def effect(drive: Any, *, hill: float = 1.0) -> Any:
    """Share of the largest effect at a drive, with a Hill slope: x^h / (1 + x^h)."""
    powered = drive**hill
    return powered / (1.0 + powered)
