"""What the command line says, and how it ends."""

from __future__ import annotations

import codecs
import io
import re
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import BinaryIO

OK, REFUSED, USAGE = 0, 1, 2
# A stranger's file may hold what moves the cursor or changes the colours of a terminal.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_MAX_BYTES = 16 * 1024 * 1024


class UsageError(Exception):
    """The command was called with something that is not there."""


class UnreadableFileError(Exception):
    """A file that is there is no text; the file's mistake, and not the caller's."""


def show_any_letter() -> None:
    """Let a terminal that lacks a letter show its number instead of failing."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Write a line of the result."""
    sys.stdout.write(f"{text}\n")


def complain(lines: Iterable[object]) -> None:
    """Write what is wrong, or worth knowing, beside the result."""
    for line in lines:
        sys.stderr.write(f"{_CONTROL.sub(_number_of, str(line))}\n")


def _number_of(control: re.Match[str]) -> str:
    return f"\\x{ord(control[0]):02x}"


def read_text(path: Path) -> str:
    """Read a file that people named, also as the `>` of Windows PowerShell writes it.

    Raises:
        UsageError: if it is not there, or far larger than any recipe or pipeline.
        UnreadableFileError: if it is no text.
    """
    content = read_bytes(path)
    is_utf16 = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if is_utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFileError(f"{path}: is no UTF-8 text; save it as UTF-8") from None


def read_bytes(path: Path) -> bytes:
    """Read a file that people named.

    Raises:
        UsageError: if it is not there, or far larger than any recipe or pipeline.
    """
    try:
        with open_file(path) as file:
            content = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if len(content) > _MAX_BYTES:
        raise UsageError(f"{path} has more than {_MAX_BYTES // 1024**2} MiB")
    return content


def open_file(path: Path) -> BinaryIO:
    """Open a file that people named.

    Raises:
        UsageError: if it is not there.
    """
    try:
        return path.open("rb")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def write_files(texts: Mapping[Path, str], *, force: bool) -> None:
    """Write files, and none of them over another one unless asked to.

    Args:
        texts: content of each file; its folder is made.
        force: whether other files may be replaced.

    Raises:
        UsageError: if there is such a file, or one cannot be written.
    """
    for path in texts:
        if path.exists() and not force:
            raise UsageError(f"{path} is there already; --force writes over it")
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise UsageError(f"{path}: {error.strerror}") from None


def values_of(pairs: Iterable[str]) -> dict[str, str]:
    """Read the values of options like --set NAME=VALUE.

    Raises:
        UsageError: for one without `=`.
    """
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"{pair}: write NAME=VALUE")
        values[name] = value
    return values
