"""The rules of a recipe that look at more than one value.

They run on the JSON as written, so that a wrong value does not hide the other faults.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from imaging.arm_ids import ArmIdKind, parse_arm_id
from imaging.errors import Fault
from imaging.recipe import os_rules, step_rules, target_rules
from imaging.recipe.raw_parts import Part

_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .\-]*>")
_WHOLE_PLACEHOLDER = re.compile(r"<[A-Za-z][\w .\-]*>|\$\([A-Za-z][\w.]*\)|#\{[A-Za-z][\w.\-]*\}#")
_EXPRESSION = re.compile(
    r"\[(?:parameters|variables|concat|format|resourceId|resourceGroup|subscription|uniqueString|reference|copyIndex|if)\("
)
# image-builder-json: AIB finds its own resources by these tags.
_TAGS_OF_AIB = frozenset(
    ["createdby", "usedby", "imagetemplatename", "imagetemplateresourcegroupname"]
)
# What stands here is people's own text or script, where < > and [ ] have other meanings.
FREE_TEXT = frozenset(
    [
        "inline",
        "description",
        "filters",
        "searchCriteria",
        "restartCommand",
        "restartCheckCommand",
        "tags",
        "artifactTags",
        "managedResourceTags",
    ]
)


def broken_rules(recipe: Part) -> Iterator[Fault]:
    """Check everything that is not a matter of one value.

    Args:
        recipe: the whole recipe.
    """
    rules: tuple[Callable[[Part], Iterator[Fault]], ...] = (
        _nothing_is_null,
        _no_placeholders,
        _no_placeholder_tags,
        _network_is_consistent,
        _tags_of_aib_stay,
        step_rules.broken_rules,
        target_rules.broken_rules,
        os_rules.broken_rules,
    )
    for rule in rules:
        yield from rule(recipe)


def _nothing_is_null(part: Part) -> Iterator[Fault]:
    if part.value is None:
        yield part.fault("is null; leave it out")
    elif isinstance(part.value, dict):
        for key in part.value:
            yield from _nothing_is_null(part[key])
    else:
        for item in part.items():
            yield from _nothing_is_null(item)


def _no_placeholders(recipe: Part) -> Iterator[Fault]:
    for text in recipe.texts():
        if FREE_TEXT.intersection(str(step) for step in text.place):
            continue
        placeholder = _PLACEHOLDER.search(text.text())
        if placeholder:
            yield text.fault(f"holds the placeholder {placeholder[0]}; write the real value")
        elif _EXPRESSION.match(text.text()):
            yield text.fault("is an expression of an ARM deployment; write its value")
    yield from _no_placeholder_names(recipe["identity"]["userAssignedIdentities"])


def is_only_a_placeholder(text: str) -> bool:
    """Say whether a text is nothing but a placeholder that somebody forgot to fill.

    Args:
        text: of a place where a placeholder may also be a part of people's own text.
    """
    return _WHOLE_PLACEHOLDER.fullmatch(text.strip()) is not None


def _no_placeholder_tags(recipe: Part) -> Iterator[Fault]:
    """Tags are people's own text, but one that is nothing but a placeholder was forgotten."""
    targets = recipe["properties"]["distribute"].items()
    places = [recipe["tags"], recipe["properties"]["managedResourceTags"]]
    for tags in (*places, *(target["artifactTags"] for target in targets)):
        for value in tags.texts():
            if is_only_a_placeholder(value.text()):
                yield value.fault(f"is the placeholder {value.text().strip()}; write the value")


def _no_placeholder_names(identities: Part) -> Iterator[Fault]:
    for name in identities.value if isinstance(identities.value, dict) else ():
        placeholder = _PLACEHOLDER.search(name)
        if placeholder:
            yield identities[name].fault(
                f"holds the placeholder {placeholder[0]}; write the real value"
            )


def _network_is_consistent(recipe: Part) -> Iterator[Fault]:
    network = recipe["properties"]["vmProfile"]["vnetConfig"]
    container = network["containerInstanceSubnetId"]
    if not container.text():
        return
    if not network["subnetId"].text():
        yield container.fault("needs subnetId beside it, a subnet of the same network")
    if network["proxyVmSize"].text():
        yield network["proxyVmSize"].fault(
            "must be left out beside containerInstanceSubnetId, which has no proxy VM"
        )
    build = parse_arm_id(ArmIdKind.SUBNET, network["subnetId"].text())
    isolated = parse_arm_id(ArmIdKind.SUBNET, container.text())
    if build and isolated and build.network != isolated.network:
        yield container.fault("must be a subnet of the same virtual network as subnetId")
    elif build and isolated and build.name.lower() == isolated.name.lower():
        yield container.fault(
            "must be another subnet than subnetId: it is delegated to container groups"
        )


def _tags_of_aib_stay(recipe: Part) -> Iterator[Fault]:
    tags = recipe["properties"]["managedResourceTags"]
    for name in tags.value if isinstance(tags.value, dict) else ():
        if name.lower() in _TAGS_OF_AIB:
            yield tags[name].fault("is a tag by which AIB knows its own resources; choose another")
