"""`python -m localcloud`."""

from __future__ import annotations

import signal
import sys

INTERRUPTED = 130  # 128 + SIGINT, as shells have it


def _take_signals_as_ctrl_c() -> None:
    """Let the end of the terminal, and a polite kill, stop everything in order, as Ctrl-C does."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # nohup
            signal.signal(number, signal.default_int_handler)


if __name__ == "__main__":
    try:
        _take_signals_as_ctrl_c()
        # Not before: Ctrl-C while all of this loads shall show no stack trace.
        from localcloud.command_line import main

        code = main()
    except KeyboardInterrupt:
        code = INTERRUPTED
    sys.exit(code)
