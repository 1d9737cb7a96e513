"""VM sizes that the local cloud knows: examples, the same ones in every region.

The names are the usual ones of each family, put together from versions and counts of cores, so a
few of them may have never been sold and a few that were are missing. Memory and disks follow each
family's ratio. Source: learn.microsoft.com, "Sizes for virtual machines in Azure", and its naming
rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_OS_DISK_MB = 1047552
_MOST_DISKS = 64
_DISK_MB_OF_CORE = 38400
_TWO_UP = (2, 4, 8, 16, 32, 48, 64)
_TO_96 = (*_TWO_UP, 96)
_TO_128 = (*_TO_96, 128)
_E_TO_96 = (2, 4, 8, 16, 20, 32, 48, 64, 96)
_SINCE_4 = re.compile(r"_v[4-9]$")
_DISK_LETTER = re.compile(r"[A-Z]+\d+(?:-\d+)?[a-z]*d[a-z]*_")

# Name with `#` for the cores, GB of memory for each core, counts of cores.
_FAMILIES: tuple[tuple[str, str, float, tuple[int, ...]], ...] = (
    ("B#", "s_v2 as_v2 ps_v2", 4, (2, 4, 8, 16, 32)),
    ("B#", "ls_v2 als_v2 pls_v2", 2, (2, 4, 8, 16, 32)),
    ("B#", "ts_v2 ats_v2 pts_v2", 0.5, (2,)),
    ("B#", "ms", 4, (1, 2, 4, 8, 12, 16, 20)),
    ("D#", "_v3 s_v3", 4, _TWO_UP),
    ("D#", "_v4 s_v4 d_v4 ds_v4", 4, _TWO_UP),
    ("D#", "a_v4 as_v4", 4, _TO_96),
    ("D#", "_v5 s_v5 d_v5 ds_v5 as_v5 ads_v5", 4, _TO_96),
    ("D#", "ls_v5 lds_v5", 2, _TO_96),
    ("D#", "ps_v5 pds_v5", 4, (2, 4, 8, 16, 32, 48, 64)),
    ("D#", "pls_v5 plds_v5", 2, (2, 4, 8, 16, 32, 48, 64)),
    ("D#", "s_v6 ds_v6", 4, (*_TO_128, 192)),
    ("D#", "ls_v6 lds_v6", 2, _TO_128),
    ("D#", "as_v6 ads_v6 ps_v6 pds_v6", 4, _TO_96),
    ("D#", "als_v6 alds_v6 pls_v6 plds_v6", 2, _TO_96),
    ("D#", "s_v7 ds_v7 as_v7 ads_v7", 4, (*_TO_128, 160)),
    ("D#", "ls_v7 lds_v7 als_v7 alds_v7", 2, (*_TO_128, 160)),
    ("DC#", "s_v2", 4, (1, 2, 4, 8)),
    ("DC#", "s_v3 ds_v3", 8, (1, 2, 4, 8, 16, 24, 32, 48)),
    ("DC#", "as_v5 ads_v5 as_v6 ads_v6", 4, _TO_96),
    ("DC#", "es_v5 eds_v5 es_v6 eds_v6", 4, (*_TO_96, 128)),
    ("E#", "_v3 s_v3", 8, (2, 4, 8, 16, 20, 32, 48, 64)),
    ("E#", "_v4 s_v4 d_v4 ds_v4", 8, (2, 4, 8, 16, 20, 32, 48, 64)),
    ("E#", "a_v4 as_v4", 8, _E_TO_96),
    ("E#", "_v5 s_v5 d_v5 ds_v5 as_v5 ads_v5", 8, _E_TO_96),
    ("E#", "bs_v5 bds_v5", 8, (2, 4, 8, 16, 32, 48, 64, 96, 112)),
    ("E#", "ps_v5 pds_v5", 8, (2, 4, 8, 16, 20, 32)),
    ("E#", "s_v6 ds_v6", 8, (*_E_TO_96, 128, 192)),
    ("E#", "as_v6 ads_v6 ps_v6 pds_v6", 8, _E_TO_96),
    ("E#", "bs_v6 bds_v6", 8, (*_E_TO_96, 128)),
    ("E#", "s_v7 ds_v7 as_v7 ads_v7", 8, (*_E_TO_96, 128, 160)),
    ("E#", "is_v3 i_v3", 6.75, (64,)),
    ("E#", "is_v4 ids_v4", 6.3, (80,)),
    ("E#", "i_v5 is_v5 id_v5 ids_v5", 6.46, (104,)),
    ("E#", "ias_v4 ias_v5", 7, (96, 112)),
    ("EC#", "as_v5 ads_v5 as_v6 ads_v6", 8, _E_TO_96),
    ("EC#", "es_v5 eds_v5 es_v6 eds_v6", 8, (2, 4, 8, 16, 32, 48, 64, 128)),
    ("F#", " s", 2, (1, 2, 4, 8, 16)),
    ("F#", "s_v2", 2, (2, 4, 8, 16, 32, 48, 64, 72)),
    ("F#", "as_v6", 4, (2, 4, 8, 16, 32, 48, 64)),
    ("F#", "als_v6", 2, (2, 4, 8, 16, 32, 48, 64)),
    ("F#", "ams_v6", 8, (2, 4, 8, 16, 32, 48, 64)),
    ("F#", "as_v7 ads_v7", 4, (1, 2, 4, 8, 16, 20, 32, 48, 64, 80)),
    ("F#", "als_v7 alds_v7", 2, (1, 2, 4, 8, 16, 20, 32, 48, 64, 80)),
    ("F#", "ams_v7 amds_v7", 8, (1, 2, 4, 8, 16, 20, 32, 48, 64, 80)),
    ("FX#", "mds", 21, (4, 12, 24, 36, 48)),
    ("FX#", "ms_v2 mds_v2", 21, (2, 4, 8, 12, 16, 24, 32, 48, 64, 96)),
    ("G#", " s", 14, (1, 2, 3, 4, 5)),
    ("HB#", "rs", 3.8, (60,)),
    ("HB#", "rs_v2 rs_v3", 3.8, (120,)),
    ("HB#", "rs_v4", 4, (176,)),
    ("HC#", "rs", 8, (44,)),
    ("HX#", "rs", 8, (176,)),
    ("L#", "s", 8, (4, 8, 16, 32)),
    ("L#", "s_v2", 8, (8, 16, 32, 48, 64, 80)),
    ("L#", "s_v3 as_v3", 8, (8, 16, 32, 48, 64, 80)),
    ("L#", "s_v4 as_v4 aos_v4", 8, (2, 4, 8, 12, 16, 24, 32, 48, 64, 80, 96)),
    ("M#", "s", 16, (32, 64, 128)),
    ("M#", " m ms", 28, (8, 16, 32, 64, 128)),
    ("M#", "s_v2 ms_v2 is_v2 ims_v2", 13.7, (208, 416)),
    ("M#", "ds_v2 dms_v2 ids_v2 idms_v2", 15, (32, 64, 128, 192)),
    ("M#", "s_1_v3 s_2_v3 s_3_v3 ds_1_v3 ds_2_v3 ds_3_v3", 20, (12, 24, 48, 96, 176, 416, 624)),
    ("NC#", " s_v2 s_v3", 9, (6, 12, 24)),
    ("NC#", "r rs_v2 rs_v3", 9, (24,)),
    ("NC#", "as_T4_v3", 7, (4, 8, 16, 64)),
    ("NC#", "ads_A100_v4", 9, (24, 48, 96)),
    ("NC#", "ads_H100_v5 adis_H100_v5", 8, (40, 80)),
    ("NCC#", "ads_H100_v5", 8, (40,)),
    ("ND#", "s rs", 18, (6, 12, 24)),
    ("ND#", "rs_v2", 16, (40,)),
    ("ND#", "asr_v4 amsr_A100_v4 isr_H100_v5 isr_H200_v5 isr_MI300X_v5 is_MI300X_v5", 19, (96,)),
    ("NG#", "ads_V620_v1", 2, (8, 16, 32)),
    ("NP#", "s", 17, (10, 20, 40)),
    ("NV#", " s_v2", 9, (6, 12, 24)),
    ("NV#", "s_v3", 9, (12, 24, 48)),
    ("NV#", "as_v4", 3.5, (4, 8, 16, 32)),
    ("NV#", "ads_A10_v5 adms_A10_v5", 12, (6, 12, 18, 36, 72)),
    ("NV#", "ads_V710_v5", 5.7, (4, 8, 12, 24, 28)),
)
# The first families count sizes, not cores: number and cores, MB of memory for each core.
_BASIC_A = ((0, 1), (1, 1), (2, 2), (3, 4), (4, 8))
_BIG_A = ((5, 2), (6, 4), (7, 8))
_PLAIN_D = ((1, 1), (2, 2), (3, 4), (4, 8), (5, 16))
_BIG_D = ((11, 2), (12, 4), (13, 8), (14, 16), (15, 20))
_NUMBERED: tuple[tuple[str, float, tuple[tuple[int, int], ...]], ...] = (
    ("Basic_A#", 1.75, _BASIC_A),
    ("Standard_A#", 1.75, _BASIC_A),
    ("Standard_A#", 7, _BIG_A),
    ("Standard_A#_v2", 2, ((1, 1), (2, 2), (4, 4), (8, 8))),
    ("Standard_A#m_v2", 8, ((2, 2), (4, 4), (8, 8))),
    ("Standard_B#ls", 0.5, ((1, 1),)),
    ("Standard_B#s", 1, ((1, 1), (2, 2))),
    ("Standard_D#", 3.5, _PLAIN_D[:-1]),
    ("Standard_D#", 7, _BIG_D[:-1]),
    ("Standard_D#_v2", 3.5, _PLAIN_D),
    ("Standard_D#_v2", 7, _BIG_D),
    ("Standard_DS#", 3.5, _PLAIN_D[:-1]),
    ("Standard_DS#", 7, _BIG_D[:-1]),
    ("Standard_DS#_v2", 3.5, _PLAIN_D),
    ("Standard_DS#_v2", 7, _BIG_D),
)
# Fewer cores than the size's own, for software that is paid by the core: name and those numbers.
_CONSTRAINED = (
    ("M8-#ms", (2, 4)),
    ("M16-#ms", (4, 8)),
    ("M32-#ms", (8, 16)),
    ("M64-#ms", (16, 32)),
    ("M128-#ms", (32, 64)),
    *(
        (f"E{cores}-#{tail}", tuple(cores // part for part in (4, 2) if cores // part > 1))
        for cores in (4, 8, 16, 32, 64, 96)
        for tail in (
            *("s_v3", "s_v4", "ds_v4", "as_v4", "s_v5", "ds_v5", "as_v5", "ads_v5"),
            *("s_v6", "ds_v6", "as_v6", "ads_v6"),
        )
    ),
)


@cache
def all_sizes() -> tuple[dict[str, object], ...]:
    """Return every size as Compute lists it, by name."""
    return tuple(sorted(_sizes(), key=lambda size: str(size["name"])))


def _sizes() -> Iterator[dict[str, object]]:
    for pattern, memory_gb, numbers in _NUMBERED:
        for number, cores in numbers:
            yield _size(pattern.replace("#", str(number)), cores, memory_gb)
    for pattern, tails, memory_gb, counts in _FAMILIES:
        for tail in tails.split(" "):
            for cores in counts:
                yield _size(f"Standard_{pattern.replace('#', str(cores))}{tail}", cores, memory_gb)
    for pattern, counts in _CONSTRAINED:
        whole = int(pattern.partition("-")[0].lstrip("DEMS"))
        for cores in counts:
            yield _size(f"Standard_{pattern.replace('#', str(cores))}", whole, 8)


def _size(name: str, cores: int, memory_gb: float) -> dict[str, object]:
    return {
        "name": name,
        "numberOfCores": cores,
        "osDiskSizeInMB": _OS_DISK_MB,
        "resourceDiskSizeInMB": cores * _DISK_MB_OF_CORE if _has_disk(name) else 0,
        "memoryInMB": int(cores * memory_gb * 1024),
        "maxDataDiskCount": min(2 * cores, _MOST_DISKS),
    }


def _has_disk(name: str) -> bool:
    """Tell whether a size has a disk of its own; since version 4 only those with a d have."""
    return not _SINCE_4.search(name) or bool(_DISK_LETTER.search(name))
