"""`%NAME%` in bindings and host.json stands for an app setting."""

from __future__ import annotations

import re
from collections.abc import Mapping

from localcloud.functions_host.faults import StartupError

_PLACEHOLDER = re.compile(r"%([^%\s]+)%")


def resolve_placeholders(text: str, settings: Mapping[str, str], where: str) -> str:
    """Replace each `%NAME%` by the app setting of that name.

    Args:
        text: a binding property or a value of host.json.
        settings: the app settings.
        where: the place of the text, for the message.

    Raises:
        StartupError: a named setting is not set.
    """

    def look_up(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in settings:
            raise StartupError(f"{where} is '{text}', but the app setting {name} is not set")
        return settings[name]

    return _PLACEHOLDER.sub(look_up, text)
