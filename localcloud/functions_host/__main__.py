"""`python -m localcloud.functions_host`: run one app until SIGTERM or Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from localcloud.functions_host.console import set_up_logging
from localcloud.functions_host.faults import StartupError
from localcloud.functions_host.host import Host
from localcloud.functions_host.options import HostOptions, read_options
from localcloud.sqlite_faults import StoreUnusableError


async def serve(options: HostOptions) -> bool:
    """Run the host until it is told to stop; return whether all work had ended by then.

    Raises:
        StartupError: the host cannot start.
        StoreUnusableError: a file of its folder is in use, or damaged.
    """
    os.chdir(options.app)  # as in Azure, relative paths of the app begin at its folder
    let_log_through = set_up_logging()
    host = Host(options, os.environ)
    told_to_stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told_to_stop.set)
    await host.start()
    print(f"host ready {host.origin} functions={len(host.function_names)}", flush=True)  # noqa: T201 - the line that starters wait for
    let_log_through()
    await told_to_stop.wait()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.remove_signal_handler(number)  # a second Ctrl-C ends it at once
    print("host stopping", flush=True)  # noqa: T201 - the last word to the person
    return await host.stop()


def main() -> int:
    """Run the command line; return the exit code."""
    options = read_options(sys.argv[1:])
    try:
        ended = asyncio.run(serve(options))
    except (StartupError, StoreUnusableError) as error:
        print(f"the host cannot start: {error}", file=sys.stderr)  # noqa: T201 - a command line
        return 1
    except KeyboardInterrupt:
        return 130
    if not ended:
        sys.stdout.flush()
        os._exit(0)  # a thread that does not end would hold the process for ever
    return 0


if __name__ == "__main__":
    sys.exit(main())
