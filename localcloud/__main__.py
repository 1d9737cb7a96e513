"""`python -m localcloud`."""

from __future__ import annotations

import sys

INTERRUPTED = 130  # 128 + SIGINT, as shells have it

if __name__ == "__main__":
    try:
        # Not before: Ctrl-C while all of this loads shall show no stack trace.
        from localcloud.command_line import main

        code = main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)
