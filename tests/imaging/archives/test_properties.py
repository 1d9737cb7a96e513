"""What holds for every archive, good or broken."""

import gzip
import io
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.archives import check_archive
from imaging.errors import ArtifactError
from tests.imaging.archives.tar_builder import Member, build_tar, link, pax
from tests.imaging.archives.zip_builder import End, Raw, build_zip

SEGMENT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="/\\:"),
    min_size=1,
    max_size=30,
).filter(lambda name: name not in {".", ".."})
NAMES = st.lists(
    st.lists(SEGMENT, min_size=1, max_size=3).map(lambda parts: "x" + "/x".join(parts)),
    min_size=1,
    max_size=8,
    unique=True,
)
SEEDS = [
    build_zip(Raw(), Raw(name="a/b"), end=End(comment=b"hello")),
    build_zip(Raw(), end=End(zip64={}, size=0xFFFFFFFF)),
    gzip.compress(build_tar(pax({"path": "long"}), Member(), link("l", "long"))),
]


def has_clash(names: list[str]) -> bool:
    """Whether one name is a folder of another."""
    return any(other.startswith(name + "/") for name in names for other in names)


@given(NAMES.filter(lambda names: not has_clash(names)), st.binary(max_size=500))
@settings(max_examples=150, deadline=None)
def test_every_zip_of_sane_names_passes(names, content):
    """A check that refuses good artifacts is switched off by its users."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, content)
    summary = check_archive(file, "w.zip", os_type="Linux")
    assert (summary.files, summary.unpacked_bytes) == (len(names), len(names) * len(content))


@given(NAMES.filter(lambda names: not has_clash(names)), st.binary(max_size=500))
@settings(max_examples=100, deadline=None)
def test_every_tar_of_sane_names_passes(names, content):
    """The same for the other kind."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name in names:
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    assert check_archive(file, "w.tar.gz", os_type="Linux").files == len(names)


@pytest.mark.parametrize("name", ["x.zip", "x.tar.gz"])
@given(content=st.binary(max_size=3000))
@settings(max_examples=100, deadline=None)
def test_random_bytes_are_refused_calmly(name, content):
    """A crash in the check would be retried for ever."""
    with pytest.raises(ArtifactError):
        check_archive(io.BytesIO(content), name)


@given(st.sampled_from(SEEDS), st.data())
@settings(max_examples=400, deadline=None)
def test_flips_and_cuts_never_crash(seed, data):
    """Storage and networks damage files; the answer is a message or a pass, never a crash."""
    broken = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 4))):
        broken[data.draw(st.integers(0, len(seed) - 1))] = data.draw(st.integers(0, 255))
    del broken[data.draw(st.integers(len(seed) // 2, len(seed) * 2)) :]
    check_calmly(bytes(broken))


@given(st.data())
@settings(max_examples=400, deadline=None)
def test_broken_tar_headers_never_crash(data):
    """Inside a sound gzip the checksums do not protect the tar from a hostile hand."""
    tar = bytearray(build_tar(pax({"path": "long", "size": "7"}), Member(), link("l", "long")))
    for _ in range(data.draw(st.integers(1, 4))):
        tar[data.draw(st.integers(0, len(tar) - 1))] = data.draw(st.integers(0, 255))
    for start in range(0, len(tar), 512):
        if tar[start + 257 : start + 262] == b"ustar":
            tar[start + 148 : start + 156] = b" " * 8
            tar[start + 148 : start + 156] = b"%06o\0 " % sum(tar[start : start + 512])
    check_calmly(gzip.compress(bytes(tar), 1))


def check_calmly(content: bytes) -> None:
    """Check by the content's own kind; any ending but an ArtifactError is a fault."""
    name = "x.zip" if content.startswith(b"PK") else "x.tgz"
    message = ""
    try:
        check_archive(io.BytesIO(content), name)
    except ArtifactError as error:
        message = str(error)
    assert message == "" or message.isprintable()


def test_every_cut_of_a_good_archive_is_refused():
    """A file that is still being written is never taken for a whole one."""
    for seed in SEEDS:
        for length in range(len(seed)):
            name = "x.zip" if seed.startswith(b"PK") else "x.tgz"
            with pytest.raises(ArtifactError):
                check_archive(io.BytesIO(seed[:length]), name)
