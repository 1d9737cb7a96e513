"""Tar.gz files that cannot be trusted."""

import gzip
import io
import os
import subprocess
import tarfile

import pytest

from imaging.archives import ArchiveLimits, check_archive
from tests.imaging.archives.refusing import tar_refusal
from tests.imaging.archives.tar_builder import Member, build_tar, build_tar_gz, link, pax

GOOD = build_tar_gz(Member())
FOLDER = {"content": b"", "entry_type": "5"}
HARD = {"content": b"", "entry_type": "1"}

BAD = [
    ([Member(name="../evil")], "leads out"),
    ([Member(name="/etc/passwd")], "absolute"),
    ([Member(prefix=b"..", name="evil")], "leads out"),
    ([pax({"path": "../evil"}), Member()], "leads out"),
    ([Member(entry_type="L", content=b"../evil\0"), Member()], "leads out"),
    ([Member(name=b"\xff")], "not UTF-8"),
    ([pax({"path": "a\0b"}), Member()], "zero byte"),
    ([Member(), Member()], "twice"),
    ([link("a", "b"), Member(name="a/x")], "which is a link"),
    ([Member(entry_type="3", content=b"")], "is a device"),
    ([Member(entry_type="4", content=b"")], "is a device"),
    ([Member(entry_type="6", content=b"")], "is a named pipe"),
    ([Member(entry_type="S")], "sparse"),
    ([pax({"GNU.sparse.major": "1", "GNU.sparse.realsize": "9"}), Member()], "sparse"),
    ([pax({"SCHILY.realsize": "9"}), Member()], "sparse"),
    ([Member(name=".")], "by the name of the folder"),
    ([Member(entry_type="M")], "several volumes"),
    ([Member(entry_type="Z")], "unknown type 'Z'"),
    ([Member(name="a/", entry_type="5")], "holds bytes"),
    ([Member(name="a/")], "holds bytes"),
    ([Member(), Member(name="b", entry_type="1", link="file.txt")], "holds bytes"),
    ([Member(checksum=1)], "checksum"),
    ([Member(size=b"0000000009\0\0")], "broken number"),
    ([Member(size=b"\xff" * 12)], "negative"),
    ([pax({"size": "-5"}), Member()], "broken size"),
    ([pax({"size": "9" * 30}), Member()], "bytes, 10,737,418,240 are allowed"),
    ([pax({"path": "x"}, "g"), Member()], "of all entries at once"),
    ([pax({"path": "x"}), pax({"path": "y"}), Member()], "twice"),
    ([pax({"path": "x"})], "without its entry"),
    ([Member(entry_type="x", content=b"9999 path=x\n"), Member()], "broken extension"),
    ([Member(entry_type="x", content=b"nonsense"), Member()], "broken extension"),
    ([Member(entry_type="x", size=b"77777777777\0"), Member()], "extension record of"),
    ([Member(name="a", **FOLDER)], "has no file"),
    ([], "has no file"),
]


@pytest.mark.parametrize(("members", "why"), BAD)
def test_a_tar_that_must_not_be_unpacked_is_refused(members, why):
    """The build VM unpacks as root; what is no plain file, folder or tame link stays out."""
    message = tar_refusal(build_tar_gz(*members))
    assert why in message
    assert message.startswith("artifact 'w.tar.gz': ")


def test_names_that_windows_would_misread_are_refused_for_windows():
    """Its tar.exe takes plain headers for the machine's code page, and pax records for UTF-8."""
    plain = build_tar_gz(Member(name="gr\u00fcn"))
    assert "tar --format=pax" in tar_refusal(plain, os_type="Windows")
    assert check_archive(io.BytesIO(plain), "w.tgz", os_type="Linux").files == 1
    binary = pax({"path": "gr\u00fcn", "hdrcharset": "BINARY"})
    assert "misread" in tar_refusal(build_tar_gz(binary, Member()), os_type="Windows")
    marked = build_tar_gz(pax({"path": "gr\u00fcn"}), Member())
    assert check_archive(io.BytesIO(marked), "w.tgz", os_type="Windows").files == 1


WILD_LINKS = ["/etc/passwd", "../out", "a/../../out", "..", "", "x/..", "..\\..\\out", "./../out"]
TAME_LINKS = [("l", "x"), ("d/l", "../x"), ("d/e/l", "../../x/y"), ("l", "./x"), ("d/l", "..")]


@pytest.mark.parametrize("target", WILD_LINKS)
def test_a_link_that_may_lead_out_is_refused(target):
    """The next entry, or a script of the image, would write through it."""
    assert "may lead out" in tar_refusal(build_tar_gz(Member(), link("l", target)))


