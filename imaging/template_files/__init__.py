"""Bring your template: what people have in their repositories becomes a recipe."""

from imaging.template_files.repair import (
    RepairedTemplate,
    UnreadableTemplateError,
    repair_template,
)
from imaging.template_files.repair_list import Repair

__all__ = ["Repair", "RepairedTemplate", "UnreadableTemplateError", "repair_template"]
