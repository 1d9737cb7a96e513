"""Marketplace images that the local cloud knows: real names, with a few versions each.

Not the catalogue: enough for `version: latest` to mean something. The versions of UbuntuServer are
those of the recordings; the others are examples in each publisher's numbering.
"""

from __future__ import annotations

import re

# Generation 2 by the publishers' own ways to say so; Ubuntu since 24.04 says generation 1 instead.
_GENERATION_2 = re.compile(
    r"gen2|gensecond|-g2$|azure-edition|^win11|^(?:server|minimal)$", re.IGNORECASE
)

_IMAGES: dict[tuple[str, str, str], tuple[str, ...]] = {
    ("Canonical", "UbuntuServer", "16.04-LTS"): ("16.04.201911130", "16.04.202004290"),
    ("Canonical", "UbuntuServer", "16.04.0-LTS"): ("16.04.201911130", "16.04.202004290"),
    ("Canonical", "UbuntuServer", "18.04-LTS"): (
        "18.04.201808140",
        "18.04.201903060",
        "18.04.202305010",
        "18.04.202306070",
        "18.04.202401161",
    ),
    ("Canonical", "UbuntuServer", "18_04-LTS-GEN2"): ("18.04.202305010", "18.04.202401161"),
    ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts"): (
        "22.04.202404090",
        "22.04.202410020",
    ),
    ("Canonical", "0001-com-ubuntu-server-jammy", "22_04-lts-gen2"): (
        "22.04.202404090",
        "22.04.202410020",
    ),
    ("Canonical", "ubuntu-24_04-lts", "server"): ("24.04.202404230", "24.04.202505020"),
    ("Canonical", "ubuntu-24_04-lts", "server-gen1"): ("24.04.202404230", "24.04.202505020"),
    ("Canonical", "ubuntu-24_04-lts", "minimal"): ("24.04.202404230", "24.04.202505020"),
    ("Debian", "debian-11", "11-gen2"): ("0.20240717.1811", "0.20240928.1883"),
    ("Debian", "debian-12", "12"): ("0.20240901.1857", "0.20241004.1890"),
    ("Debian", "debian-12", "12-gen2"): ("0.20240901.1857", "0.20241004.1890"),
    ("MicrosoftWindowsDesktop", "office-365", "win11-23h2-avd-m365"): ("22631.4037.240813",),
    ("MicrosoftWindowsDesktop", "office-365", "win11-24h2-avd-m365"): (
        "26100.2033.241004",
        "26100.2605.241207",
    ),
    ("MicrosoftWindowsDesktop", "windows-11", "win11-23h2-avd"): ("22631.4037.240813",),
    ("MicrosoftWindowsDesktop", "windows-11", "win11-24h2-avd"): (
        "26100.2033.241004",
        "26100.2605.241207",
    ),
    ("MicrosoftWindowsServer", "WindowsServer", "2019-Datacenter"): (
        "2019.0.20190214",
        "17763.5696.240406",
    ),
    ("MicrosoftWindowsServer", "WindowsServer", "2019-datacenter-gensecond"): (
        "17763.5696.240406",
        "17763.6293.240905",
    ),
    ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-azure-edition"): (
        "20348.2402.240405",
        "20348.2700.240905",
    ),
    ("MicrosoftWindowsServer", "WindowsServer", "2022-datacenter-g2"): (
        "20348.2402.240405",
        "20348.2700.240905",
    ),
    ("MicrosoftWindowsServer", "WindowsServer", "2025-datacenter-azure-edition"): (
        "26100.2033.241004",
        "26100.2605.241207",
    ),
    ("RedHat", "RHEL", "8-lvm-gen2"): ("8.8.2023081715", "8.9.2023112310"),
    ("RedHat", "RHEL", "9-lvm-gen2"): ("9.3.2023112113", "9.4.2024090215"),
    ("RedHat", "RHEL", "94_gen2"): ("9.4.2024081416", "9.4.2024090215"),
}
_BY_LOWER_NAME = {
    (publisher.lower(), offer.lower(), sku.lower()): versions
    for (publisher, offer, sku), versions in _IMAGES.items()
}


def versions_of(publisher: str, offer: str, sku: str) -> tuple[str, ...] | None:
    """Return the versions of an image, oldest first; None when it is not known."""
    return _BY_LOWER_NAME.get((publisher.lower(), offer.lower(), sku.lower()))


def latest_version(publisher: str, offer: str, sku: str) -> str | None:
    """Return what `latest` means; None when the image is not known."""
    versions = versions_of(publisher, offer, sku)
    return versions[-1] if versions else None


def properties_of(publisher: str, sku: str) -> dict[str, object]:
    """Return what Compute tells of each version of an image, as far as names tell it."""
    system = "Windows" if "windows" in publisher.lower() else "Linux"
    return {
        "osDiskImage": {"operatingSystem": system},
        "hyperVGeneration": "V2" if _GENERATION_2.search(sku) else "V1",
    }


def offers_of(publisher: str) -> list[str]:
    """Return the known offers of a publisher."""
    return sorted({o for p, o, _ in _IMAGES if p.lower() == publisher.lower()})


def skus_of(publisher: str, offer: str) -> list[str]:
    """Return the known SKUs of an offer."""
    wanted = (publisher.lower(), offer.lower())
    return sorted(k for p, o, k in _IMAGES if (p.lower(), o.lower()) == wanted)
