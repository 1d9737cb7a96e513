"""What the host writes."""

import io
import logging

import pytest

from localcloud.functions_host.console import (
    Invocation,
    LineFormatter,
    current_invocation,
    set_up_logging,
)


@pytest.fixture
def written():
    """The output after logging was set up; the loggers are as before afterwards."""
    root = logging.getLogger()
    before = root.level, list(root.handlers)
    stream = io.StringIO()
    set_up_logging(stream)()
    yield stream
    root.level, root.handlers = before[0], before[1]


def test_a_functions_record_shows_its_function(written):
    """Several functions write at once."""
    token = current_invocation.set(Invocation("say", "1"))
    logging.getLogger("mine").warning("careful x=%d", 1)
    current_invocation.reset(token)

    assert "] warning: Function.say.User: careful x=1\n" in written.getvalue()


def test_the_sdks_requests_are_not_shown(written):
    """Every storage call is two records; nobody could read the app's own."""
    logging.getLogger("azure.core.pipeline").info("Request URL: x")

    assert written.getvalue() == ""


def test_records_are_held_back_until_the_host_is_ready(written):
    """Starters read the line `host ready` first."""
    stream = io.StringIO()
    let_through = set_up_logging(stream)
    logging.getLogger("mine").info("early")
    assert stream.getvalue() == ""

    let_through()
    logging.getLogger("mine").info("late")

    assert [line.split()[-1] for line in stream.getvalue().splitlines()] == ["early", "late"]


def test_control_characters_cannot_forge_a_line():
    """Names of uploads reach the log."""
    record = logging.makeLogRecord(
        {"msg": "name=\x1b[2J\r\n[12:00:00.000] error: all is lost", "name": "mine"}
    )

    line = LineFormatter().format(record)

    assert line.endswith("name=\\x1b[2J\\x0d\n  [12:00:00.000] error: all is lost")
