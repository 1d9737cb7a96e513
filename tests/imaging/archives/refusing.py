"""Asks an archive check for its refusal."""

import io

import pytest

from imaging.archives import ArchiveLimits, OsType, check_archive
from imaging.errors import ArtifactError


def zip_refusal(
    content: bytes, limits: ArchiveLimits | None = None, os_type: OsType | None = None
) -> str:
    """Check a zip that must be refused; return the message."""
    return _refusal(content, "w.zip", limits, os_type)


def tar_refusal(
    content: bytes, limits: ArchiveLimits | None = None, os_type: OsType | None = None
) -> str:
    """Check a tar.gz that must be refused; return the message."""
    return _refusal(content, "w.tar.gz", limits, os_type)


def _refusal(
    content: bytes, file_name: str, limits: ArchiveLimits | None, os_type: OsType | None
) -> str:
    with pytest.raises(ArtifactError) as caught:
        check_archive(io.BytesIO(content), file_name, limits or ArchiveLimits(), os_type)
    return str(caught.value)
