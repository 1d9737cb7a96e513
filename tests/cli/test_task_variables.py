"""Variables, placeholders and what a shell expands in the inputs of a step."""

from tests.cli.pipelines import (
    faults_of,
    migrated,
    properties_of,
    task_file,
)


def test_inputs_that_a_run_decides_are_refused_as_such():
    """Calling them unknown would make people look for a misspelling."""
    text = task_file() + "    ${{ if eq(parameters.x, 1) }}:\n      vmSize: Standard_D2s_v5\n"
    assert "is decided by each run" in faults_of(text)


def test_variables_that_double_and_double_come_to_an_end():
    """Three lines can stand for more than any memory holds."""
    doubled = {f"v{n}": f"$(v{n + 1})" * 5000 for n in range(6)}
    lines = "\n".join(f"  {name}: {value}" for name, value in doubled.items())
    text = f"variables:\n{lines}\n" + task_file(vmSize="$(v0)")
    assert "vmSize: holds $(v1), which only a run knows" in faults_of(text)


def test_what_the_shell_expands_is_left_to_the_shell():
    """`$(date)` is no variable of the pipeline."""
    steps = properties_of(task_file(inlineScript="echo $(date) $(nproc)"))["customize"]
    assert steps[0]["inline"] == ["echo $(date) $(nproc)"]


def test_variables_with_fixed_values_are_filled_in():
    """Files keep region and size in `variables`, in one of two forms."""
    text = "variables:\n- name: region\n  value: northeurope\n" + task_file(
        ibLocation="$(Region)", vmSize="${{ parameters.size }}"
    ).replace("steps:", "parameters:\n- name: size\n  default: Standard_D8s_v5\nsteps:")
    migration = migrated(text)
    assert migration.document["location"] == "northeurope"
    assert migration.document["properties"]["vmProfile"]["vmSize"] == "Standard_D8s_v5"


def test_a_placeholder_in_a_script_is_pointed_at():
    """It would fail in the build VM, an hour later; but it may also be the script's own."""
    found = migrated(task_file(inlineScript="cd /tmp/<YOUR_FOLDER> && cat <input"))
    assert "inlineScript: holds <YOUR_FOLDER>" in "\n".join(found.notes)


def test_braces_and_angles_of_a_script_are_not_taken_for_variables():
    """Pipelines fill in $(name) only; {name} is PowerShell's, Python's or awk's own."""
    text = "variables:\n  name: web\n" + task_file(
        inlineScript="curl -w '{name}' x.example <name>y\necho $(name)"
    )
    assert properties_of(text)["customize"][0]["inline"] == [
        "curl -w '{name}' x.example <name>y",
        "echo web",
    ]


def test_a_variable_of_the_shell_is_no_placeholder():
    """Filled in by a value of the same name, `${HOME}` would become `$` and that value."""
    found = migrated(task_file(inlineScript="ls ${HOME} ${region}"), region="westeurope")
    steps = found.document["properties"]["customize"]
    assert steps[0]["inline"] == ["ls ${HOME} ${region}"]
    assert "HOME" not in "\n".join(found.notes)


def test_a_placeholder_may_have_a_dollar_sign():
    """Generators of pipelines write it so."""
    text = task_file(baseImagePubOfferSku="Canonical:${offer}:server")
    assert "holds the placeholder ${offer}" in faults_of(text)
    assert properties_of(text, offer="ubuntu-24_04-lts")["source"]["offer"] == "ubuntu-24_04-lts"


def test_what_the_shell_would_expand_is_pointed_at():
    """`$(version)` of a variable group looks just like `$(date)`."""
    found = migrated(task_file(inlineScript="echo $(version) $(date -u) $(date)"))
    said = "\n".join(found.notes)
    assert "inlineScript: $(version), $(date) are left to the shell" in said
    assert "left to the shell" not in "\n".join(migrated(task_file()).notes)


def test_a_variable_may_be_written_with_an_index():
    """`variables['name']` is the form that Microsoft's pages use."""
    text = "variables:\n  size: Standard_D8s_v5\n" + task_file(vmSize="${{ variables['Size'] }}")
    assert properties_of(text)["vmProfile"]["vmSize"] == "Standard_D8s_v5"


def test_a_default_that_a_run_may_override_is_pointed_at():
    """A template's callers pass other values; the recipe has one for all of them."""
    text = "parameters:\n- name: size\n  default: Standard_D8s_v5\n"
    text += task_file(vmSize="${{ parameters.size }}", inlineScript="echo ${{ parameters.size }}")
    said = "\n".join(migrated(text).notes)
    assert said.count("parameters.size: its default is taken, though a run may set another") == 1
    given = migrated(text, **{"parameters.size": "Standard_D2s_v5"})
    assert "its default" not in "\n".join(given.notes)
