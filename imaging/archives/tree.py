"""The tree that an archive would unpack to: nothing twice, nothing both file and folder."""

from __future__ import annotations

from enum import Enum
from hashlib import blake2b
from unicodedata import normalize

from imaging.archives.limits import FOLDER_RESERVE_WINDOWS, MAX_TREE_PATHS
from imaging.archives.names import OsType
from imaging.archives.refusal import Refused

_DIGEST_BYTES = 12


class Kind(Enum):
    """What an entry becomes on the disk."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"


class Tree:
    """Every path of an archive, kept as short digests so that 50,000 long names cost little.

    Args:
        os_type: Windows compares names without regard to case.
        composes: whether a tool may write an accent and its letter as one character.
    """

    def __init__(self, os_type: OsType | None, *, composes: bool = False) -> None:
        self._ignores_case = os_type == "Windows"
        self._composes = composes
        self._kinds: dict[bytes, Kind] = {}
        self.longest_path = 0
        """Characters that Windows has to have room for below the folder to unpack into."""

    def add(self, segments: tuple[str, ...], kind: Kind, name: str) -> None:
        """Add one entry and the folders above it.

        Args:
            segments: checked parts of its name; none for the root itself.
            kind: what it becomes.
            name: as the archive has it, for the message.

        Raises:
            Refused: if the path is taken, or a folder above it is a file or link.
        """
        if not segments:
            if kind is not Kind.FOLDER:
                raise Refused(f"is a {kind.value} by the name of the folder", "rename it", name)
            return
        self.longest_path = max(self.longest_path, _room_on_windows(segments, kind))
        self._add_folders_above(segments, name)
        key = self._key(segments)
        there = self._kinds.get(key)
        if there is None:
            self._keep(key, kind)
        elif not (there is Kind.FOLDER and kind is Kind.FOLDER):
            raise Refused(self._clash(there, kind), "pack the folder again with one of them", name)

    def kind_of(self, segments: tuple[str, ...]) -> Kind | None:
        """Say what is at a path, or None."""
        return self._kinds.get(self._key(segments))

    def _add_folders_above(self, segments: tuple[str, ...], name: str) -> None:
        for end in range(len(segments) - 1, 0, -1):
            key = self._key(segments[:end])
            there = self._kinds.get(key)
            if there is Kind.FOLDER:
                return  # what is above a known folder was checked with it
            if there is not None:
                what = f"lies below '{segments[end - 1]}', which is a {there.value} in it too"
                raise Refused(what, "pack the folder again with one of them", name)
            self._keep(key, Kind.FOLDER)

    def _keep(self, key: bytes, kind: Kind) -> None:
        if len(self._kinds) >= MAX_TREE_PATHS:
            what = f"unpacks to more than {MAX_TREE_PATHS:,} files and folders"
            raise Refused(what, "pack fewer of them, or an archive inside it")
        self._kinds[key] = kind

    def _clash(self, there: Kind, kind: Kind) -> str:
        if Kind.FOLDER in {there, kind}:
            return "is a folder and a file in it"
        is_strict = not (self._ignores_case or self._composes)
        return "is in it twice" + ("" if is_strict else ", as some tools compare names")

    def _key(self, segments: tuple[str, ...]) -> bytes:
        path = "/".join(segments)
        if self._composes:
            path = normalize("NFC", path)
        if self._ignores_case:
            path = "".join(map(_upper, path))
        return blake2b(path.encode(), digest_size=_DIGEST_BYTES).digest()


def _room_on_windows(segments: tuple[str, ...], kind: Kind) -> int:
    lengths = [len(segment.encode("utf-16-le")) // 2 + 1 for segment in segments]
    if kind is Kind.FOLDER:
        return sum(lengths) - 1 + FOLDER_RESERVE_WINDOWS
    folder = sum(lengths[:-1])
    return max(folder + lengths[-1] - 1, folder - 1 + FOLDER_RESERVE_WINDOWS if folder else 0)


def _upper(character: str) -> str:
    """Fold one character as NTFS does, which never turns one character into two."""
    upper = character.upper()
    return upper if len(upper) == 1 else character
