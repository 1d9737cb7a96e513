"""How values and places of a recipe are shown: short, on one line, without secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_SHOWN_LENGTH = 60
_LINE_LENGTH = 400
_SAS_QUERY = re.compile(r"\?[^\s\"']*")


def show(value: object) -> str:
    """Write a JSON value for a message.

    Args:
        value: any JSON value; a query in a text is hidden, it may be an access signature.
    """
    if isinstance(value, dict):
        return "an object" if value else "{}"
    if isinstance(value, list):
        return "a list" if value else "[]"
    shown = _quoted(value) if isinstance(value, str) else json.dumps(value)
    if len(shown) <= _SHOWN_LENGTH:
        return shown
    if shown.lower().startswith('"/subscriptions/'):  # where ids differ is their end
        head = len('"/subscriptions/xxxxxxxx-')
        return f"{shown[:head]}…{shown[head + 1 - _SHOWN_LENGTH :]}"
    return shown[: _SHOWN_LENGTH - 2] + '…"'


def join_path(parts: Iterable[str | int]) -> str:
    """Write a place in a document, as `properties.distribute[0].targetRegions`.

    Args:
        parts: keys and indexes from the top down.
    """
    path = ""
    for part in parts:
        if isinstance(part, int):
            path += f"[{part}]"
        elif re.fullmatch(rf"[$A-Za-z_][\w-]{{0,{_SHOWN_LENGTH}}}", part, re.ASCII):
            path += f".{part}" if path else part
        else:
            path += f"[{show(part)}]"
    return path


def one_line(text: str) -> str:
    """Write a message that quotes what people wrote: nothing breaks its line, and it is not long.

    Args:
        text: the message; its end says the way out and is kept.
    """
    shown = "".join(map(_printable, text))
    half = _LINE_LENGTH // 2
    return shown if len(shown) <= _LINE_LENGTH else f"{shown[:half]}…{shown[-half:]}"


def _quoted(text: str) -> str:
    hidden = _SAS_QUERY.sub("?…", text) if "://" in text else text
    marked = hidden.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_printable, marked)) + '"'


def _printable(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]
