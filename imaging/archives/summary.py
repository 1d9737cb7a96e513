"""What is known of an archive that passed the check."""

from __future__ import annotations

from dataclasses import dataclass, field

from imaging.archives.zip_local import LocalHeaders


@dataclass(frozen=True)
class ArchiveSummary:
    """The size of an archive, from its own lists.

    Args:
        files: files and links in it.
        folders: folders that it lists; others are implied by the names of files.
        unpacked_bytes: sum of the sizes of its files.
        longest_path: characters that Windows needs below the folder to unpack into.
        local_headers: of a zip; what is left to check when its bytes are read.
    """

    files: int
    folders: int
    unpacked_bytes: int
    longest_path: int
    local_headers: LocalHeaders | None = field(default=None, repr=False, compare=False)

    @property
    def entries(self) -> int:
        """Count what the archive lists."""
        return self.files + self.folders