@pytest.mark.parametrize(("name", "target"), TAME_LINKS)
def test_a_link_that_stays_inside_passes(name, target):
    """Packed node_modules and versioned libraries are full of them."""
    content = build_tar_gz(Member(), link(name, target))
    assert check_archive(io.BytesIO(content), "w.tar.gz", os_type="Linux").files == 2


def test_links_are_refused_for_windows():
    """Unpacking them there needs a privilege that the build may lack."""
    assert "Windows" in tar_refusal(build_tar_gz(Member(), link("l", "x")), os_type="Windows")


@pytest.mark.parametrize("target", ["later.txt", "../out", "/etc/passwd", "l", "d"])
def test_a_hard_link_to_anything_but_an_earlier_file_is_refused(target):
    """It would make a file of the system, or another link, part of the folder."""
    members = [Member(), link("l", "x"), Member(name="d", **FOLDER)]
    assert tar_refusal(build_tar_gz(*members, Member(name="h", link=target, **HARD)))


def test_a_hard_link_to_an_earlier_file_passes():
    """GNU tar writes one for the second name of a file."""
    content = build_tar_gz(Member(), Member(name="h", link="file.txt", **HARD))
    assert check_archive(io.BytesIO(content), "w.tar.gz").files == 2


CUT = [
    (b"", "is empty"),
    (GOOD[:-1], "is cut"),
    (GOOD[:40], "is cut"),
    (GOOD[:12], "is cut"),
    (GOOD + b"trailing", "foreign bytes"),
    (GOOD + b"\0", "foreign bytes"),
    (GOOD[:-6] + b"\xff" + GOOD[-5:], "damaged"),
    (GOOD + GOOD, "behind the end of its tar"),
    (build_tar_gz(Member(), end=b""), "is cut"),
    (build_tar_gz(Member(), end=bytes(1024) + b"hidden"), "behind the end of its tar"),
    (build_tar_gz(Member(), end=bytes(3 * 1024 * 1024)), "behind the end of its tar"),
    (gzip.compress(b"just a text, long enough" * 40), "no tar inside"),
    (gzip.compress(b""), "is cut"),
    (b"PK\3\4" + bytes(600), "name it .zip"),
    (build_tar(Member()), "tar that is not compressed"),
]


@pytest.mark.parametrize(("content", "why"), CUT, ids=range(len(CUT)))
def test_a_tar_that_is_cut_or_longer_than_it_says_is_refused(content, why):
    """A file that is still being written looks like this, and so does a smuggled one."""
    assert why in tar_refusal(content)


def test_a_gzip_of_several_members_passes():
    """Parallel packers write such files."""
    tar = build_tar(Member(content=os.urandom(5000)))
    content = b"".join(gzip.compress(tar[at : at + 1000]) for at in range(0, len(tar), 1000))
    assert check_archive(io.BytesIO(content), "w.tar.gz").unpacked_bytes == 5000


def test_long_names_and_sizes_of_extensions_are_used():
    """Names above 100 characters are usual in node_modules."""
    name = "/".join(["folder"] * 40)
    content = build_tar_gz(
        pax({"path": name, "size": "7"}),
        Member(size=b"00000000000\0"),
        Member(entry_type="L", content=name.encode() + b"2\0"),
        Member(),
    )
    assert check_archive(io.BytesIO(content), "w.tar.gz").unpacked_bytes == 14


def test_entries_are_counted():
    """The same limit as for zips."""
    content = build_tar_gz(*(Member(name=f"f{number}") for number in range(5)))
    assert "more than 4 entries" in tar_refusal(content, ArchiveLimits(entries=4))


@pytest.mark.parametrize(
    "tar_format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
)
def test_a_tar_of_the_standard_library_passes(tmp_path, tar_format):
    """Every format that pipelines write has to be read."""
    long_folder = tmp_path / "folder" / ("n" * 90) / "naïve"
    long_folder.mkdir(parents=True)
    (long_folder / "file.txt").write_text("hello")
    (tmp_path / "folder" / "link").symlink_to("n")
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz", format=tar_format) as archive:
        archive.add(tmp_path / "folder", "folder")
    summary = check_archive(file, "w.tar.gz")
    assert (summary.files, summary.folders, summary.unpacked_bytes) == (2, 3, 5)


def test_a_tar_of_gnu_tar_passes(tmp_path):
    """`tar -czf` of a folder is what Linux pipelines do, hard links included."""
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "a").write_bytes(os.urandom(2_000_000))
    (folder / "b").hardlink_to(folder / "a")
    subprocess.run(["tar", "-czf", "app.tgz", "-C", "app", "."], cwd=tmp_path, check=True)
    with (tmp_path / "app.tgz").open("rb") as file:
        assert check_archive(file, "w.tar.gz").files == 2
