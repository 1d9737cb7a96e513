"""The steps that Kiln writes for Linux, really executed by /bin/sh -e with few tools around."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.imaging.template.build_vm import BuildVm, make_tar_gz, make_zip
from tests.imaging.template.recipes import customizers, recipe, staged

FILES = {"index.html": b"<h1>hi</h1>", "sub dir/gr\u00fc\u00df \u6f22.txt": b"umlauts"}


def place(vm: BuildVm, content: bytes, kind: str = "zip") -> None:
    """Do what AIB's File customizer does."""
    (vm.tmp / f"kiln-artifact.{kind}").write_bytes(content)


def unpack(vm: BuildVm, content: bytes, kind: str = "zip", **artifact: object) -> int:
    """Bring an archive in and run the step that unpacks it."""
    place(vm, content, kind)
    done = vm.run(customizers(recipe(**artifact), staged(content, kind))[1])
    return done.returncode


@pytest.mark.parametrize("tool", ["python3", "unzip", "bsdtar"])
def test_a_zip_is_unpacked_with_whatever_the_image_has(tmp_path: Path, tool: str) -> None:
    """Marketplace images differ in tools; one of three must be enough, also for UTF-8 names."""
    vm = BuildVm(tmp_path, tool)
    assert unpack(vm, make_zip(FILES)) == 0
    found = {
        str(p.relative_to(vm.tmp / "webapp")) for p in (vm.tmp / "webapp").rglob("*") if p.is_file()
    }
    assert found == set(FILES)


def test_without_any_tool_the_step_fails_and_names_them(tmp_path: Path) -> None:
    """A silent success would build an image without the app."""
    vm = BuildVm(tmp_path)
    content = make_zip(FILES)
    place(vm, content)
    done = vm.run(customizers(recipe(), staged(content))[1])
    assert done.returncode == 1
    assert "python3, bsdtar, unzip" in done.stderr


def test_a_tar_gz_is_unpacked_and_belongs_to_the_build_user(tmp_path: Path) -> None:
    """The build agent's user ids mean nothing in the image."""
    vm = BuildVm(tmp_path, "tar", "gzip")
    assert unpack(vm, make_tar_gz(FILES), "tar.gz") == 0
    file = vm.tmp / "webapp" / "index.html"
    assert file.read_bytes() == FILES["index.html"]
    assert file.stat().st_uid != 12345


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_another_archive_than_the_uploaded_one_fails_the_build(tmp_path: Path, kind: str) -> None:
    """The archive is checked once more where it is used."""
    vm = BuildVm(tmp_path, "python3", "tar", "gzip")
    place(vm, b"something else", kind)
    done = vm.run(customizers(recipe(), staged(b"uploaded", kind))[1])
    assert done.returncode == 1
    assert "not the one that was uploaded" in done.stderr
    assert not (vm.tmp / "webapp").exists()


def test_the_archive_stays_beside_the_folder_as_with_the_old_task(tmp_path: Path) -> None:
    """Published pipelines use /tmp/<folder>.tar.gz directly."""
    vm = BuildVm(tmp_path, "tar", "gzip")
    content = make_tar_gz(FILES)
    assert unpack(vm, content, "tar.gz") == 0
    assert (vm.tmp / "webapp.tar.gz").read_bytes() == content
    assert not (vm.tmp / "kiln-artifact.tar.gz").exists()


def test_an_archive_for_another_place_leaves_nothing_but_the_folder(tmp_path: Path) -> None:
    """Nobody wants /opt/app.zip in an image."""
    vm = BuildVm(tmp_path, "python3")
    folder = tmp_path / "opt" / "app"
    assert unpack(vm, make_zip(FILES), destination="/opt/app") == 0
    assert sorted(p.name for p in folder.parent.iterdir()) == ["app"]
    assert not (vm.tmp / "kiln-artifact.zip").exists()


def test_unpack_false_leaves_the_archive_alone(tmp_path: Path) -> None:
    """Some installers want the archive itself."""
    vm = BuildVm(tmp_path)
    content = make_zip(FILES)
    assert unpack(vm, content, unpack=False, destination="/opt/new/app") == 0
    assert (tmp_path / "opt" / "new" / "app.zip").read_bytes() == content
    assert not (tmp_path / "opt" / "new" / "app").exists()


def test_a_protected_place_is_written_with_sudo_only(tmp_path: Path) -> None:
    """AIB's build user is not root; /opt belongs to root."""
    vm = BuildVm(tmp_path, "python3")
    real = "/usr/bin/mkdir"
    vm.shim("mkdir", f'[ "$AS_ROOT" ] || exit 1; exec {real} "$@"')
    assert unpack(vm, make_zip(FILES), destination="/opt/app") == 0
    commands = vm.sudo_log.read_text().splitlines()
    assert commands == ["mkdir", "env", "chmod"]


def test_files_are_readable_and_scripts_stay_executable(tmp_path: Path) -> None:
    """Zips of some tools carry no modes or private ones; the service user must read the app."""
    vm = BuildVm(tmp_path, "python3")
    assert unpack(vm, make_zip({"run.sh": b"#!/bin/sh"}, mode=0o700)) == 0
    assert (vm.tmp / "webapp" / "run.sh").stat().st_mode & 0o777 == 0o755


def test_a_folder_that_was_there_keeps_its_modes(tmp_path: Path) -> None:
    """Unpacking into /etc/app must not open its private keys to everybody."""
    vm = BuildVm(tmp_path, "python3")
    folder = tmp_path / "etc" / "app"
    folder.mkdir(parents=True)
    (folder / "private.key").write_text("key")
    (folder / "private.key").chmod(0o600)
    assert unpack(vm, make_zip(FILES), destination="/etc/app") == 0
    assert (folder / "private.key").stat().st_mode & 0o777 == 0o600


def test_backslashes_in_a_zip_become_folders(tmp_path: Path) -> None:
    """Older Windows tools write them; a file named with one would be of no use."""
    vm = BuildVm(tmp_path, "python3")
    assert unpack(vm, make_zip({"sub\\file.txt": b"x"})) == 0
    assert (vm.tmp / "webapp" / "sub" / "file.txt").read_bytes() == b"x"


HOSTILE = [
    "it's $HOME `id`",
    "_under score",
    'quote"s',
    "gr\u00fc\u00df\u6f22\U0001f600",
    "a;b&c|d",
    "*",
    "!x",
    "$(id)",
]


@pytest.mark.parametrize("folder", HOSTILE)
def test_a_folder_of_any_name_is_made_as_written(tmp_path: Path, folder: str) -> None:
    """Names come from people; the old task broke on blanks and leading underscores."""
    vm = BuildVm(tmp_path, "python3")
    assert unpack(vm, make_zip(FILES), destination=folder) == 0
    assert (vm.tmp / folder / "index.html").exists()


@pytest.mark.parametrize("folder", ["webapp", "it's $HOME `id`"])
def test_removal_deletes_folder_and_archive_and_nothing_else(tmp_path: Path, folder: str) -> None:
    """AIB's own deprovisioning script lies in /tmp, too."""
    vm = BuildVm(tmp_path, "python3")
    content = make_zip(FILES)
    steps = customizers(recipe(destination=folder, removeAfterBuild=True), staged(content))
    place(vm, content)
    (vm.tmp / "DeprovisioningScript.sh").write_text("true")
    assert vm.run(steps[1]).returncode == 0
    assert vm.run(steps[-1]).returncode == 0
    assert sorted(p.name for p in vm.tmp.iterdir()) == ["DeprovisioningScript.sh", "script.sh"]
