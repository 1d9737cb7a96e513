"""Regions, as people and as ARM write them."""

from __future__ import annotations


def region_key(region: str) -> str:
    """Return `westeurope` for `West Europe`."""
    return region.replace(" ", "").lower()
