"""What a check costs: reads of the storage and memory."""

import gzip
import io
import os
import tracemalloc
import zlib

import pytest

from imaging.archives import check_archive
from tests.imaging.archives.refusing import tar_refusal, zip_refusal
from tests.imaging.archives.tar_builder import Member, build_tar, build_tar_gz, pax
from tests.imaging.archives.zip_builder import End, Raw, build_zip

MIB = 1024 * 1024
GIB = 1024 * MIB


class SparseBlob(io.RawIOBase):
    """A blob of zeros with a start and an end, read by counted ranged requests."""

    def __init__(self, start: bytes, size: int, end: bytes) -> None:
        self.pieces = {0: start, size - len(end): end}
        self.size = size
        self.at = 0
        self.requests: list[int] = []

    def readable(self):
        """It is."""
        return True

    def seekable(self):
        """It is."""
        return True

    def seek(self, offset, whence=os.SEEK_SET):
        """Move without a request."""
        self.at = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.at, os.SEEK_END: self.size}[whence]
        return self.at

    def readinto(self, buffer):
        """Fill the buffer by one request."""
        length = max(0, min(len(buffer), self.size - self.at))
        buffer[:length] = bytes(length)
        for place, content in self.pieces.items():
            begin = max(place, self.at)
            stop = min(place + len(content), self.at + length)
            if begin < stop:
                buffer[begin - self.at : stop - self.at] = content[begin - place : stop - place]
        self.requests.append(length)
        self.at += length
        return length


def large_zip(entries: int) -> SparseBlob:
    """A zip of 1 GiB, most of it one stored file, which is never made."""
    small = build_zip(*(Raw(name=f"folder/file-{number:06}") for number in range(entries)))
    end_at = small.rindex(b"PK\5\6")
    directory_at = int.from_bytes(small[end_at + 16 : end_at + 20], "little")
    gap = GIB - len(small)
    moved_end = small[end_at : end_at + 16] + (directory_at + gap).to_bytes(4, "little") + b"\0\0"
    return SparseBlob(small[:directory_at], GIB, small[directory_at:end_at] + moved_end)


@pytest.mark.parametrize(("entries", "requests"), [(10, 2), (5_000, 3)])
def test_a_large_zip_needs_three_requests(entries, requests):
    """Each request costs some 30 ms and money; the bytes of the files are not read."""
    blob = large_zip(entries)
    summary = check_archive(io.BufferedReader(blob, buffer_size=512 * 1024), "w.zip")
    assert summary.files == entries
    assert len([length for length in blob.requests if length]) == requests
    assert sum(blob.requests) < MIB


def test_an_entry_costs_less_than_400_bytes():
    """The check runs beside other builds in a small instance: 50,000 entries fit into 20 MB."""
    names = (f"node_modules/package-{n % 997}/lib/some/module-{n:06}.js" for n in range(10_000))
    file = io.BytesIO(build_zip(*(Raw(name=name, method=0) for name in names)))
    tracemalloc.start()
    try:
        summary = check_archive(file, "w.zip")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert summary.files == 10_000
    assert peak < 10_000 * 400


def test_absurd_counts_are_refused_before_the_directory_is_read():
    """A list of 200,000 entries costs more to read than it is worth."""
    blob = SparseBlob(b"PK\3\4", GIB, build_zip(end=End(entries=60_000, size=30 * MIB, offset=5)))
    assert "60,000 entries" in zip_refusal_of(blob)
    assert sum(blob.requests) < MIB


def zip_refusal_of(blob: SparseBlob) -> str:
    """The message about a blob that is too large for memory."""
    with pytest.raises(Exception, match="artifact") as caught:
        check_archive(io.BufferedReader(blob), "w.zip")
    return str(caught.value)


def test_implied_folders_are_limited():
    """One long name can imply a hundred folders, each of which costs memory."""
    names = (f"{number:05}/" + "/".join("d" * 120) for number in range(1_000))
    assert "100,000 files and folders" in zip_refusal(build_zip(*(Raw(name=n) for n in names)))


def test_a_tar_bomb_is_left_early():
    """Ten gigabytes of zeros pack into ten megabytes and take a minute to read."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    header = build_tar(Member(content=b"", size=b"77777777777\0"), end=b"")
    content = packer.compress(header + bytes(64 * MIB))
    file = CountingFile(content + os.urandom(8 * MIB))
    tracemalloc.start()
    try:
        with pytest.raises(Exception, match="more than 100 times"):
            check_archive(file, "w.tar.gz")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert file.count < 5 * MIB
    assert peak < 8 * MIB


def test_a_tar_of_extension_records_only_is_left_early():
    """They shrink a hundred times and need no entry, so that no other limit ends them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    record = build_tar(pax({"comment": "x" * 500_000}), end=b"")
    content = b"".join(packer.compress(record) for _ in range(300)) + packer.flush()
    assert len(content) < MIB
    assert "134,217,728 bytes of extension records" in tar_refusal(content)


def test_a_gzip_of_endless_empty_parts_is_left_early():
    """Each costs time and nothing else; five gigabytes of them would take half an hour."""
    assert "200,000 gzip files" in tar_refusal(gzip.compress(b"") * 200_001)


def test_a_tar_that_announces_too_much_is_refused_unread():
    """The header tells the size before the content comes."""
    content = build_tar_gz(Member(size=b"\x80" + (11 * GIB).to_bytes(11)))
    assert "11,811,160,064 bytes" in tar_refusal(content)


class CountingFile(io.BytesIO):
    """Counts the bytes that were read."""

    count = 0

    def read(self, size=-1):
        """Read and count."""
        piece = super().read(size)
        self.count += len(piece)
        return piece
