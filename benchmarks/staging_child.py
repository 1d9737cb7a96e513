"""A process that is the app, with one thing to do: stage what each line of its input names.

`python -m benchmarks.staging_child` reads steps of `stage_artifact` as JSON lines and answers each
with a line: what it did, how large it is now, and how large it was at most. A line with "naive"
reads the whole upload into memory and takes its fingerprint there.
"""

from __future__ import annotations

import hashlib
import json
import sys
from typing import Any

from activities.stage_artifact import stage_artifact
from azure_clients.blob_storage import blob
from benchmarks.memory import peak_rss_mib, rss_mib
from settings import settings


def main() -> None:
    """Answer every line until the input ends."""
    stage = stage_artifact.build().get_user_function()
    for line in sys.stdin:
        step = json.loads(line)
        answer = _read_whole(step) if step.pop("naive", False) else stage(step)
        told = {"answer": answer, "rss_mib": rss_mib(), "peak_rss_mib": peak_rss_mib()}
        print(json.dumps(told), flush=True)


def _read_whole(step: dict[str, Any]) -> dict[str, Any]:
    container = settings().artifacts_container
    content = blob(container, step["artifact"]["blob_name"]).download_blob().readall()
    return {"result": {"sha256": hashlib.sha256(content).hexdigest()}}


if __name__ == "__main__":
    main()
