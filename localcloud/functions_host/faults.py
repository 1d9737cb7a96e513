"""Why the local Functions host will not start; every message names the place and the way out."""

from __future__ import annotations


class StartupError(Exception):
    """The host cannot start; its text is shown to the person, without a stack trace."""


class AppLoadError(StartupError):
    """The app does not index, or needs something that this host does not do.

    Args:
        faults: one sentence for each function or binding at fault.
    """

    def __init__(self, faults: list[str]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class FunctionLoadError(Exception):
    """One function cannot be loaded; worded as the Python worker words it.

    Args:
        function_name: the registered name.
        problem: what is wrong with it.
    """

    def __init__(self, function_name: str, problem: str) -> None:
        super().__init__(f"cannot load the {function_name} function: {problem}")
