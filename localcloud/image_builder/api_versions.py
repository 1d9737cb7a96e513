"""The API versions of AIB and where they differ; the recordings reach up to 2023-07-01."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class ApiVersion:
    """One version; later ones are greater."""

    name: str

    @property
    def strict(self) -> bool:
        """Case-sensitive, unknown fields are refused (release notes of May 2024)."""
        return self.name >= "2024-02-01"

    @property
    def nests_errors(self) -> bool:
        """Errors are `{"error": {…}}`, before that `{"code", "message"}`."""
        return self.name >= "2021-10-01"

    @property
    def needs_identity(self) -> bool:
        """A template has a managed identity."""
        return self.name >= "2020-02-14"

    @property
    def has_exact_version(self) -> bool:
        """`source.exactVersion` is answered."""
        return self.name >= "2021-10-01"

    @property
    def has_staging_group(self) -> bool:
        """`stagingResourceGroup` and `exactStagingResourceGroup` are answered."""
        return self.name >= "2022-02-14"

    @property
    def counts_versions(self) -> bool:
        """Gallery versions are counted up instead of derived from the time."""
        return self.name >= "2022-07-01"

    @property
    def is_first_preview(self) -> bool:
        """The two versions with `script`, `tags` and no defaults in the echo."""
        return self.name < "2019-05-01"


NAMES = (
    "2018-02-01-preview",
    "2019-02-01-preview",
    "2019-05-01-preview",
    "2020-02-14",
    "2021-10-01",
    "2022-02-14",
    "2022-07-01",
    "2023-07-01",
    "2024-02-01",
    "2025-10-01",
)
