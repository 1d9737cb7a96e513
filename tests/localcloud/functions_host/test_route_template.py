"""Route templates, by ASP.NET's rules."""

import pytest

from localcloud.functions_host.faults import StartupError
from localcloud.functions_host.route_template import compile_route

GUID = "0f8fad5b-d9cb-469f-a165-70867728950e"
CASES = [
    ("builds", "builds", {}),
    ("builds", "BUILDS/", {}),
    ("builds", "build", None),
    ("", "", {}),
    ("builds/{id}", "builds/a%2Fb%20c", {"id": "a/b c"}),
    ("builds/{id}", "builds", None),
    ("builds/{id}", "builds/a/log", None),
    ("builds/{id}/log", "builds/7/log", {"id": "7"}),
    ("builds/{id?}", "builds", {}),
    ("builds/{id?}", "builds/7", {"id": "7"}),
    ("n/{x:int}", "n/-3", {"x": "-3"}),
    ("n/{x:int}", "n/three", None),
    ("n/{x:int?}", "n", {}),
    ("n/{x:guid}", f"n/{GUID}", {"x": GUID}),
    ("n/{x:bool}", "n/True", {"x": "True"}),
    ("n/{x=1}", "n", {"x": "1"}),
    ("n/{x=1}", "n/2", {"x": "2"}),
    ("files/{*path}", "files/a/b", {"path": "a/b"}),
    ("files/{*path}", "files", {}),
    ("{name}.{ext}", "logo.png", {"name": "logo", "ext": "png"}),
]


@pytest.mark.parametrize(("template", "path", "values"), CASES)
def test_a_path_gives_the_values_of_its_template(template, path, values):
    """A route that works here must work in Azure."""
    assert compile_route(template, "function f").match(path) == values


def test_literals_win_over_parameters_and_a_catch_all_comes_last():
    """`builds/new` must not be taken for a build of the id `new`."""
    templates = ["b/{*rest}", "b/{id}", "b/{id:int}", "b/new"]

    ordered = sorted(templates, key=lambda text: compile_route(text, "f").precedence)

    assert ordered == ["b/new", "b/{id:int}", "b/{id}", "b/{*rest}"]


@pytest.mark.parametrize("template", ["b/{id:regex(a+)}", "b/{id", "b/{}"])
def test_what_is_not_understood_stops_the_start(template):
    """A route that silently never matches would be looked for a long time."""
    with pytest.raises(StartupError, match="function f: the route"):
        compile_route(template, "function f")
