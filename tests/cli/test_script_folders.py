"""Scripts that name another folder than the one where the artifact goes."""

import pytest

from imaging.migration import migrate
from tests.cli.pipelines import action_file, migrated, only_step, task_file


def said_of(script, **inputs):
    """What is noted about the folders of a script for the task."""
    notes = migrated(task_file(inlineScript=script, **inputs)).notes
    return "\n".join(note for note in notes if "but the artifact goes to" in note)


WINDOWS_OTHERS = [
    "& 'C:\\BuildArtifacts\\_repo\\install.ps1'",
    "& c:/buildArtifacts/_repo/install.ps1",
    "& C:\\buildArtifacts\\webapp\\a.ps1\nCopy-Item C:\\buildArtifacts\\_repo\\x D:\\",
    '$base = "C:\\BUILDARTIFACTS\\_repo"\n& "$base\\install.ps1"',
    "Expand-Archive C:\\buildArtifacts\\webapp-old.zip",
]
WINDOWS_FINE = [
    "& 'C:\\BuildArtifacts\\WebApp\\install.ps1'",
    "ls C:\\buildArtifacts -Recurse; cd C:\\buildArtifacts\\*; ls C:\\buildArtifacts\\$x",
    "Expand-Archive C:\\buildArtifacts\\webapp.zip -DestinationPath C:\\buildArtifacts\\new",
    "New-Item -ItemType Directory C:\\buildArtifacts\\logs\ncd C:\\buildArtifacts\\logs",
    '$logs = "C:\\buildArtifacts\\logs"\nmkdir $logs\nls $logs',
    "C:\\Windows\\System32\\whoami.exe; C:\\tools\\a\\b.exe",
    "# once C:\\buildArtifacts\\old\\install.ps1",
]


@pytest.mark.parametrize("script", WINDOWS_OTHERS)
def test_another_folder_of_the_artifacts_is_pointed_at(script):
    """Right below buildArtifacts there is nothing else, so the build would fail an hour later."""
    said = said_of(script, provisioner="powershell")
    assert "inlineScript: names " in said
    assert "but the artifact goes to C:\\buildArtifacts\\webapp; if its folder is meant" in said


@pytest.mark.parametrize("script", WINDOWS_FINE)
def test_the_artifacts_own_and_what_the_script_makes_are_not(script):
    """A note that is wrong teaches people to read none."""
    assert said_of(script, provisioner="powershell") == ""


@pytest.mark.parametrize(
    "script",
    [
        "sudo sh /tmp/repo/install.sh",
        "cd /tmp/repo && make install",
        "sudo cp -r /tmp/repo/etc /etc/web",
        "sudo tar -xzf /tmp/repo.tar.gz -C /opt",
        "BASE=/tmp/repo\nsh $BASE/install.sh",
    ],
)
def test_on_linux_a_folder_that_nobody_makes_is_pointed_at(script):
    """The script never names the artifact's, so this one must be meant."""
    said = said_of(script)
    assert "inlineScript: names /tmp/repo" in said
    assert "but the artifact goes to /tmp/webapp; if its folder is meant" in said


@pytest.mark.parametrize(
    "script",
    [
        "sh /tmp/webapp/install.sh; sh /tmp/repo/install.sh",
        "tar -xzf /tmp/webapp.tar.gz -C /opt; ls /tmp/repo/x",
        "mkdir -p /tmp/repo/bin && cd /tmp/repo",
        "git clone https://x.example/repo /tmp/repo\nsh /tmp/repo/install.sh",
        "curl -sLo /tmp/repo.tar.gz https://x.example && tar -xzf /tmp/repo.tar.gz",
        "unzip a.zip -d /tmp/repo; ls /tmp/repo/a",
        "tar -xzf a.tgz -C /tmp/repo; ls /tmp/repo/a",
        "cp -r /opt/x /tmp/repo; ls /tmp/repo/a",
        'WORK=/tmp/repo\nmkdir -p "${WORK}"\nls /tmp/repo/a',
        "cd /tmp\ngit clone https://x.example/repo\nsh /tmp/repo/install.sh",
        "sh /tmp/install.sh; ls /var/tmp/repo/x; ls /tmp/*/x; ls /tmp/$x/y",
        "# sh /tmp/repo/install.sh",
        "true",
    ],
)
def test_other_folders_of_a_linux_script_are_its_own_affair(script):
    """The folder for temporary files is for everybody."""
    assert said_of(script) == ""


def test_the_script_of_a_validation_is_read_too():
    """It looks for the same folder."""
    inputs = {
        "task": "AzureImageBuilderTaskV2@2",
        "enableValidation": True,
        "validationInlineScript": "Test-Path C:\\buildArtifacts\\other\\x",
    }
    said = said_of("true", **inputs)
    assert "validationInlineScript: names C:\\buildArtifacts\\other, but" in said


@pytest.mark.parametrize(
    ("script", "named"),
    [
        ("& 'c:\\site\\setup.ps1'", "c:\\site"),
        ("& 'C:\\buildArtifacts\\webapp\\setup.ps1'", "C:\\buildArtifacts"),
        ("& 'C:\\webapp\\setup.ps1'; & C:\\site\\x", ""),
        ("C:\\Windows\\x.exe; & 'C:\\Program Files\\a\\x'; mkdir C:\\site; ls C:\\site\\a", ""),
    ],
)
def test_the_actions_folder_lies_in_the_drive_itself(script, named):
    """There, as in /tmp, others are usual, but buildArtifacts was the task's alone."""
    inputs = {"source-os-type": "windows", "customizer-script": script}
    said = [one for one in migrated(action_file(inputs)).notes if "but the artifact goes" in one]
    assert [f"names {named}, but the artifact goes to C:\\webapp;" in one for one in said] == (
        [True] if named else []
    )


def test_a_long_script_is_no_long_wait():
    """Each of many variables may be used many times."""
    script = "x=/tmp/a/b\n" * 20_000 + "$x " * 60_000
    notes = migrate(only_step(task_file(inlineScript=script))).notes
    assert "names /tmp/a, but the artifact goes to" in "\n".join(notes)
