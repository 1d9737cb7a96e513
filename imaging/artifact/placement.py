"""Where an uploaded archive goes in the build VM."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from imaging.archives.limits import MAX_PATH_CHARACTERS_WINDOWS
from imaging.artifact.access import ArtifactAccess
from imaging.errors import ArtifactError, Fault, PermanentError, RecipeError
from imaging.limits import SHA256_PATTERN
from imaging.recipe import ArtifactPlace, Recipe
from imaging.recipe.artifact_block import OsType, is_windows_path
from imaging.recipe.os_rules import destination_misfit

ArchiveKind = Literal["zip", "tar.gz"]

# The old pipeline task's folders; recipes that moved over find their files where they were.
LINUX_ARTIFACTS = "/tmp"  # noqa: S108 - AIB's File customizer writes nowhere else
WINDOWS_ARTIFACTS = "C:\\buildArtifacts"
_SAS_QUERY = re.compile(r"[A-Za-z0-9%&=._~:+/-]+")


@dataclass(frozen=True)
class StagedArtifact:
    """An uploaded archive after its checks, in Kiln's own storage.

    Args:
        blob_url: address without query.
        archive_kind: zip or tar.gz.
        size_bytes: its size.
        sha256: its digest, hexadecimal in lower case.
        longest_path: characters that Windows needs below the folder to unpack into; 0 if unknown.
        sas_query: a shared access signature without question mark, for the way `sas` only; else
            whoever reads the blob shows an identity.
    """

    blob_url: str
    archive_kind: ArchiveKind
    size_bytes: int
    sha256: str
    longest_path: int = 0
    sas_query: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if "?" in self.blob_url or not self.blob_url.startswith("https://"):
            raise PermanentError(
                "a staged artifact's address must be https without a query: no secret belongs there"
            )
        if not re.fullmatch(SHA256_PATTERN, self.sha256):
            raise PermanentError(
                f"the artifact's SHA-256 is {self.sha256[:70]!r}; "
                "it must be 64 hexadecimal digits in lower case"
            )
        if self.archive_kind not in ("zip", "tar.gz"):
            raise PermanentError(
                f"the artifact is a {self.archive_kind!r}; it must be a zip or a tar.gz"
            )
        if self.sas_query is not None and not _SAS_QUERY.fullmatch(self.sas_query):
            raise PermanentError("the artifact's access signature is not the query of a URL")

    @property
    def address(self) -> str:
        """Address that AIB or the build VM reads, with its signature if there is one."""
        return f"{self.blob_url}?{self.sas_query}" if self.sas_query else self.blob_url


@dataclass(frozen=True)
class Placement:
    """Everything that the artifact's steps have to know.

    Args:
        artifact: the archive.
        folder: absolute path of the folder to unpack into.
        unpack: whether to unpack it.
        keep_archive: whether the archive stays beside the folder.
        access: on which way it comes.
    """

    artifact: StagedArtifact
    os_type: OsType
    folder: str
    unpack: bool
    keep_archive: bool
    access: ArtifactAccess

    @property
    def kept_archive(self) -> str:
        """Path of the archive beside the folder."""
        return f"{self.folder}.{self.artifact.archive_kind}"


def place_artifact(recipe: Recipe, artifact: StagedArtifact, access: ArtifactAccess) -> Placement:
    """Decide where an archive goes.

    Args:
        recipe: the recipe; without a block `artifact` the defaults apply.
        artifact: the staged archive.
        access: on which way it comes.

    Raises:
        RecipeError: the operating system is unknown, or the destination does not fit it.
        ArtifactError: a path in the archive is too long for the destination.
        PermanentError: a signature is missing or too much.
    """
    if (access.way == "sas") != (artifact.sas_query is not None):
        raise PermanentError(
            f"the artifact comes on the way '{access.way}'; a signature belongs to 'sas' only"
        )
    place = recipe.artifact or ArtifactPlace()
    os_type = recipe.os_type
    if os_type is None:
        missing = "is missing, and nothing else tells the operating system; write Linux or Windows"
        raise RecipeError(recipe.name, [Fault("artifact.osType", missing)])
    named = place.destination or recipe.name
    misfit = destination_misfit(named, os_type)
    if misfit:
        text = f"'{named}' does not fit: {misfit}"
        raise RecipeError(recipe.name, [Fault("artifact.destination", text)])
    folder = _absolute(named, os_type)
    if os_type == "Windows" and place.unpack:
        _refuse_long_path(folder, artifact.longest_path)
    in_old_place = folder.lower().startswith(
        (f"{LINUX_ARTIFACTS}/", f"{WINDOWS_ARTIFACTS}\\".lower())
    )
    return Placement(
        artifact=artifact,
        os_type=os_type,
        folder=folder,
        unpack=place.unpack,
        keep_archive=in_old_place or not place.unpack,
        access=access,
    )


def _refuse_long_path(folder: str, longest_path: int) -> None:
    """Refuse what the .NET of a build VM could not write."""
    room = MAX_PATH_CHARACTERS_WINDOWS - len(folder.encode("utf-16-le")) // 2 - 1
    if longest_path > room:
        raise ArtifactError(
            f"the artifact's longest path needs {longest_path} characters, and below '{folder}' "
            f"Windows has room for {room}; write a shorter artifact.destination, or shorten the "
            "names in the archive"
        )


def _absolute(destination: str, os_type: OsType) -> str:
    if os_type == "Linux":
        return (
            destination.rstrip("/")
            if destination.startswith("/")
            else f"{LINUX_ARTIFACTS}/{destination}"
        )
    if is_windows_path(destination):
        return destination.replace("/", "\\").rstrip("\\")
    return f"{WINDOWS_ARTIFACTS}\\{destination}"
