"""Recipes are read by name, and a wrong name says which ones there are."""

from __future__ import annotations

import pytest

from azure_clients.recipes import fetch_recipe
from imaging.errors import NotFoundError, RequestError
from localcloud.cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


def test_a_recipe_is_read_as_it_is(azure: LocalCloud):
    """Checking is somebody else's work."""
    azure.put_recipe("nginx", "{broken")
    assert fetch_recipe("nginx") == b"{broken"


def test_an_unknown_recipe_lists_the_known_ones(azure: LocalCloud):
    """The way out stands in the message."""
    azure.put_recipe("nginx", "{}")
    with pytest.raises(NotFoundError, match=r"recipe 'ngnix' does not exist.*use one of: .*nginx"):
        fetch_recipe("ngnix")


@pytest.mark.usefixtures("azure")
@pytest.mark.parametrize("name", ["", "../kiln-builds/x", "a/b", "a b", "x" * 65])
def test_a_name_that_cannot_be_a_recipes_is_refused_before_any_call(name: str):
    """It would become part of a blob's name."""
    with pytest.raises(RequestError, match="not usable"):
        fetch_recipe(name)
