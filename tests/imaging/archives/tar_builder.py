"""Builds tars byte by byte, so that they can lie where the standard library would not."""

import gzip
from dataclasses import dataclass


@dataclass
class Member:
    """One header with what follows it; what is None is told truthfully."""

    name: bytes | str = "file.txt"
    content: bytes = b"content"
    entry_type: str = "0"
    link: str = ""
    size: bytes | None = None
    checksum: int | None = None
    prefix: bytes = b""


def build_tar(*members: Member, end: bytes = bytes(1024)) -> bytes:
    """Put headers, contents and end marks together, unpacked."""
    return b"".join(map(_member, members)) + end


def build_tar_gz(*members: Member, end: bytes = bytes(1024)) -> bytes:
    """Do so, packed."""
    return gzip.compress(build_tar(*members, end=end), mtime=0)


def pax(records: dict[str, str], entry_type: str = "x") -> Member:
    """An extension record for the member behind it."""
    content = b""
    for key, value in records.items():
        line = f" {key}={value}\n".encode()
        length = len(line) + 1
        while len(str(length)) + len(line) != length:
            length += 1
        content += str(length).encode() + line
    return Member(name="pax", content=content, entry_type=entry_type)


def link(name: str, target: str) -> Member:
    """A symbolic link."""
    return Member(name=name, content=b"", entry_type="2", link=target)


def _member(member: Member) -> bytes:
    name = member.name.encode() if isinstance(member.name, str) else member.name
    size = b"%011o\0" % len(member.content) if member.size is None else member.size
    block = name[:100].ljust(100, b"\0") + b"0000644\0" + b"0000000\0" * 2 + size
    block += b"00000000000\0" + b" " * 8 + member.entry_type.encode("latin-1")
    block += member.link.encode()[:100].ljust(100, b"\0") + b"ustar\x0000"
    block = block.ljust(345, b"\0") + member.prefix
    block = block.ljust(512, b"\0")
    checksum = sum(block) if member.checksum is None else member.checksum
    content = member.content + bytes(-len(member.content) % 512)
    return block[:148] + b"%06o\0 " % checksum + block[156:] + content
