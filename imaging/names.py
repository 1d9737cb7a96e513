r"""Names that Kiln makes: the same input gives the same name, always.

A build id is an instance id of Durable Functions (at most 256 characters, none of ``/ \ # ?``, not
starting with ``@``) and part of blob names and tags, so it is plain lower-case hex.
"""

from __future__ import annotations

import hashlib
import re
import uuid
from datetime import datetime

from imaging.limits import BLOB_NAME_MAX_LENGTH, RECIPE_NAME_PATTERN

# Tags of every template that Kiln makes; it deletes and adopts only what carries its own.
BUILD_ID_TAG = "kiln-build-id"
RECIPE_TAG = "kiln-recipe"

_RECIPE_NAME = re.compile(RECIPE_NAME_PATTERN)
_DIGEST_CHARACTERS = 32
_BUILD_ID = re.compile(r"[0-9a-f]{32}")


def build_id_of_upload(blob_url: str, etag: str, variant: str = "") -> str:
    """Name the build of one upload.

    Args:
        blob_url: URL of the blob without a query; holds account, container and name.
        etag: ETag of the content, with or without quotes; new content is a new build.
        variant: only where a caller asks for more than the upload itself: another recipe than the
            one in the blob's path, or parameters.
    """
    return _digest("upload", blob_url, etag.strip('"'), variant)


def build_id_without_artifact() -> str:
    """Name a build that nothing identifies; only a door may call it, never a plan."""
    return uuid.uuid4().hex


def key_name(idempotency_key: str) -> str:
    """Name the record of an `Idempotency-Key`; the key itself is not stored."""
    return _digest("idempotency-key", idempotency_key)


def template_name(build_id: str, now: datetime) -> str:
    """Name the template as the old task did: `t_` and 13-digit milliseconds, then 6 hex digits.

    The pattern of AIB is ``^[A-Za-z0-9-_.]{1,64}$`` (swagger 2025-10-01).
    """
    milliseconds = int(now.timestamp() * 1000)
    return f"t_{milliseconds:013d}_{build_id[:6]}"


def recipe_of_upload(blob_name: str) -> str:
    """Return the first segment of a blob's name, or an empty string when there is none."""
    first, slash, _ = blob_name.partition("/")
    return first if slash else ""


def is_blob_name(name: str) -> bool:
    """Tell whether a blob can be reached by this name.

    Clients resolve ``.`` and ``..`` in a URL, so such a name would lead to another container.
    """
    if not 1 <= len(name) <= BLOB_NAME_MAX_LENGTH:
        return False
    return not {".", ".."} & set(name.split("/"))


def is_recipe_name(name: str) -> bool:
    """Tell whether a recipe may have this name."""
    return _RECIPE_NAME.fullmatch(name) is not None


def is_build_id(text: str) -> bool:
    """Tell whether a text can be a build id; anything else must not become part of a blob name."""
    return _BUILD_ID.fullmatch(text) is not None


def _digest(*parts: str) -> str:
    joined = "\x00".join(parts).encode()
    return hashlib.sha256(joined).hexdigest()[:_DIGEST_CHARACTERS]
