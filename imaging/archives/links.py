"""Links in a tar: kept where they cannot lead out of the tree, refused everywhere else.

Pipelines pack node_modules/.bin and versioned libraries with their links, so links are not refused
outright. A target may begin with `..` as often as its folder is deep, and have none later: what
follows then only goes down, through folders or through links that obey the same rule.
"""

from __future__ import annotations

from imaging.archives.names import OsType, path_segments
from imaging.archives.refusal import Refused, shown
from imaging.archives.tar_headers import TarEntry
from imaging.archives.tree import Kind, Tree

_WITHOUT = "pack the folder again without it, or with `tar -h` (files instead of links)"


def refuse_symbolic_link(
    entry: TarEntry, segments: tuple[str, ...], os_type: OsType | None
) -> None:
    """Refuse a symbolic link that could lead out of the tree.

    Args:
        entry: the link.
        segments: checked parts of its name.
        os_type: Windows makes no links without a privilege.

    Raises:
        Refused: naming the target.
    """
    if os_type == "Windows":
        raise Refused("is a link, which Windows may not make", _WITHOUT, entry.name)
    target = entry.link_target.replace("\\", "/")
    parts = [part for part in target.split("/") if part not in {"", "."}]
    ups = next((index for index, part in enumerate(parts) if part != ".."), len(parts))
    is_outside = not target or target.startswith("/") or ups > len(segments) - 1
    if is_outside or ".." in parts[ups:]:
        what = f"is a link to {shown(entry.link_target)}, which may lead out of its folder"
        raise Refused(what, _WITHOUT, entry.name)


def refuse_hard_link(entry: TarEntry, tree: Tree, os_type: OsType | None) -> None:
    """Refuse a hard link to anything but a file that came before it in the same tar.

    Args:
        entry: the link.
        tree: what came before it.
        os_type: for the rules on names.

    Raises:
        Refused: naming the target.
    """
    if tree.kind_of(path_segments(entry.link_target, os_type)) is not Kind.FILE:
        what = f"is a hard link to {shown(entry.link_target)}, which is no file before it"
        raise Refused(what, _WITHOUT, entry.name)
