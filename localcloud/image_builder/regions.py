"""Regions, as people and as ARM write them, and those of the public cloud."""

from __future__ import annotations

# Those of image-builder-json (10/2023) and the others of learn.microsoft.com, "Azure regions list".
_BY_GEOGRAPHY = {
    "Africa": ("South Africa North", "South Africa West"),
    "Asia Pacific": (
        *("Australia Central", "Australia Central 2", "Australia East", "Australia Southeast"),
        *("Central India", "East Asia", "Indonesia Central", "Japan East", "Japan West"),
        *("Jio India Central", "Jio India West", "Korea Central", "Korea South", "Malaysia West"),
        *("New Zealand North", "South India", "Southeast Asia", "West India"),
    ),
    "Canada": ("Canada Central", "Canada East"),
    "Europe": (
        *("Austria East", "Belgium Central", "Denmark East", "France Central", "France South"),
        *("Germany North", "Germany West Central", "Italy North", "North Europe", "Norway East"),
        *("Norway West", "Poland Central", "Spain Central", "Sweden Central", "Switzerland North"),
        *("Switzerland West", "UK South", "UK West", "West Europe"),
    ),
    "Mexico": ("Mexico Central",),
    "Middle East": ("Israel Central", "Qatar Central", "UAE Central", "UAE North"),
    "South America": ("Brazil South", "Brazil Southeast", "Chile Central"),
    "US": (
        *("Central US", "East US", "East US 2", "North Central US", "South Central US"),
        *("West Central US", "West US", "West US 2", "West US 3"),
    ),
}


def region_key(region: str) -> str:
    """Return `westeurope` for `West Europe`."""
    return region.replace(" ", "").lower()


PUBLIC_REGIONS = {
    region_key(shown): (shown, f"({geography}) {shown}")
    for geography, names in _BY_GEOGRAPHY.items()
    for shown in names
}
"""Display name and regional display name of each region by its own name."""
