"""Logging that stays quiet while Durable replays history."""

from __future__ import annotations

import logging
from collections.abc import MutableMapping
from typing import Any

import azure.durable_functions as df


class ReplaySafeLog(logging.LoggerAdapter[logging.Logger]):
    """Write each line of an orchestrator once, with its build id.

    The id stands in the text, because the Functions worker forwards nothing else.
    """

    def __init__(self, logger: logging.Logger, context: df.DurableOrchestrationContext) -> None:
        super().__init__(logger)
        self._context = context

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name is logging's
        """Answer no during replay; LoggerAdapter asks before every line."""
        return not self._context.is_replaying and super().isEnabledFor(level)

    def process(
        self,
        msg: Any,  # noqa: ANN401 - logging's type
        kwargs: MutableMapping[str, Any],
    ) -> tuple[Any, MutableMapping[str, Any]]:
        """Append the build id."""
        return f"{msg} build_id={self._context.instance_id}", kwargs
