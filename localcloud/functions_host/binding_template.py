"""Blob paths of triggers, `container/{recipe}/{name}.zip`, matched as the WebJobs SDK matches them.

Each parameter is a greedy "anything", slashes included, so `{a}/{b}.zip` gives a="x/y" for
`x/y/z.zip` (Azure/azure-webjobs-sdk: BindingTemplateSource.BuildCapturePattern). `{{` and `}}` are
literal braces. Letters count: matching is case-sensitive.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from localcloud.functions_host.faults import StartupError

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[^{}]+|[{}]")
_CONTAINER = re.compile(r"[a-z0-9$](?:-?[a-z0-9]){2,62}")


@dataclass(frozen=True)
class BlobPath:
    """A trigger's path: one container, and a pattern of blob names in it."""

    container: str
    pattern: re.Pattern[str]

    def match(self, blob_name: str) -> dict[str, str] | None:
        """Return the captured parameters of a blob name, None if it does not fit."""
        found = self.pattern.fullmatch(blob_name)
        return None if found is None else found.groupdict()


def compile_blob_path(path: str, where: str) -> BlobPath:
    """Compile the path of a blob trigger, its settings already resolved.

    Args:
        path: `container`, or `container/` and a pattern of blob names.
        where: what has this path, for the message.

    Raises:
        StartupError: the path is not understood.
    """
    container, _, name_pattern = path.partition("/")
    if not _CONTAINER.fullmatch(container):
        raise StartupError(
            f"{where}: the path '{path}' must begin with the name of a container; '{container}' is "
            "none (3 to 63 small letters, digits and single hyphens)"
        )
    names = [name for name in _TOKEN.findall(name_pattern) if name]
    if len(names) != len(set(names)):
        raise StartupError(f"{where}: the path '{path}' names a parameter twice")
    tokens = [_compile_token(token, path, where) for token in _TOKEN.finditer(name_pattern)]
    return BlobPath(container, re.compile("".join(tokens) or ".*", re.DOTALL))


def _compile_token(token: re.Match[str], path: str, where: str) -> str:
    text, parameter = token.group(0), token.group(1)
    if text in ("{{", "}}"):
        return re.escape(text[0])
    if parameter is None:
        if text in ("{", "}"):
            raise StartupError(f"{where}: the path '{path}' has a lonely '{text}'")
        return re.escape(text)
    if not parameter.isidentifier():
        raise StartupError(
            f"{where}: '{{{parameter}}}' in the path '{path}' must be a plain name; expressions "
            "are not allowed in a trigger's path"
        )
    return f"(?P<{parameter}>.*)"
