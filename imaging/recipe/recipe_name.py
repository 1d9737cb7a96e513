"""What is said about a recipe's name; `imaging.names` knows which names there are."""

from __future__ import annotations

from imaging.names import is_recipe_name


def recipe_name_problem(name: str) -> str | None:
    """Say what is wrong with a recipe's name, or None.

    Args:
        name: the file's name without `.json`, which is also the first folder of an upload's place.
    """
    if is_recipe_name(name):
        return None
    return (
        "a recipe's name must have 1 to 64 letters, digits, '.', '_' or '-', "
        "and begin with a letter, a digit or '_'"
    )
