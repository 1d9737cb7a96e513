"""Names that answer by rule, so that tests and people can see what a missing thing does.

A name that begins with `missing-` is not there, one that begins with `forbidden-` may not be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from localcloud.image_builder.exceptions import ArmError

_MISSING = "missing-"
_FORBIDDEN = "forbidden-"
_CLIENT = UUID(int=10)


def is_missing(names: Iterable[str]) -> bool:
    """Tell whether one of the names is of a thing that is not there."""
    return any(name.lower().startswith(_MISSING) for name in names)


def refuse_forbidden(names: Iterable[str], action: str, path: str) -> None:
    """Refuse a look at a thing that may not be read.

    Args:
        names: the names in the call's path.
        action: what the caller would need, as `Microsoft.Compute/images/read`.
        path: the path of the thing.

    Raises:
        ArmError: 403, ARM's own words.
    """
    if any(name.lower().startswith(_FORBIDDEN) for name in names):
        text = (
            f"The client '{_CLIENT}' with object id '{_CLIENT}' does not have authorization to "
            f"perform action '{action}' over scope '{path}' or the scope is invalid. If access "
            "was recently granted, please refresh your credentials."
        )
        raise ArmError(403, "AuthorizationFailed", text, gateway=True)
