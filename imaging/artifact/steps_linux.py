"""The steps that bring an archive into a Linux build VM, check and unpack it.

AIB (Packer inside) runs the lines of a step as one script under `/bin/sh -e`, not as root. So this
is POSIX sh, and it needs little: sha256sum; for a zip one of python3, unzip, bsdtar; for a tar.gz
tar.
Python comes first: it alone reads UTF-8 names, zip64 and backslashes the same way everywhere.
"""

from __future__ import annotations

import posixpath

from imaging.artifact.download_linux import download_lines
from imaging.artifact.placement import LINUX_ARTIFACTS, Placement
from imaging.artifact.script import ArtifactScript
from imaging.quoting import shell_quoted

_VERIFY = r"""
echo "$kiln_sha256  $kiln_archive" | sha256sum -c - || {
  echo 'kiln: the artifact in the build VM is not the one that was uploaded' >&2
  exit 1
}
"""

# The build user unpacks where it may write, so that later steps need no sudo there. A folder that
# was there before keeps its modes; in a new one everybody may read and only the owner write,
# whatever the archive says. Owners and setuid bits of an archive are never taken, not with sudo.
_FOLDER = r"""
umask 022
kiln_sudo=
kiln_new=yes
[ ! -e "$kiln_folder" ] || kiln_new=no
if ! mkdir -p "$kiln_folder" 2>/dev/null || [ ! -w "$kiln_folder" ]; then
  kiln_sudo=sudo
  sudo mkdir -p "$kiln_folder"
fi
"""

# Python comes first: what it does with a name is written here; from 3.12 on it refuses the folder
# itself, "./", as an entry. unzip comes last: it spoils names
# beyond ASCII that were packed on Windows, strips `;1` without -V, asks on a full disk, and answers
# 1 for warnings, as for backslashes. RHEL 8 has its Python under another name.
_UNZIP = r"""
kiln_unzip='
import os, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as archive:
    for entry in archive.infolist():
        name = entry.orig_filename
        if not entry.flag_bits & 0x800:
            name = name.encode("cp437").decode("utf-8")
        entry.filename = name.replace(chr(92), "/")
        if os.path.normpath(entry.filename) == ".":
            continue
        path = archive.extract(entry, sys.argv[2])
        mode = entry.external_attr >> 16 & 0o755
        if mode and entry.create_system and os.path.isfile(path):
            os.chmod(path, mode)
'
kiln_interpreter=$(command -v python3 || command -v /usr/libexec/platform-python || true)
if [ -n "$kiln_interpreter" ]; then
  $kiln_sudo env LC_ALL=C.UTF-8 "$kiln_interpreter" -c "$kiln_unzip" \
    "$kiln_archive" "$kiln_folder"
elif command -v bsdtar >/dev/null 2>&1; then
  $kiln_sudo env LC_ALL=C.UTF-8 bsdtar -x --no-same-owner --no-same-permissions \
    -f "$kiln_archive" -C "$kiln_folder"
elif command -v unzip >/dev/null 2>&1; then
  $kiln_sudo env LC_ALL=C.UTF-8 unzip -q -o -V "$kiln_archive" -d "$kiln_folder" </dev/null ||
    [ $? -eq 1 ]
else
  echo 'kiln: this image has none of python3, bsdtar, unzip;' \
    'install one before the artifact (artifact.position)' >&2
  exit 1
fi
"""

_UNTAR = r"""
$kiln_sudo tar -x -z -o --no-same-permissions -f "$kiln_archive" -C "$kiln_folder"
"""

_READABLE = r"""
[ "$kiln_new" = no ] || $kiln_sudo chmod -R a+rX,u+w,go-w "$kiln_folder"
echo "kiln: the artifact is in $kiln_folder"
"""

_KEEP = r"""
mkdir -p "$kiln_beside" 2>/dev/null || sudo mkdir -p "$kiln_beside"
chmod a+r "$kiln_archive"
[ "$kiln_archive" = "$kiln_kept" ] || mv -f "$kiln_archive" "$kiln_kept" 2>/dev/null ||
  sudo mv -f "$kiln_archive" "$kiln_kept"
"""

_DROP = r"""
rm -f "$kiln_archive"
"""


def _names(placement: Placement, archive: str) -> list[str]:
    return [
        f"kiln_archive={shell_quoted(archive)}",
        f"kiln_folder={shell_quoted(placement.folder)}",
        f"kiln_beside={shell_quoted(posixpath.dirname(placement.folder))}",
        f"kiln_kept={shell_quoted(placement.kept_archive)}",
        f"kiln_sha256={placement.artifact.sha256}",
    ]


def _fetch(placement: Placement) -> list[str]:
    return download_lines(placement.artifact, placement.access.identity_id)


def _removal(placement: Placement) -> list[str]:
    paths = f"{shell_quoted(placement.folder)} {shell_quoted(placement.kept_archive)}"
    return ["cd /", f"rm -rf -- {paths} 2>/dev/null || sudo rm -rf -- {paths}"]


LINUX_SCRIPT = ArtifactScript(
    step={"type": "Shell"},
    archive=f"{LINUX_ARTIFACTS}/kiln-artifact",
    names=_names,
    fetch=_fetch,
    removal=_removal,
    verify=_VERIFY,
    folder=_FOLDER,
    unpack={"zip": _UNZIP, "tar.gz": _UNTAR},
    ready=_READABLE,
    keep=_KEEP,
    drop=_DROP,
)
