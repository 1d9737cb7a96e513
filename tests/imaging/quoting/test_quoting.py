"""Whatever people name their folders, a command sees that name and nothing runs beside it."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.errors import PermanentError
from imaging.quoting import (
    powershell_quoted,
    powershell_single_quoted,
    shell_quoted,
    unquotable_reason,
)
from tests.imaging.quoting.powershell_lexer import read_expression, read_literal

SPECIAL = "'\"`$\\!*?[](){};&|<>~#%= \u2018\u2019\u201a\u201b"
texts = st.text(
    st.one_of(
        st.sampled_from(SPECIAL), st.characters(blacklist_categories=("Cc", "Cs", "Zl", "Zp"))
    )
).filter(lambda text: "{{" not in text)


@pytest.mark.parametrize("shell", ["sh", "bash"])
@settings(max_examples=30, deadline=None)
@given(values=st.lists(texts, min_size=1, max_size=40))
def test_a_shell_gets_back_exactly_what_was_quoted(shell: str, values: list[str]) -> None:
    """AIB runs /bin/sh; a wrong quote would run a part of a name as root."""
    script = "printf '%s\\0' " + " ".join(shell_quoted(value) for value in values)
    done = subprocess.run([shell, "-c", script], capture_output=True, check=True)
    assert done.stdout.decode().split("\0")[:-1] == values


@settings(max_examples=300)
@given(texts)
def test_powershell_reads_back_exactly_what_was_quoted(text: str) -> None:
    """PowerShell closes a text at any of five quotes."""
    assert read_expression(powershell_quoted(text)) == text


@settings(max_examples=300)
@given(texts)
def test_a_powershell_literal_ends_where_it_should(text: str) -> None:
    """What stands after the literal must be the command's own text."""
    assert read_literal(powershell_single_quoted(text) + "; rest") == (text, "; rest")


@settings(max_examples=100)
@given(texts)
def test_a_powershell_script_is_plain_ascii(text: str) -> None:
    """Windows PowerShell 5.1 reads a script without byte order mark in the machine's code page."""
    assert powershell_quoted(text).isascii()


@pytest.mark.parametrize("quote", "'\u2018\u2019\u201a\u201b")
def test_each_quote_of_powershell_is_doubled(quote: str) -> None:
    """Word processors write the other four; PowerShell takes them all."""
    assert powershell_single_quoted(f"a{quote}b") == f"'a{quote}{quote}b'"


@pytest.mark.parametrize(
    "text", ["a\nb", "a\rb", "a\x00b", "\x1b[31m", "a\u2028b", "\ud800", "a{{b"]
)
@pytest.mark.parametrize("quote", [shell_quoted, powershell_quoted])
def test_what_no_quoting_can_carry_is_refused(quote: object, text: str) -> None:
    """A line break ends a command whatever its quotes; {{ belongs to Packer."""
    assert unquotable_reason(text)
    with pytest.raises(PermanentError, match="cannot be part of a command"):
        quote(text)  # type: ignore[operator]
