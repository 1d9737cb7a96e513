"""The headers in front of a zip's files, which some tools believe more than its list."""

import hashlib
import io
import struct
import zipfile

import pytest

from imaging.archives import archive_sha256, check_archive
from imaging.errors import ArtifactError
from tests.imaging.archives.zip_builder import Raw, build_zip

LIES = [
    {"name": b"../evils"},
    {"name": b"file.txT"},
    {"name": b"file.txt/"},
    {"flags": 0x801},
    {"flags": 0},
    {"method": 0},
    {"sizes": (0, 9, 7)},
    {"sizes": (0x8CDC1683, 10, 7)},
    {"sizes": (0x8CDC1683, 9, 0)},
    {"extra": struct.pack("<2HB", 0x6C78, 1, 0)},
    {"extra": struct.pack("<2H5s", 0x7075, 6, b"\1\0\0\0\0") + b"x"},
    {"extra": b"\1\0\xff\0"},
]


def sha256(content: bytes, step: int = 4096) -> str:
    """Check a zip and hash it piece by piece."""
    summary = check_archive(io.BytesIO(content), "w.zip")
    pieces = (content[at : at + step] for at in range(0, len(content), step))
    return archive_sha256(pieces, "w.zip", summary)


@pytest.mark.parametrize("lie", LIES, ids=str)
def test_a_header_that_contradicts_the_list_of_contents_is_refused(lie):
    """Some tool would unpack another file than the one that was checked, even a link."""
    content = build_zip(Raw(name="good"), Raw(local=lie), Raw(name="last"))
    with pytest.raises(ArtifactError, match=r"artifact 'w.zip': entry '.*; zip the folder again"):
        sha256(content)


def with_longer_header(content: bytes, more: int) -> bytes:
    """Let the first header say that its extra field has so many bytes."""
    return content[:28] + more.to_bytes(2, "little") + content[30:]


def test_a_header_that_reaches_into_other_content_is_refused():
    """The file would be read from its middle to behind its end."""
    stored = Raw(name="a", content=bytes(9), method=0)
    with pytest.raises(ArtifactError, match="lie over one another"):
        sha256(with_longer_header(build_zip(stored, Raw(name="b")), 4))
    with pytest.raises(ArtifactError, match="lie over one another"):
        sha256(with_longer_header(build_zip(stored), 4))
    with pytest.raises(ArtifactError, match="longer than the file"):
        sha256(with_longer_header(build_zip(stored), 60_000))


@pytest.mark.parametrize("step", [1, 7, 30, 64, 4096])
def test_a_header_is_found_however_the_bytes_come(step):
    """A header may lie across two pieces of the storage's answer."""
    entries = [Raw(name=f"folder/{n}", content=b"x" * n * 30) for n in range(9)]
    content = build_zip(*entries)
    assert sha256(content, step) == hashlib.sha256(content).hexdigest()
    broken = build_zip(*entries[:-1], Raw(name="folder/8", local={"name": b"folder/9"}))
    with pytest.raises(ArtifactError, match="other things than the list of contents"):
        sha256(broken, step)


class Pipe(io.RawIOBase):
    """A file that cannot go back, so that sizes come behind the bytes."""

    def __init__(self) -> None:
        self.content = b""

    def writable(self):
        """It is."""
        return True

    def write(self, piece):
        """Keep it."""
        self.content += bytes(piece)
        return len(piece)


def test_sizes_that_follow_the_bytes_or_stand_in_zip64_fields_pass():
    """Packers that write to a pipe cannot know them before."""
    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("grün.txt", b"x" * 1000)
        with archive.open("wide", "w", force_zip64=True) as entry:
            entry.write(b"y" * 1000)
    assert sha256(pipe.content) == hashlib.sha256(pipe.content).hexdigest()


def test_a_tar_gz_is_only_hashed():
    """All of it was read by the check."""
    summary = check_archive(io.BytesIO(build_zip(Raw())), "w.zip")
    assert archive_sha256([b"a"], "w.tar.gz", type(summary)(1, 0, 1, 1)) == (
        hashlib.sha256(b"a").hexdigest()
    )
