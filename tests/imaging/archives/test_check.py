"""The door: kinds by name."""

import io

import pytest

from imaging.archives import archive_kind, check_archive
from imaging.errors import ArtifactError
from tests.imaging.archives.tar_builder import Member, build_tar_gz
from tests.imaging.archives.zip_builder import Raw, build_zip


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.zip", "zip"),
        ("webapp/1/A.ZIP", "zip"),
        ("a.tar.gz", "tar.gz"),
        ("a.Tgz", "tar.gz"),
        ("a.tar", None),
        ("a.gz", None),
        ("zip", None),
        ("", None),
    ],
)
def test_the_kind_is_told_by_the_ending(name, kind):
    """Uploads of other kinds are not builds."""
    assert archive_kind(name) == kind


def test_each_kind_gets_its_check():
    """Callers need not know the kinds."""
    assert check_archive(io.BytesIO(build_zip(Raw())), "a.zip").files == 1
    assert check_archive(io.BytesIO(build_tar_gz(Member())), "a.tgz").files == 1


def test_an_unknown_ending_is_refused_with_the_way_out():
    """The uploader learns what to upload."""
    with pytest.raises(ArtifactError, match=r"no \.zip, \.tar\.gz or \.tgz by its name; pack"):
        check_archive(io.BytesIO(), "a.rar")


@pytest.mark.parametrize(("name", "room"), [
    ("a.txt", 5),
    ("folder/a.txt", 18),
    ("folder/a-long-name.txt", 22),
    ("folder/", 18),
    ("gr\u00fcn\U0001f600", 6),
])  # fmt: skip
def test_the_room_that_windows_needs_is_told(name, room):
    """A folder takes 12 characters more, for a name in it; Windows counts UTF-16 units."""
    entries = [Raw(name=name, content=b"" if name.endswith("/") else b"x"), Raw(name="b")]
    assert check_archive(io.BytesIO(build_zip(*entries)), "w.zip").longest_path == room
