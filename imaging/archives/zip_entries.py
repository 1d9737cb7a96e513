"""The central directory of a zip, record by record (APPNOTE.TXT 4.3.12, 4.5.3, 4.6.9)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from imaging.archives.refusal import ZIP_AGAIN, Refused
from imaging.archives.zip_names import EXTRA_UNICODE_PATH, decode_name, refuse_second_name

_RECORD = struct.Struct("<4s6H3L5H2L")
_MAGIC = b"PK\x01\x02"
_MAX32 = 0xFFFFFFFF
_EXTRA_ZIP64 = 0x0001
_EXTRA_LIBARCHIVE = 0x6C78  # "xl", an experiment: carries a mode, which bsdtar alone believes
_READ_FIELDS = {_EXTRA_ZIP64, EXTRA_UNICODE_PATH}
LOCAL_HEADER_BYTES = 30


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One record of the central directory.

    Args:
        name: as the archive has it.
        system: number of the system that packed it.
        flags: general purpose bits.
        method: compression method.
        crc: checksum of the file.
        packed_bytes: bytes in the archive.
        unpacked_bytes: bytes of the file, as the archive says.
        disk: part of a split zip.
        mode: Unix mode, 0 if it has none.
        offset: place of its local header.
        header_bytes: least size of its local header.
    """

    name: str
    system: int
    flags: int
    method: int
    crc: int
    packed_bytes: int
    unpacked_bytes: int
    disk: int
    mode: int
    offset: int
    header_bytes: int

    @property
    def end(self) -> int:
        """The first byte that can belong to another entry."""
        return self.offset + self.header_bytes + self.packed_bytes


def read_entries(pieces: Iterable[bytes]) -> Iterator[ZipEntry]:
    """Read the records of a central directory that arrives in pieces.

    Args:
        pieces: the directory, exactly.

    Yields:
        Each entry, in the order of the directory.

    Raises:
        Refused: if a record is broken, or bytes are left over.
    """
    buffer = b""
    for piece in pieces:
        buffer += piece
        start = 0
        while (end := _record_end(buffer, start)) is not None:
            yield _entry(buffer, start)
            start = end
        buffer = buffer[start:]
    if buffer:
        raise Refused("has a broken list of contents", ZIP_AGAIN)


def _record_end(buffer: bytes, start: int) -> int | None:
    """Say where the record at this place ends, or None if it is not all there."""
    if start + _RECORD.size > len(buffer):
        return None
    if not buffer.startswith(_MAGIC, start):
        raise Refused("has a broken list of contents", ZIP_AGAIN)
    name_bytes, extra_bytes, comment_bytes = struct.unpack_from("<3H", buffer, start + 28)
    end = start + _RECORD.size + int(name_bytes + extra_bytes + comment_bytes)
    return end if end <= len(buffer) else None


def _entry(buffer: bytes, start: int) -> ZipEntry:
    record = _RECORD.unpack_from(buffer, start)
    _, made_by, _, flags, method, _, _, crc, packed, unpacked, name_bytes, extra_bytes = record[:12]
    _, disk, _, attributes, offset = record[12:]
    name_at = start + _RECORD.size
    raw = buffer[name_at : name_at + name_bytes]
    name = decode_name(raw, flags, made_by >> 8)
    fields = extra_fields(buffer[name_at + name_bytes : name_at + name_bytes + extra_bytes], name)
    refuse_second_name(raw, fields.get(EXTRA_UNICODE_PATH), name)
    unpacked, packed, offset = _zip64_values(fields, (unpacked, packed, offset), name)
    return ZipEntry(
        name=name,
        system=made_by >> 8,
        flags=flags,
        method=method,
        crc=crc,
        packed_bytes=packed,
        unpacked_bytes=unpacked,
        disk=disk,
        mode=attributes >> 16,
        offset=offset,
        header_bytes=LOCAL_HEADER_BYTES + name_bytes,
    )


def extra_fields(extra: bytes, name: str) -> dict[int, bytes]:
    """Split an extra field; up to three bytes of padding at its end are usual.

    Raises:
        Refused: if it is broken or ambiguous.
    """
    fields: dict[int, bytes] = {}
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if at + 4 + size > len(extra):
            raise Refused("has a broken extra field", ZIP_AGAIN, name)
        if kind == _EXTRA_LIBARCHIVE or (kind in fields and kind in _READ_FIELDS):
            raise Refused("has an extra field that tools read differently", ZIP_AGAIN, name)
        fields[kind] = extra[at + 4 : at + 4 + size]
        at += 4 + size
    return fields


def _zip64_values(
    fields: dict[int, bytes], values: tuple[int, int, int], name: str
) -> tuple[int, int, int]:
    """Take the values that do not fit into 32 bits from the zip64 field, in its fixed order."""
    wide = fields.get(_EXTRA_ZIP64, b"")
    read: list[int] = []
    at = 0
    for value in values:
        if value != _MAX32:
            read.append(value)
            continue
        if at + 8 > len(wide):
            raise Refused("has a broken size or place (zip64)", ZIP_AGAIN, name)
        read.append(int.from_bytes(wide[at : at + 8], "little"))
        at += 8
    return read[0], read[1], read[2]
