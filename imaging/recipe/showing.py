"""How values and places of a recipe are shown: short, on one line, without secrets."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from imaging.recipe.plain_secrets import is_named_like_secret, looks_like_secret

_SHOWN_LENGTH = 60
_LINE_LENGTH = 400
# A query may be an access signature, and a fragment a token; the path before them says enough.
_BEHIND_ADDRESS = re.compile(r"([?#])[^\s\"']+")
# Up to the last @, also where a password holds what should have been written in another way.
_USER = re.compile(
    r"//(?:[^\s/?#\"']{0,500}@|[^\s/?#\"':@]{0,200}:(?![0-9]{1,5}(?:[/?#]|$))[^\s\"'@]{0,500}@)"
)
_HIDDEN = '"… (looks like a secret)"'


def show(value: object) -> str:
    """Write a JSON value for a message.

    Args:
        value: any JSON value; a text that looks like a secret is hidden, and of an address the
            user, the query and the fragment.
    """
    if isinstance(value, dict):
        return "an object" if value else "{}"
    if isinstance(value, list):
        return "a list" if value else "[]"
    if not isinstance(value, str):
        return _shortened(json.dumps(value))
    public = _without_secrets_of_addresses(value)
    return _HIDDEN if looks_like_secret(public) else _shortened(_quoted(public))


def show_value_of(name: str, value: str) -> str:
    """Write the value of a parameter for a message; one that is named like a secret is hidden.

    Args:
        name: of the parameter.
        value: as it was given.
    """
    return _HIDDEN if is_named_like_secret(name) else show(value)


def _shortened(shown: str) -> str:
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


def _without_secrets_of_addresses(text: str) -> str:
    if "//" not in text:
        return text
    return (
        _BEHIND_ADDRESS.sub(r"\1…", _USER.sub("//…@", text))
        if "://" in text
        else _USER.sub("//…@", text)
    )


def _quoted(text: str) -> str:
    marked = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_printable, marked)) + '"'


def _printable(character: str) -> str:
    return character if character.isprintable() else json.dumps(character)[1:-1]
