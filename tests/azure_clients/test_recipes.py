"""Recipes are read by name, and a wrong name says which ones there are."""

from __future__ import annotations

import pytest

from azure_clients.recipes import fetch_recipe
from imaging.errors import NotFoundError, RecipeError, RequestError
from localcloud.cloud import LocalCloud

pytestmark = pytest.mark.local_cloud


def test_a_recipe_is_read_as_it_is(azure: LocalCloud):
    """Checking is somebody else's work."""
    azure.put_recipe("nginx", "{broken")
    assert fetch_recipe("nginx") == b"{broken"


def test_a_recipe_that_is_too_big_is_not_read_whole(azure: LocalCloud):
    """Somebody may put an image where a recipe belongs; the host has other things to do."""
    azure.put_recipe("just-fits", "x" * 65_536)
    assert len(fetch_recipe("just-fits")) == 65_536
    azure.put_recipe("too-big", "x" * 65_537)
    with pytest.raises(RecipeError, match=r"the file has 65537 bytes; it must have at most 65536"):
        fetch_recipe("too-big")


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
