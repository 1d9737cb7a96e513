"""What a build needs of Azure around it: what to ask, and what to think of the answers.

The offline checks of a recipe are in `imaging/recipe`; these need answers of Resource Manager, so
each message says that Azure was asked. Nothing here asks: answers come in as plain JSON.
"""
