"""Uploaded archives: say whether one is safe to unpack, without unpacking it."""

from imaging.archives.check import ArchiveKind, archive_kind, check_archive
from imaging.archives.fingerprint import archive_sha256
from imaging.archives.limits import ArchiveLimits
from imaging.archives.names import OsType
from imaging.archives.summary import ArchiveSummary

__all__ = [
    "ArchiveKind",
    "ArchiveLimits",
    "ArchiveSummary",
    "OsType",
    "archive_kind",
    "archive_sha256",
    "check_archive",
]
