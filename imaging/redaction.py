"""Takes signatures and passwords out of texts that others wrote, before anything stores them.

AIB quotes the URL of a file that it could not download, and SDKs quote URLs in their errors; a
shared access signature in one of them would end up in Durable's history and in the report, and so
would a user with a password.
"""

from __future__ import annotations

import re

_USER = re.compile(r"://[^\s/?#\"']{0,500}@")
_QUERY = re.compile(r"(https?://[^\s\"'?#]{1,4000})[?#][^\s\"')]*")
# Where only a part of a URL is quoted.
_SIGNATURE = re.compile(r"sig=[^&\s\"'\\)]+", re.IGNORECASE)


def without_queries(text: str) -> str:
    """Return the text with user, query and fragment of its URLs left out, and lone signatures."""
    return _SIGNATURE.sub("(signature)", _QUERY.sub(r"\1", _USER.sub("://", text)))
