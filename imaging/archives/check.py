"""The door of this room: one check for either kind of archive."""

from __future__ import annotations

from typing import BinaryIO

from imaging.archives.kinds import ArchiveKind, archive_kind
from imaging.archives.limits import DEFAULT_LIMITS, ArchiveLimits
from imaging.archives.names import OsType
from imaging.archives.refusal import refusals_of, shown
from imaging.archives.summary import ArchiveSummary
from imaging.archives.tar_check import tar_gz_summary
from imaging.archives.zip_check import zip_summary
from imaging.errors import ArtifactError

__all__ = ["ArchiveKind", "archive_kind", "check_archive"]


def check_archive(
    file: BinaryIO,
    file_name: str,
    limits: ArchiveLimits = DEFAULT_LIMITS,
    os_type: OsType | None = None,
) -> ArchiveSummary:
    """Check an uploaded archive by the kind that its name says.

    Args:
        file: readable and seekable, at any position.
        file_name: name of the upload; its ending decides.
        limits: see `ArchiveLimits`.
        os_type: system of the image, if it is known; what is bad only on Windows is refused only
            there.

    Returns:
        What is in it.

    Raises:
        ArtifactError: if it must not be unpacked, or is no .zip, .tar.gz or .tgz; one message with
            the way out.
    """
    kind = archive_kind(file_name)
    if kind is None:
        raise ArtifactError(
            f"artifact {shown(file_name)}: is no .zip, .tar.gz or .tgz by its name; "
            "pack the folder as one of these"
        )
    summary_of = zip_summary if kind == "zip" else tar_gz_summary
    with refusals_of(file_name):
        return summary_of(file, limits, os_type)
