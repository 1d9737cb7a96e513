"""How values are shown in messages: enough to find them, and nothing that opens a door."""

from __future__ import annotations

import time

import pytest

from imaging.recipe.showing import show
from tests.imaging.recipe.documents import LINUX, changed, faults


@pytest.mark.parametrize(("value", "shown"), [
    ("https://u:CANARY@h.example/x", "https://…@h.example/x"),
    ("ftp://u:CANARY@h.example", "ftp://…@h.example"),
    ("https://CANARY@h.example/x?a=b#c", "https://…@h.example/x?…"),
    ("//u:CANARY@h.example/x", "//…@h.example/x"),
    ("https://u:CANARY@CANARY@h.example/x", "https://…@h.example/x"),
    ("https://u:CA/NARY#1@h.example/x", "https://…@h.example/x"),
    ("http://h.example/x#CANARY", "http://h.example/x#…"),
    ("http://h.example:8080/a@b", "http://h.example:8080/a@b"),
    ("http://h.example/a/@b/c", "http://h.example/a/@b/c"),
    ("curl https://h.example/x # why? so", "curl https://h.example/x # why? so"),
    ("me@h.example", "me@h.example"),
    ("a#b?c", "a#b?c"),
])  # fmt: skip
def test_an_address_is_shown_without_user_query_and_fragment(value: str, shown: str) -> None:
    """Each of them may be a password or a token; host and path say which address it is."""
    assert show(value) == f'"{shown}"'


@pytest.mark.parametrize("address", [
    "https://u:CANARYPW@h.example/x", "ftp://u:CANARY@h/x", "http://h.example/x#CANARY",
])  # fmt: skip
def test_a_fault_does_not_repeat_the_password_of_an_address(address: str) -> None:
    """Faults are stored with the build and shown to readers."""
    step = {"type": "File", "sourceUri": address, "destination": "/tmp/b"}  # noqa: S108 - AIB wants /tmp
    said = " ".join(faults(changed(LINUX, ("properties.customize.0", step))))
    assert "sourceUri: is " in said
    assert "CANARY" not in said


@pytest.mark.parametrize("part", ["//", "://", "//:a", "://a", "//a:b", "?", "#", "://a:"])
def test_a_long_value_is_shown_in_a_moment(part: str) -> None:
    """A recipe may hold many of them."""
    started = time.process_time()
    show((part * 65_536)[:65_536])
    assert time.process_time() - started < 1
