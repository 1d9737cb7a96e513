"""The body of an HTTP start, before anything is looked up."""

from __future__ import annotations

import json

import pytest

from imaging.errors import RequestError
from triggers.start_request import StartRequest, read_start


def started(parameters: object) -> StartRequest:
    """Read a start with these parameters."""
    return read_start(json.dumps({"recipe": "webapp", "parameters": parameters}).encode())


@pytest.mark.parametrize(
    ("written", "text"), [(75, "75"), (-1, "-1"), (True, "true"), (False, "false"), ("1.0", "1.0")]
)
def test_a_number_or_switch_is_the_text_that_an_upload_would_set(written: object, text: str):
    """A recipe declares integers and booleans, so callers send them as JSON has them."""
    assert started({"size": written}).parameters == {"size": text}


def test_a_number_and_its_text_are_the_same_request():
    """A caller that tries again with the same Idempotency-Key may write it the other way."""
    assert started({"size": 75}).to_wire() == started({"size": "75"}).to_wire()


@pytest.mark.parametrize("written", [1.5, 1e3, None, ["a"], {"a": "b"}])
def test_a_value_that_is_no_parameter_is_refused_by_its_name(written: object):
    """Among twenty parameters people must not have to search."""
    said = r"^parameter 'size' must be a text, a whole number, true or false$"
    with pytest.raises(RequestError, match=said):
        started({"name": "x", "size": written})


def test_parameters_that_are_no_object_are_refused():
    """A list has no names."""
    with pytest.raises(RequestError, match="'parameters' must be an object of names and values"):
        started(["size=75"])
