"""Paths of blob triggers, by the WebJobs SDK's rules."""

import pytest

from localcloud.functions_host.binding_template import compile_blob_path
from localcloud.functions_host.faults import StartupError

CASES = [
    ("intake", "a/b.zip", {}),
    ("intake/{name}", "a/b.zip", {"name": "a/b.zip"}),
    ("intake/{name}.zip", "a/b.zip", {"name": "a/b"}),
    ("intake/{name}.zip", "b.tar", None),
    ("intake/{name}.zip", "b.ZIP", None),
    ("intake/{recipe}/{file}.zip", "x/y/z.zip", {"recipe": "x/y", "file": "z"}),
    ("intake/{name}.{ext}", "a.tar.gz", {"name": "a.tar", "ext": "gz"}),
    ("intake/{{old}}/{name}", "{old}/a", {"name": "a"}),
    ("intake/a.b", "aXb", None),
    ("intake/{name}", "line\nend", {"name": "line\nend"}),
]


@pytest.mark.parametrize(("path", "blob", "captured"), CASES)
def test_a_blob_name_gives_the_names_of_its_path(path, blob, captured):
    """Functions find the captured names in their metadata; Azure captures greedily."""
    found = compile_blob_path(path, "function f")

    assert (found.container, found.match(blob)) == ("intake", captured)


@pytest.mark.parametrize(
    "path",
    ["{container}/x", "Intake/x", "a/x", "intake/{a.b}", "intake/{a", "intake/a}", "intake/{a}{a}"],
)
def test_a_path_that_is_not_understood_stops_the_start(path):
    """A trigger that never fires tells nobody why."""
    with pytest.raises(StartupError, match="function f: "):
        compile_blob_path(path, "function f")
