"""The lines of pipeline that replace the old step: pack, upload, start, wait, read the result."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping

from imaging.migration.draft import Draft
from imaging.migration.folders import last_folder, with_workspace
from imaging.migration.references import open_references
from imaging.migration.run_values import RunValue
from imaging.migration.steps import Home, Tool

_TASK = """\
- task: AzureCLI@2
  displayName: Build the image {recipe} with Kiln
{options}  inputs:
    azureSubscription: {subscription}
    scriptType: bash
    scriptLocation: inlineScript
    inlineScript: |
{script}
  env:
    FOLDER: {folder}
    KILN_URL: $(kilnUrl)
    KILN_KEY: $(kilnKey)
    KILN_ACCOUNT: $(kilnAccount)
{parameters}"""
_ACTION = """\
- name: Build the image {recipe} with Kiln
{options}  shell: bash
  env:
    FOLDER: {folder}
    KILN_URL: ${{{{ {url} }}}}
    KILN_KEY: ${{{{ {key} }}}}
    KILN_ACCOUNT: ${{{{ {account} }}}}
{parameters}  run: |
{script}
"""
_SETTINGS = {"url": "vars.KILN_URL", "key": "secrets.KILN_KEY", "account": "vars.KILN_ACCOUNT"}
# A composite action sees neither secrets nor variables.
_INPUTS = {name: f"inputs.kiln-{name}" for name in _SETTINGS}

_HEAD = """\
set -euo pipefail
recipe=@recipe@
archive="$@temp@/$recipe@ending@"
answer="$@temp@/$recipe.json"
blob="$recipe/@run@-$(date +%s%3N)/$recipe@ending@"
field() { jq -r "$1 // empty" "$answer" | tr -d '\\r'; }
fail() { echo "@error@$1"; exit 1; }
kiln() {
  status=$(curl -sS --retry 8 --retry-all-errors --max-time 60 --output "$answer" \\
    --write-out '%{http_code}' --header "x-functions-key: $KILN_KEY" "$@") ||
    fail "Kiln cannot be reached at $KILN_URL"
  [[ $status == 2* ]] || fail "Kiln answers $status: $(field .error.message)"
}
@check@"""
_SEND = """\
@pack@
az storage blob upload --auth-mode login --account-name "$KILN_ACCOUNT"@metadata@ \\
  --container-name imagebuilder-vststask --name "$blob" --file "$archive" --no-progress -o none
request=(--data "{\\"recipe\\": \\"$recipe\\", \\"artifact\\": \\"$blob\\"}")
"""
_SEND_IF_THERE = """\
request=(--data "@asked@"
  --header "Idempotency-Key: $recipe-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT")
if [ -d "$FOLDER" ]; then
{send}fi
"""
# None of these means anything to cmd, which starts az on Windows; the pattern says the rest.
_CHECK = """\
metadata=(
{metadata})
for one in "${{metadata[@]}}"; do
  [[ $one =~ ^[A-Za-z0-9\\ ._/:+@=-]+$ ]] || fail "${{one%%=*}} holds what no parameter may hold"
done
"""
_ASKED = '{\\"recipe\\": \\"$recipe\\"}'
_ASKED_WITH = "$(jq -cn --arg recipe \"$recipe\" '{{$recipe, parameters: {{{pairs}}}}}')"
_SINGLE_FILE = """\
if [ -f "$FOLDER" ]; then
  mkdir -p "$RUNNER_TEMP/@folder@"
  cp "$FOLDER" "$RUNNER_TEMP/@folder@/@folder@"
  FOLDER="$RUNNER_TEMP/@folder@"
fi
"""
_WAIT = """\
kiln "$KILN_URL/api/builds" "${request[@]}"
build=$(field .id)
while state=$(field .state) && [[ $state == Queued || $state == Running ]]; do
  sleep 15
  kiln "$KILN_URL/api/builds/$build"
done
jq . "$answer"
"""
_NO_IMAGE = '[[ $state == Succeeded ]] || fail "no image: $(field .error.message)"\n'
_TASK_END = """\
jq -r '.outputs + {templateName, templateId@more@} | to_entries[]
  | "##vso[task.setvariable variable=\\(.key)]\\(.value)"' "$answer"
"""
_V2_OUTPUT = ", runOutput: .images[0].runOutputName"
_ACTION_STATUS = """\
echo "imagebuilder-run-status=$(tr '[:upper:]' '[:lower:]' <<< "$state")" >> "$GITHUB_OUTPUT"
"""
_ACTION_END = """\
jq -r '.outputs + {"custom-image-uri": .outputs.imageUri, templateName, templateId,
  "run-output-name": .images[0].runOutputName} | del(.imageUri) | to_entries[]
  | "\\(.key)=\\(.value)"' "$answer" | tr -d '\\r' >> "$GITHUB_OUTPUT"
