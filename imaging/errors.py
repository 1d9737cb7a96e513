"""Everything that can go wrong in Kiln, by one question: does the same call help later?

    KilnError
    ├── PermanentError       no: it becomes the build's report or the HTTP answer, never a retry
    │   ├── RecipeError        the recipe, with every fault that it has
    │   ├── ArtifactError      the uploaded file
    │   ├── RequestError       the HTTP request or the upload's place
    │   ├── NotFoundError      a thing that the request names does not exist
    │   ├── ConflictError      a thing exists already and is not ours
    │   ├── AccessError        Azure refuses Kiln's or AIB's identity
    │   ├── SettingsError      the operator's configuration
    │   └── TemplateError      AIB refuses the template, or its creation failed
    └── TransientError       yes: the plan waits and tries again

A message names the thing, the value and the way out. It never holds a secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from imaging.limits import FAULTS_SHOWN_MAX


class KilnError(Exception):
    """Base of every error that Kiln raises on purpose."""


class PermanentError(KilnError):
    """The same call will never help.

    Args:
        message: one sentence that names the thing, the value and the way out.
    """

    code: ClassVar[str] = "Failed"


@dataclass(frozen=True)
class Fault:
    """One fault of a document: where it is (a JSON path) and what to do about it."""

    path: str
    message: str

    def __str__(self) -> str:
        """Say place and message in one line."""
        return f"{self.path}: {self.message}" if self.path else self.message


class RecipeError(PermanentError):
    """A recipe cannot be used; holds all of its faults, and what was repaired beside them."""

    code = "RecipeInvalid"

    def __init__(
        self, recipe_name: str, faults: list[Fault], repairs: Iterable[object] = ()
    ) -> None:
        self.recipe_name = recipe_name
        self.faults = faults
        self.repairs = tuple(map(str, repairs))
        listed = "; ".join(str(fault) for fault in self.first_faults)
        left = len(faults) - len(self.first_faults)
        plural = "fault" if len(faults) == 1 else "faults"
        more = f"; and {left} more" if left else ""
        super().__init__(f"recipe '{recipe_name}' has {len(faults)} {plural}: {listed}{more}")

    @property
    def first_faults(self) -> list[Fault]:
        """As many as a report or an answer has room for; nobody repairs more at once."""
        return self.faults[:FAULTS_SHOWN_MAX]


class ArtifactError(PermanentError):
    """The uploaded file cannot be used."""

    code = "ArtifactInvalid"


class RequestError(PermanentError):
    """A request, or the place of an upload, is not what Kiln understands."""

    code = "RequestInvalid"


class NotFoundError(PermanentError):
    """A thing that the request names does not exist."""

    code = "NotFound"


class ConflictError(PermanentError):
    """A thing of that name exists already and does not belong to this build."""

    code = "Conflict"


class AccessError(PermanentError):
    """Azure refuses the identity of Kiln or of AIB."""

    code = "AccessDenied"


class SettingsError(PermanentError):
    """The app's settings are incomplete or wrong; an operator must act."""

    code = "SettingsInvalid"


class TemplateError(PermanentError):
    """AIB refuses the template, or could not make it."""

    code = "TemplateFailed"


class TransientError(KilnError):
    """The same call may help later.

    Args:
        message: what happened.
        retry_after_seconds: the wait that the service asked for, if it did.
        is_throttled: the service has too much to do, so trying again at once makes it worse.
    """

    def __init__(
        self,
        message: str,
        retry_after_seconds: float | None = None,
        *,
        is_throttled: bool = False,
    ) -> None:
        self.retry_after_seconds = retry_after_seconds
        self.is_throttled = is_throttled
        super().__init__(message)
