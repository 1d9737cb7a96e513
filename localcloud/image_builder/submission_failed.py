"""How the creation of a template fails."""

from __future__ import annotations

from localcloud.image_builder.models import ProvisioningError


class SubmissionFailed(Exception):  # noqa: N818 - an outcome of the submission, named as one
    """The template cannot be created."""

    def __init__(self, error: ProvisioningError) -> None:
        super().__init__(error.message)
        self.error = error


def failed(provisioning_code: str, message: str) -> SubmissionFailed:
    """Make a failure of the template's own.

    Args:
        provisioning_code: `provisioningErrorCode` of the template.
        message: what is wrong with it.
    """
    return SubmissionFailed(ProvisioningError("ValidationFailed", message, provisioning_code))
