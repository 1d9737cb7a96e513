"""ARM's look at the bearer token: there is one, it is for ARM, it has not expired.

Signatures are not checked: tokens come from the local identity endpoint.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from typing import Any

from localcloud.image_builder.exceptions import ArmError

_PARTS_OF_A_JWT = 3


def check_bearer_token(header: str | None, audiences: tuple[str, ...]) -> None:
    """Refuse a call whose token ARM would refuse.

    Args:
        header: value of `Authorization`.
        audiences: accepted `aud`, without a slash at the end.

    Raises:
        ArmError: 401 with the code that ARM uses.
    """
    if not header:
        text = "Authentication failed. The 'Authorization' header is missing."
        raise _refused("AuthenticationFailed", text)
    scheme, _, token = header.partition(" ")
    claims = _claims(token) if scheme.lower() == "bearer" else None
    if claims is None:
        raise _refused("InvalidAuthenticationToken", "The access token is invalid.")
    audience = str(claims.get("aud", "")).rstrip("/")
    if audience not in audiences:
        text = (
            "The access token has been obtained for wrong audience or resource "
            f"'{audience}'. It should exactly match with one of the allowed audiences "
            f"'{','.join(audiences)}'."
        )
        raise _refused("InvalidAuthenticationTokenAudience", text)
    # Tokens live in real time, whatever the cloud's clock shows.
    if float(claims.get("exp", 0)) < time.time():
        raise _refused("ExpiredAuthenticationToken", "The access token expiry has passed.")


def _claims(token: str) -> dict[str, Any] | None:
    parts = token.split(".")
    if len(parts) != _PARTS_OF_A_JWT:
        return None
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        claims = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, ValueError):
        return None
    return claims if isinstance(claims, dict) else None


def _refused(code: str, message: str) -> ArmError:
    return ArmError(401, code, message, gateway=True)
