"""Plans run on the local engine, on a clock that skips."""

from __future__ import annotations

import os

os.environ.setdefault("AZURE_FUNCTIONS_DURABLE_STRICT_TYPING", "1")
