"""`python -m cli`: the command line of Kiln."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cli.arguments import make_parser
from cli.terminal import REFUSED, USAGE, UnreadableFileError, UsageError, complain, show_any_letter


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: without the program's name; the process's own if None.

    Returns:
        The exit code: 0 done, 1 refused with reasons, 2 called wrongly.
    """
    show_any_letter()
    parsed = make_parser().parse_args(arguments)
    try:
        code: int = parsed.run(parsed)
        sys.stdout.flush()
    except UsageError as error:
        complain([f"kiln: {error}"])
        return USAGE
    except UnreadableFileError as error:
        complain([error])
        return REFUSED
    except (KeyboardInterrupt, BrokenPipeError):
        return USAGE
    except OSError as error:
        complain([f"kiln: {error.strerror}"])
        return USAGE
    return code


if __name__ == "__main__":
    sys.exit(main())
