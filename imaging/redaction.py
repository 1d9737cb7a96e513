"""Takes signatures out of texts that others wrote, before anything stores them.

AIB quotes the URL of a file that it could not download, and SDKs quote URLs in their errors; a
shared access signature in one of them would end up in Durable's history and in the report.
"""

from __future__ import annotations

import re

_QUERY = re.compile(r"(https?://[^\s\"'?]+)\?[^\s\"')]*")
# Where only a part of a URL is quoted.
_SIGNATURE = re.compile(r"sig=[^&\s\"'\\)]+", re.IGNORECASE)


def without_queries(text: str) -> str:
    """Return the text with the query of every URL in it left out, and any lone signature."""
    return _SIGNATURE.sub("(signature)", _QUERY.sub(r"\1", text))
