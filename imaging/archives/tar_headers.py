"""Headers of a tar: ustar, GNU and pax, read block by block.

Layouts: POSIX.1-2017 pax "ustar Interchange Format" and "pax Header Block"; GNU tar manual,
"Basic Tar Format". The standard library's reader holds every member and any pax record in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from imaging.archives.gunzip import GunzipStream
from imaging.archives.limits import MAX_TAR_EXTENSION_BYTES, MAX_TAR_EXTENSIONS_BYTES
from imaging.archives.refusal import Refused, shown

BLOCK_BYTES = 512
_ZERO_BLOCK = bytes(BLOCK_BYTES)
_BINARY_MARK = 0x80
_CHECKSUM = slice(148, 156)
_TAR_AGAIN = "pack the folder again with `tar -czf`"
_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL = "L", "K", "x", "g"
_USED_KEYS = {b"path", b"linkpath", b"size", b"hdrcharset"}
_SPARSE_KEYS = (b"GNU.sparse.", b"SCHILY.realsize")
_EXTENSIONS = {_LONG_NAME, _LONG_LINK, _PAX, _PAX_GLOBAL}


@dataclass(frozen=True)
class TarEntry:
    """One entry of a tar.

    Args:
        name: with what extensions say about it.
        entry_type: its type flag, one character.
        size_bytes: of the content that follows.
        link_target: of a link, else empty.
        is_in_utf8: whether the tar itself says so of the name, in a pax record.
    """

    name: str
    entry_type: str
    size_bytes: int
    link_target: str
    is_in_utf8: bool = False


@dataclass
class _Extensions:
    """What the extension records before an entry say about it."""

    values: dict[str, str] = field(default_factory=dict)
    is_path_in_utf8: bool = False

    def name(self, otherwise: str) -> str:
        return self.values.get("path", otherwise)

    def link_target(self, otherwise: str) -> str:
        return self.values.get("linkpath", otherwise)

    def size(self, otherwise: int) -> int:
        size = self.values.get("size")
        if size is None:
            return otherwise
        if not (size.isascii() and size.isdigit()):
            raise Refused(f"has a broken size {shown(size)} (pax)", _TAR_AGAIN)
        return int(size[:20])


def read_headers(stream: GunzipStream) -> Iterator[TarEntry]:
    """Read the headers up to the end marks; the caller skips each content before the next.

    Args:
        stream: at the start of the tar.

    Yields:
        Each entry that is not an extension record.

    Raises:
        Refused: if a header is broken or the end marks are missing.
    """
    extensions = _Extensions()
    extensions_bytes = 0
    while (block := stream.read_exactly(BLOCK_BYTES)) != _ZERO_BLOCK:
        _refuse_bad_checksum(block)
        entry_type = chr(block[156])
        size = _number(block[124:136])
        if entry_type in _EXTENSIONS:
            extensions_bytes += BLOCK_BYTES + size + padding_of(size)
            _extend(extensions, entry_type, _read_extension(stream, size))
            _refuse_many(extensions_bytes)
            continue
        name = extensions.name(_header_name(block))
        _refuse_sparse(extensions, name)
        target = extensions.link_target(_text(block[157:257]))
        yield TarEntry(name, entry_type, extensions.size(size), target, extensions.is_path_in_utf8)
        extensions = _Extensions()
    if extensions.values:
        raise Refused("ends behind an extension record without its entry", _TAR_AGAIN)


def padding_of(size: int) -> int:
    """Count the bytes that fill a content up to whole blocks."""
    return -size % BLOCK_BYTES


def _refuse_bad_checksum(block: bytes) -> None:
    blanked = block[: _CHECKSUM.start] + b" " * 8 + block[_CHECKSUM.stop :]
    if _number(block[_CHECKSUM]) != sum(blanked):
        raise Refused("is no tar inside, or a damaged one (header checksum)", _TAR_AGAIN)


def _number(raw: bytes) -> int:
    """Read an octal number, or a binary one as GNU tar writes it from 8 GiB on."""
    if raw[0] & _BINARY_MARK:
        if raw[0] != _BINARY_MARK:
            raise Refused("has a negative or absurd number in a header", _TAR_AGAIN)
        return int.from_bytes(raw[1:])
    digits = raw.split(b"\0", 1)[0].strip()
    if any(digit not in b"01234567" for digit in digits):
        raise Refused("is no tar inside, or a damaged one (broken number)", _TAR_AGAIN)
    return int(digits or b"0", 8)


def _header_name(block: bytes) -> str:
    name = _text(block[:100])
    is_posix = block[257:263] == b"ustar\0"
    prefix = _text(block[345:500]) if is_posix else ""
    return f"{prefix}/{name}" if prefix else name


def _text(raw: bytes) -> str:
    try:
        return raw.split(b"\0", 1)[0].decode()
    except UnicodeDecodeError:
        what = "has a name that is not UTF-8"
        raise Refused(what, "rename it and pack the folder again", raw.decode("latin-1")) from None


def _refuse_many(extensions_bytes: int) -> None:
    if extensions_bytes > MAX_TAR_EXTENSIONS_BYTES:
        what = f"has more than {MAX_TAR_EXTENSIONS_BYTES:,} bytes of extension records"
        raise Refused(what, _TAR_AGAIN)


def _read_extension(stream: GunzipStream, size: int) -> bytes:
    if size > MAX_TAR_EXTENSION_BYTES:
        what = f"has an extension record of {size:,} bytes, {MAX_TAR_EXTENSION_BYTES:,} are allowed"
        raise Refused(what, _TAR_AGAIN)
    return stream.read_exactly(size + padding_of(size))[:size]


def _extend(extensions: _Extensions, entry_type: str, content: bytes) -> None:
    if entry_type == _LONG_NAME:
        values = {"path": _text(content)}
    elif entry_type == _LONG_LINK:
        values = {"linkpath": _text(content)}
    else:
        values = _pax_records(content)
    if entry_type == _PAX_GLOBAL and values:
        raise Refused(f"sets the {min(values)} of all entries at once (pax)", _TAR_AGAIN)
    if found := extensions.values.keys() & values.keys():
        raise Refused(f"sets the {min(found)} of one entry twice", _TAR_AGAIN)
    extensions.values.update(values)
    is_binary = values.get("hdrcharset") == "BINARY"
    extensions.is_path_in_utf8 |= entry_type == _PAX and "path" in values and not is_binary


def _pax_records(content: bytes) -> dict[str, str]:
    """Split `length key=value` lines; the length counts the whole line."""
    records: dict[str, str] = {}
    at = 0
    while at < len(content):
        digits, _, _ = content[at : at + 8].partition(b" ")
        length = int(digits) if digits.isdigit() else 0
        line = content[at + len(digits) + 1 : at + length]
        key, equals, value = line.partition(b"=")
        if not (equals and value.endswith(b"\n")) or at + length > len(content):
            raise Refused("has a broken extension record (pax)", _TAR_AGAIN)
        if key in _USED_KEYS or key.startswith(_SPARSE_KEYS):
            records[key.decode()] = _pax_text(value[:-1])
        at += length
    return records


def _pax_text(value: bytes) -> str:
    if b"\0" in value:
        raise Refused("has a zero byte in a name (pax)", _TAR_AGAIN)
    return _text(value)


def _refuse_sparse(extensions: _Extensions, name: str) -> None:
    if any(key.encode().startswith(_SPARSE_KEYS) for key in extensions.values):
        raise Refused("is a sparse file", "pack the folder again without --sparse", name)
