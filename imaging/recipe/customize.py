"""`properties.customize`: the steps inside the build VM (swagger 2025-10-01)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from imaging.limits import WHOLE_NUMBER_MAX
from imaging.recipe.field_types import (
    Command,
    ExitCode,
    HttpsUrl,
    Inline,
    RestartTimeout,
    Sha256,
    Text,
)
from imaging.recipe.strict_model import StrictModel


class Step(StrictModel):
    """What every step may have."""

    type: str
    """What kind of step this is."""
    name: Text | None = None
    """What people call this step; it shows in the log and in the report."""


class Shell(Step):
    """Runs commands or a script on Linux, not as root: prefix `sudo` where needed."""

    type: Literal["Shell"]
    """Runs commands or a script on Linux, not as root: prefix sudo where needed."""
    script_uri: HttpsUrl | None = None
    """Address of a script; either this or inline."""
    inline: Inline | None = None
    """Commands, one script together under /bin/sh -e; readable by all who can read the template."""
    sha256_checksum: Sha256 | None = None
    """SHA-256 of the file behind scriptUri, in lower case."""


class PowerShell(Step):
    """Runs commands or a script on Windows."""

    type: Literal["PowerShell"]
    """Runs commands or a script on Windows."""
    script_uri: HttpsUrl | None = None
    """Address of a script; either this or inline."""
    inline: Inline | None = None
    """Commands, one script together; readable by all who can read the template."""
    sha256_checksum: Sha256 | None = None
    """SHA-256 of the file behind scriptUri, in lower case."""
    run_elevated: bool | None = None
    """Runs with elevated rights; false if left out."""
    run_as_system: bool | None = None
    """Runs as the Local System user; only together with runElevated."""
    valid_exit_codes: list[ExitCode] | None = None
    """Exit codes that mean success; only 0 if left out."""


class File(Step):
    """Puts one file of less than 20 MB into the VM; its folder must exist."""

    type: Literal["File"]
    """Puts one file of less than 20 MB into the VM; its folder must exist."""
    source_uri: HttpsUrl
    """Address of the file; AIB reads Azure Storage with the template's identity."""
    sha256_checksum: Sha256 | None = None
    """SHA-256 of the file, in lower case."""
    destination: Text
    """Absolute path of the file in the VM; on Linux below /tmp."""


class WindowsRestart(Step):
    """Restarts Windows and waits until it is back."""

    type: Literal["WindowsRestart"]
    """Restarts Windows and waits until it is back."""
    restart_command: Command | None = None
    """Command that restarts; AIB has a good default."""
    restart_check_command: Command | None = None
    """Command that succeeds when the restart is over."""
    restart_timeout: RestartTimeout | None = None
    """Longest wait, as 5m or 2h; 5m if left out."""


class WindowsUpdate(Step):
    """Installs Windows updates; wants a restart or a wait of 5 minutes before it."""

    type: Literal["WindowsUpdate"]
    """Installs Windows updates; wants a restart or a wait of 5 minutes before it."""
    search_criteria: Command | None = None
    """Which updates to look for, as IsInstalled=0."""
    filters: list[Command] | None = None
    """Which of the found to take or leave, as include:$true."""
    update_limit: Annotated[int, Field(ge=0, le=WHOLE_NUMBER_MAX)] | None = None
    """How many at a time; 0 means 1000."""


Customizer = Annotated[
    Shell | PowerShell | File | WindowsRestart | WindowsUpdate, Field(discriminator="type")
]
Validator = Annotated[Shell | PowerShell | File, Field(discriminator="type")]