"""
_PACK_TAR = 'tar -czf "$archive" -C "$FOLDER" .'
# GNU tar takes what stands before a colon, as in C:\temp, for the name of another machine.
_PACK_TAR_ON_WINDOWS = 'tar --force-local -czf "$archive" -C "$FOLDER" .'
_PACK_ZIP = '(cd "$FOLDER" && zip -qr "$archive" .)'
_PACK_ZIP_ON_WINDOWS = '(cd "$FOLDER" && 7z a -tzip -bso0 "$archive" .)'

_LAST_OF_FOUR_DIGITS = 0xFFFF


def snippet_for(draft: Draft, recipe_name: str) -> str:
    """Write the step that stands where the old one stood.

    Args:
        draft: a finished draft.
        recipe_name: the recipe's name.
    """
    is_action = draft.step.tool is Tool.ACTION
    script = _action_script(draft) if is_action else _task_script(draft)
    is_linux = draft.document["artifact"]["osType"] == "Linux"
    windows_agent = is_action and draft.step.on_windows
    words = {
        "@recipe@": recipe_name,
        "@ending@": ".tar.gz" if is_linux else ".zip",
        "@pack@": _pack(is_linux=is_linux, on_windows=windows_agent),
        "@folder@": _folder(draft),
        **_parameter_words(draft.parameters),
    }
    for word, meaning in words.items():
        script = script.replace(word, meaning)
    frame = _action_frame if is_action else _task_frame
    return frame(draft, recipe_name, script.rstrip())


def _pack(*, is_linux: bool, on_windows: bool) -> str:
    if is_linux:
        return _PACK_TAR_ON_WINDOWS if on_windows else _PACK_TAR
    return _PACK_ZIP_ON_WINDOWS if on_windows else _PACK_ZIP


def _task_script(draft: Draft) -> str:
    head = _HEAD.replace("@temp@", "AGENT_TEMPDIRECTORY").replace(
        "@run@", "${RELEASE_RELEASEID:-$BUILD_BUILDID}"
    )
    head = head.replace("@error@", "##vso[task.logissue type=error]")
    more = _V2_OUTPUT if draft.step.tool is Tool.TASK_V2 else ""
    return head + _SEND + _WAIT + _NO_IMAGE + _TASK_END.replace("@more@", more)


def _action_script(draft: Draft) -> str:
    head = _HEAD.replace("@temp@", "RUNNER_TEMP").replace("@run@", "$GITHUB_RUN_ID")
    head = head.replace("@error@", "::error::")
    send = _SEND
    if not draft.document["artifact"].get("required", True):
        send = _SEND_IF_THERE.format(send=textwrap.indent(_SEND, "  "))
    elif _may_be_a_file(draft):
        send = _SINGLE_FILE + _SEND
    return head + send + _WAIT + _ACTION_STATUS + _NO_IMAGE + _ACTION_END


def _may_be_a_file(draft: Draft) -> bool:
    """Say whether the folder may be a file, as the action took one, and has a harmless name."""
    name = last_folder(draft.filled("customizer-source"))
    has_ending = "." in name and not open_references(name)
    return has_ending and re.fullmatch(r"[\w -]+", _folder(draft)) is not None


def _folder(draft: Draft) -> str:
    return last_folder(str(draft.document["artifact"]["destination"]))


def _parameter_words(parameters: list[RunValue]) -> dict[str, str]:
    """Write how the values of parameters are sent: with the upload, which is the same build then.

    They go through the environment, so that none of them is ever read as a piece of script.
    """
    if not parameters:
        return {"@check@": "", "@metadata@": "", "@asked@": _ASKED}
    metadata = "".join(f'  "kiln_{one.parameter}=${one.variable}"\n' for one in parameters)
    pairs = ", ".join(f'"{one.parameter}": env.{one.variable}' for one in parameters)
    return {
        "@check@": _CHECK.format(metadata=metadata),
        "@metadata@": ' --metadata "${metadata[@]}"',
        "@asked@": _ASKED_WITH.format(pairs=pairs),
    }


def _environment(parameters: list[RunValue]) -> str:
    return "".join(f"    {one.variable}: {_quoted(one.written)}\n" for one in parameters)


def _task_frame(draft: Draft, recipe_name: str, script: str) -> str:
    return _TASK.format(
        recipe=recipe_name,
        options=_options(draft.step.options),
        folder=_quoted(draft.as_written("packagePath").replace("\\", "/")),
        subscription=_quoted(draft.as_written("ibSubscription") or "your service connection"),
        script=textwrap.indent(script, " " * 6),
        parameters=_environment(draft.parameters),
    )


def _action_frame(draft: Draft, recipe_name: str, script: str) -> str:
    folder = _written_folder(draft) or "${{ github.workspace }}/workflow-artifacts"
    settings = _INPUTS if draft.step.home is Home.COMPOSITE_ACTION else _SETTINGS
    return _ACTION.format(
        recipe=recipe_name,
        options=_options(draft.step.options),
        folder=_quoted(folder.replace("\\", "/")),
        script=textwrap.indent(script, " " * 4),
        parameters=_environment(draft.parameters),
        **settings,
    )


def _written_folder(draft: Draft) -> str:
    """Return the folder as it is written, but for a variable of the shell, which stays a word."""
    whole = draft.filled("customizer-source")
    expanded = with_workspace(whole)
    return draft.as_written("customizer-source") if expanded == whole else expanded


def _options(options: Mapping[str, str]) -> str:
    return "".join(f"  {name}: {_plain_or_quoted(text)}\n" for name, text in options.items())


def _plain_or_quoted(text: str) -> str:
    return text if re.fullmatch(r"true|false|\d+", text) else _quoted(text)


def _quoted(text: str) -> str:
    """Write a text for YAML; JSON's way is one of its own, but for letters that nobody sees."""
    return "".join(map(_visible, json.dumps(text, ensure_ascii=False)))


def _visible(letter: str) -> str:
    if letter.isprintable():
        return letter
    number = ord(letter)
    return f"\\u{number:04x}" if number <= _LAST_OF_FOUR_DIGITS else f"\\U{number:08x}"
