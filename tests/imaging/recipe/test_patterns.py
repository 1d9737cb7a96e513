"""Patterns of parameters: whole matches, and no pattern that hangs."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imaging.recipe.patterns import matches, pattern_problem


@pytest.mark.parametrize(("pattern", "text", "fits"), [
    ("[0-9]+", "12", True),
    ("[0-9]+", "12a", False),
    ("[0-9]+", "12\n", False),
    ("^[0-9]+$", "12\n", False),
    ("^[0-9.]{1,20}$", "1.2.3", True),
    ("a|b", "ab", False),
    ("dev|test|prod", "test", True),
    (r"[0-9]+(\.[0-9]+){0,3}", "1.20.3", True),
    ("", "", True),
    ("(?i)abc", "ABC", True),
])  # fmt: skip
def test_a_pattern_matches_the_whole_value(pattern: str, text: str, fits: bool) -> None:
    """Half a match would let anything follow."""
    assert pattern_problem(pattern) is None
    assert matches(pattern, text) is fits


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a*)*(a*)*c", r"(\w+\s?)*!", "a*" * 90])
def test_no_pattern_hangs(pattern: str) -> None:
    """A backtracking engine would need longer than the age of the universe for these."""
    assert pattern_problem(pattern) is None
    assert not matches(pattern, "a" * 255 + "$")


@pytest.mark.parametrize(("pattern", "why"), [
    ("[", "unclosed character class"),
    ("a)|(b", "unopened group"),
    ("(?x)a #", "unclosed group"),
    ("(?=a)", "look-around"),
    (r"(a)\1", "backreferences"),
    ("(a{1000}){1000}", "it is too big"),
    ("a" * 201, "at most 200 printable characters"),
    ("a\nb", "at most 200 printable characters"),
])  # fmt: skip
def test_what_is_no_pattern_is_said_with_the_reason(pattern: str, why: str) -> None:
    """The author sees it before anybody uploads."""
    assert why in (pattern_problem(pattern) or "")


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from(["[0-9]", "[a-c]", "a", r"\.", "(?:ab)?", "b{1,3}", "c*"]), max_size=5
    ),
    st.text("abc019.", max_size=8),
)
def test_usual_patterns_mean_what_they_mean_in_python(pieces: list[str], text: str) -> None:
    """Nobody reads up on the engine before writing digits and dots."""
    pattern = "".join(pieces)
    assert matches(pattern, text) == (re.fullmatch(pattern, text) is not None)
