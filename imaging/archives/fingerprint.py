"""The last look at an archive: all of its bytes, once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from imaging.archives.refusal import refusals_of
from imaging.archives.summary import ArchiveSummary


def archive_sha256(pieces: Iterable[bytes], file_name: str, summary: ArchiveSummary) -> str:
    """Hash an archive, looking at what lies too widely in it for the check before.

    Args:
        pieces: all of its bytes, in order.
        file_name: name of the upload, for messages.
        summary: what the check said of it.

    Returns:
        The digest, hexadecimal in lower case, as AIB wants it.

    Raises:
        ArtifactError: if the headers of a zip's files contradict its list of contents.
    """
    digest = hashlib.sha256()
    with refusals_of(file_name):
        for piece in pieces:
            digest.update(piece)
            if summary.local_headers is not None:
                summary.local_headers.watch(piece)
        if summary.local_headers is not None:
            summary.local_headers.refuse_missing()
    return digest.hexdigest()
