from imaging.recipe.artifact_block import ArtifactPlace
from imaging.recipe.reading import Recipe, read_recipe

__all__ = ["ArtifactPlace", "Recipe", "read_recipe"]
