"""Builds zips byte by byte, so that they can lie where the standard library would not."""

import struct
import zlib
from dataclasses import dataclass, field

UNIX, DOS = 3, 0


@dataclass
class Raw:
    """One entry; what is None is told truthfully."""

    name: bytes | str = "file.txt"
    content: bytes = b"content"
    method: int = 8
    flags: int = 0x800
    mode: int = 0o100644
    system: int = UNIX
    disk: int = 0
    extra: bytes = b""
    packed: bytes | None = None
    packed_bytes: int | None = None
    unpacked_bytes: int | None = None
    offset: int | None = None
    local: dict[str, object] = field(default_factory=dict)
    """What the header in front of the file says otherwise: name, extra, flags, method, sizes."""


@dataclass
class End:
    """The end record; what is None is told truthfully."""

    entries: int | None = None
    entries_here: int | None = None
    size: int | None = None
    offset: int | None = None
    disk: int = 0
    comment: bytes = b""
    comment_bytes: int | None = None
    suffix: bytes = b""
    zip64: dict[str, int] | None = None


def deflate(content: bytes) -> bytes:
    """Compress without header, as a zip wants it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def build_zip(*entries: Raw, end: End | None = None, prefix: bytes = b"") -> bytes:
    """Put entries, directory and end together."""
    body = bytearray(prefix)
    directory = bytearray()
    for entry in entries:
        name = entry.name.encode() if isinstance(entry.name, str) else entry.name
        stored = entry.content if entry.method == 0 else deflate(entry.content)
        packed = stored if entry.packed is None else entry.packed
        sizes = (
            len(packed) if entry.packed_bytes is None else entry.packed_bytes,
            len(entry.content) if entry.unpacked_bytes is None else entry.unpacked_bytes,
        )
        offset = len(body) if entry.offset is None else entry.offset
        common = (20, entry.flags, entry.method, 0, 0x21, zlib.crc32(entry.content), *sizes)
        body += _local_header(entry, common, name) + packed
        directory += struct.pack("<4sBB", b"PK\1\2", 20, entry.system)
        directory += struct.pack("<5H3L", *common)
        lengths = (len(name), len(entry.extra), 0, entry.disk, 0)
        directory += struct.pack("<5H2L", *lengths, entry.mode << 16, offset)
        directory += name + entry.extra
    return bytes(body + directory + _end(len(entries), len(body), len(directory), end or End()))


def _local_header(entry: Raw, common: tuple[int, ...], name: bytes) -> bytes:
    lies = entry.local
    version, flags, method, time, date, *sizes = common
    name, extra = lies.get("name", name), lies.get("extra", b"")
    told = (version, lies.get("flags", flags), lies.get("method", method), time, date)
    told = (*told, *lies.get("sizes", sizes), len(name), len(extra))
    return struct.pack("<4s5H3L2H", b"PK\3\4", *told) + name + extra


def _end(entries: int, offset: int, size: int, end: End) -> bytes:
    wide = b"" if end.zip64 is None else _zip64(entries, offset, size, end.zip64)
    entries = _told(end.entries, entries)
    comment_bytes = _told(end.comment_bytes, len(end.comment))
    here = _told(end.entries_here, entries)
    place = (_told(end.size, size), _told(end.offset, offset))
    fields = (end.disk, end.disk, here, entries, *place, comment_bytes)
    return wide + struct.pack("<4s4H2LH", b"PK\5\6", *fields) + end.comment + end.suffix


def _told(lie: int | None, truth: int) -> int:
    return truth if lie is None else lie


def _zip64(entries: int, offset: int, size: int, lies: dict[str, int]) -> bytes:
    told = {"entries": entries, "offset": offset, "size": size, "at": offset + size, "record": 44}
    told.update(lies)
    record = struct.pack("<4sQ2H2L", b"PK\6\6", told["record"], 45, 45, 0, 0)
    record += struct.pack("<4Q", told["entries"], told["entries"], told["size"], told["offset"])
    return record + struct.pack("<4sLQL", b"PK\6\7", 0, told["at"], told.get("disks", 1))
