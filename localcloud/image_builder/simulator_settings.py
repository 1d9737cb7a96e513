"""What can be set about the simulator; the defaults are the local cloud's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from localcloud.image_builder.lifecycle import Durations
from localcloud.image_builder.staging_group import LogLocationForm


@dataclass
class SimulatorSettings:
    """Settings of one simulator.

    Args:
        scratch_directory: where downloads and logs lie while templates live.
        audiences: accepted `aud` of the bearer token, without a slash at the end.
        durations: how long things take; may be replaced while the simulator runs.
        auto_galleries: patterns (fnmatch, any case) of gallery names whose definitions exist
            without having been created.
        identity_client_ids: client ids of managed identities by resource id in lower case.
        log_location_form: how a failed run names its log: ARM path, URL, or by API version.
        not_allowed_status: status of OperationNotAllowed; 409 is assumed, one thread names 405.
        page_size: elements in one answer of a list.
        clock_speed: how many times as fast as real time the clock runs.
    """

    scratch_directory: Path
    audiences: tuple[str, ...] = (
        "https://management.azure.com",
        "https://management.core.windows.net",
    )
    durations: Durations = field(default_factory=Durations)
    auto_galleries: tuple[str, ...] = ("kilnlocal",)
    identity_client_ids: Mapping[str, str] = field(default_factory=dict)
    log_location_form: LogLocationForm = "by_version"
    not_allowed_status: int = 409
    page_size: int = 50
    clock_speed: float = 1.0
