"""What a build leaves: a JSON document in the words of the HTTP API.

The same document is the orchestration's output and part of the claim blob, so it outlives Durable's
history. It holds resource ids and plain URLs, never a signed one.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from imaging.errors import PermanentError, RecipeError


class ReportedFault(TypedDict):
    """One fault of a recipe: the JSON path of its place, and what to do about it."""

    target: str
    message: str


class ReportedError(TypedDict):
    """Why a build failed: a code of `imaging.errors` or of AIB, and one readable message.

    `details` lists the faults of a recipe one by one; the message has them all in one line.
    """

    code: str
    message: str
    details: NotRequired[list[ReportedFault]]


class DistributedImage(TypedDict):
    """One run output: an image id, a gallery image version id, or the URI of a VHD."""

    runOutputName: str
    uri: str


class Report(TypedDict):
    """The end of a build.

    `source` is the source as AIB resolved it, with its `exactVersion`. `phase` is where a failed
    build stopped. `warnings` are for somebody to act on, `notes` say what was found and chosen.
    Times are ISO 8601 in UTC.
    """

    state: Literal["Succeeded", "Failed"]
    phase: str
    outputs: dict[str, str]
    images: list[DistributedImage]
    source: dict[str, Any]
    error: ReportedError | None
    templateName: str
    templateId: str
    templateKept: bool
    logLocation: str | None
    recipeSha256: str
    artifactSha256: str
    startedUtc: str
    endedUtc: str
    elapsedSeconds: int
    phaseSeconds: dict[str, int]
    warnings: list[str]
    notes: list[str]
    log: list[str]


def reported(error: PermanentError) -> ReportedError:
    """Return an error in the form of reports and HTTP answers."""
    told = ReportedError(code=error.code, message=str(error))
    if isinstance(error, RecipeError):
        told["details"] = [
            ReportedFault(target=fault.path, message=fault.message) for fault in error.first_faults
        ]
    return told


def output_variables(source: dict[str, Any], images: list[DistributedImage]) -> dict[str, str]:
    """Return the variables that the old task set: `imageUri`, and `pir…` of a platform image.

    `pirVersion` is the version that AIB resolved, where the old task gave the word `latest` back.
    A run that only validates its source makes no image, so there may be no `imageUri`.
    """
    variables = {"imageUri": images[0]["uri"]} if images else {}
    if source.get("type") == "PlatformImage":
        version = source.get("exactVersion") or source.get("version", "")
        variables |= {
            "pirPublisher": source.get("publisher", ""),
            "pirOffer": source.get("offer", ""),
            "pirSku": source.get("sku", ""),
            "pirVersion": version,
        }
    return variables
