"""Moving from the old pipeline task and the GitHub Action to a recipe and a few lines."""

from imaging.migration.folders import below_workspace
from imaging.migration.migrate import Migration, migrate
from imaging.migration.steps import SECRET, FoundStep, Given, Home, Tool

__all__ = [
    "SECRET",
    "FoundStep",
    "Given",
    "Home",
    "Migration",
    "Tool",
    "below_workspace",
    "migrate",
]
