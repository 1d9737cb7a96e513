"""The kinds of values in a recipe and what each must look like."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from itertools import starmap
from typing import Annotated

from pydantic import Field, WithJsonSchema

from imaging import limits
from imaging.arm_ids import ArmIdKind, arm_id_problem
from imaging.recipe.addresses import blob_url_problem, url_problem
from imaging.recipe.showing import show
from imaging.recipe.strict_model import must


def _pattern(pattern: str, words: str) -> Callable[[str], str | None]:
    return lambda text: None if re.fullmatch(pattern, text, re.ASCII) else f"it must be {words}"


def _or_empty(problem_of: Callable[[str], str | None]) -> Callable[[str], str | None]:
    return lambda text: problem_of(text) if text else None


def _text_problem(text: str) -> str | None:
    if not text.strip():
        return "it must not be empty"
    return None if text.isprintable() else "it must not contain control characters"


def _command_problem(text: str) -> str | None:
    printable = all(c.isprintable() or c in "\t\n\r" or c.isspace() for c in text)
    return None if printable else "it must not contain control characters"


def _timeout_problem(minutes: int) -> str | None:
    lowest, highest = limits.BUILD_TIMEOUT_MIN_MINUTES, limits.BUILD_TIMEOUT_MAX_MINUTES
    if minutes == 0 or lowest <= minutes <= highest:
        return None
    return f"it must be 0 (means {limits.BUILD_TIMEOUT_DEFAULT_MINUTES}) or {lowest} to {highest}"


def _inline_problem(lines: list[str]) -> str | None:
    if not any(line.strip() for line in lines):
        return "it must hold at least one command"
    size = sum(len(line.encode("utf-8", "replace")) + 1 for line in lines)
    if size > limits.INLINE_MAX_BYTES:
        most = limits.INLINE_MAX_BYTES
        return f"it has {size} bytes; it must have at most {most}: put it into a file for scriptUri"
    return None


def _tags_problem(tags: dict[str, str]) -> str | None:
    if len(tags) > limits.TAGS_MAX:
        return f"there must be at most {limits.TAGS_MAX} tags"
    names = [name.lower() for name in tags]
    twice = next((name for name in tags if names.count(name.lower()) > 1), None)
    if twice is not None:
        return f"it has the tag {show(twice)} twice; Azure compares their names without case"
    return next(filter(None, starmap(_tag_problem, tags.items())), None)


def _tag_problem(name: str, value: str) -> str | None:
    if not name.strip() or len(name) > limits.TAG_NAME_MAX_LENGTH:
        return f"a tag's name must have 1 to {limits.TAG_NAME_MAX_LENGTH} characters"
    if set(name) & set(limits.TAG_NAME_FORBIDDEN) or not name.isprintable():
        return (
            f"the name of its tag {show(name)} must not contain any of {limits.TAG_NAME_FORBIDDEN} "
            "or control characters"
        )
    if len(value) > limits.TAG_VALUE_MAX_LENGTH:
        most = limits.TAG_VALUE_MAX_LENGTH
        return f"the value of its tag {show(name)} must have at most {most} characters"
    if _command_problem(value):
        return (
            f"the value of its tag {show(name)} must not contain control characters or half of a "
            "character"
        )
    return None


def _own_tags_problem(tags: dict[str, str]) -> str | None:
    own = [show(name) for name in tags if name.lower().startswith(limits.KILN_TAG_PREFIX)]
    if own:
        prefix = limits.KILN_TAG_PREFIX
        return f"its tags {', '.join(own)} must have other names: those with '{prefix}' are Kiln's"
    most = limits.TAGS_MAX - limits.KILN_TAGS
    if len(tags) > most:
        return f"there must be at most {most} tags, because Kiln adds {limits.KILN_TAGS}"
    return None


def _some(items: list[object]) -> str | None:
    return None if items else "it must have at least one entry"


def _patterned(pattern: str) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "pattern": f"^(?:{pattern})$"})


_region_problem = _pattern(limits.REGION_PATTERN, "an Azure region, as westeurope")
_vm_size_problem = _pattern(limits.VM_SIZE_PATTERN, "the name of a VM size, as Standard_D2ds_v4")
_name_words = "1 to 64 letters, digits, hyphens, underscores or dots"
_restart_words = "a number and a unit, as 5m or 2h"

Text = Annotated[str, must(_text_problem), WithJsonSchema({"type": "string", "minLength": 1})]
MarketplaceName = Annotated[
    str,
    must(_text_problem),
    must(_pattern(limits.MARKETPLACE_NAME_PATTERN, "a name without $ % @ < > { } [ ] ( ) #")),
    _patterned(limits.MARKETPLACE_NAME_PATTERN),
]
Command = Annotated[str, must(_command_problem)]
Inline = Annotated[list[Command], must(_inline_problem)]
Region = Annotated[str, must(_region_problem), _patterned(limits.REGION_PATTERN)]
VmSize = Annotated[str, must(_or_empty(_vm_size_problem)), _patterned(f"{limits.VM_SIZE_PATTERN}|")]
HttpsUrl = Annotated[str, must(url_problem), _patterned("https://.+")]
VhdUrl = Annotated[str, must(_or_empty(blob_url_problem)), _patterned("https://.+|")]
Sha256 = Annotated[
    str,
    must(_or_empty(_pattern(limits.SHA256_PATTERN, "64 hexadecimal digits in lower case"))),
    _patterned(f"{limits.SHA256_PATTERN}|"),
]
ImageVersion = Annotated[
    str,
    must(_pattern(limits.PLATFORM_VERSION_PATTERN, "a version as 22.04.202403010, or latest")),
    _patterned(limits.PLATFORM_VERSION_PATTERN),
]
RunOutputName = Annotated[
    str, must(_pattern(limits.NAME_PATTERN, _name_words)), _patterned(limits.NAME_PATTERN)
]
RestartTimeout = Annotated[
    str,
    must(_pattern(limits.RESTART_TIMEOUT_PATTERN, _restart_words)),
    _patterned(limits.RESTART_TIMEOUT_PATTERN),
]
TimeoutMinutes = Annotated[
    int,
    must(_timeout_problem),
    WithJsonSchema({"type": "integer", "minimum": 0, "maximum": limits.BUILD_TIMEOUT_MAX_MINUTES}),
]
ExitCode = Annotated[int, Field(ge=-limits.WHOLE_NUMBER_MAX - 1, le=limits.WHOLE_NUMBER_MAX)]
Tags = Annotated[dict[str, str], must(_tags_problem)]
TemplateTags = Annotated[dict[str, str], must(_tags_problem), must(_own_tags_problem)]

ImageId = Annotated[str, must(partial(arm_id_problem, ArmIdKind.IMAGE))]
GalleryImageId = Annotated[str, must(partial(arm_id_problem, ArmIdKind.GALLERY_IMAGE))]
GalleryVersionId = Annotated[str, must(partial(arm_id_problem, ArmIdKind.GALLERY_VERSION))]
SubnetId = Annotated[str, must(partial(arm_id_problem, ArmIdKind.SUBNET))]
IdentityId = Annotated[str, must(partial(arm_id_problem, ArmIdKind.IDENTITY))]
ResourceGroupId = Annotated[str, must(_or_empty(partial(arm_id_problem, ArmIdKind.RESOURCE_GROUP)))]

AT_LEAST_ONE = must(_some)
EnabledOrDisabled = Annotated[
    str,
    must(_pattern("Enabled|Disabled", "Enabled or Disabled")),
    WithJsonSchema({"enum": ["Enabled", "Disabled"]}),
]
