"""What looks like a secret in plain sight, and what only speaks of one."""

from __future__ import annotations

import json
import time

import pytest

from imaging.recipe.plain_secrets import is_named_like_secret, looks_like_secret
from imaging.recipe.showing import show
from tests.imaging.recipe.documents import LINUX, changed, read
from tests.imaging.template_files.templates import refusal, repaired, template

SECRETS = [
    "export PASSWORD=CANARY",
    "git clone https://user:pw@host/x",
    "curl -u user:pw https://h",
    "curl -sSL -u 'user:pw' https://h",
    "curl --user user:pw h",
    "AWS_SECRET_ACCESS_KEY=abcdefgh",
    "export AWS_SECRET_ACCESS_KEY='abcdefgh'",
    "az login --service-principal -u a -p hunter2 --tenant t",
    "az login --password hunter2",
    "net user bob Passw0rd! /add",
    'net user "bob" "Passw0rd!" /add',
    "sshpass -p hunter2 ssh h",
    "sshpass -phunter2 ssh h",
    "docker login -u a -p hunter2 r.io",
    "app --password hunter22",
    "app --password=hunter22",
    "app --password 'hunter22'",
    "Set-X -Password hunter22",
    "mysql -uroot -phunter2 db",
    "echo 'root:hunter2' | sudo chpasswd",
    "ConvertTo-SecureString 'abc' -AsPlainText",
    "ConvertTo-SecureString -String 'abc' -AsPlainText",
    "$token = 'abcdefgh'",
    '"password": "hunter22"',
    "curl -H 'Authorization: Basic dXNlcjpwdw=='",
    "openssl x -passin pass:hunter2",
    "app --client-secret hunter22",
    "app --api-key=abcdef",
    "git clone https://ghp_abcdefghijklmnopqrstuvwx@github.com/x",
    "curl 'https://a.example/b?sv=1&sig=abc'",
    "ftp://u:PW@h/x",
]
HARMLESS = [
    "$VAR",
    "password=$VAR",
    "password=$(cmd)",
    "password={{x}}",
    'PASSWORD="$PW"',
    "docker login --password-stdin",
    "docker run -p 8080:80 x",
    "mkdir -p /opt/x",
    "password=$1",
    "app --password $PW",
    'app --password "$PW"',
    "app --password {{x}}",
    "app --password $(get)",
    "app --password-file /run/pw",
    "az login --identity",
    "az login -u a -p $PW",
    'az login -u a -p "$PW" ',
    "curl -u $U:$P h",
    'curl -u "$U:$P" h',
    "curl -u user:$P h",
    "curl -u user: h",
    "curl https://h:8080/a@b",
    "git clone https://$TOKEN@h/x",
    "git clone https://x:$TOKEN@h/x",
    "git clone https://x:${TOKEN}@h/x",
    "git clone git@github.com:a/b",
    "ssh://git@h:22/x",
    "net user bob * /add",
    "net user bob /active:no",
    "net user bob %PW% /add",
    "net user",
    "net use z: \\\\h\\s",
    "sshpass -p $PW ssh",
    "sshpass -e ssh",
    "$token = Get-AzAccessToken",
    "TOKEN=$(get-token)",
    "read -r PASSWORD",
    "apt-get install passwd",
    "echo 'reset your password: now'",
    'echo "a:$x" | chpasswd',
    "mysql -u root -p db",
    "ConvertTo-SecureString $x",
    'ConvertTo-SecureString "$x"',
    "Set-X -Password $x",
    "Set-X -Password (Get-X)",
    "--password %PW%",
    "ssh-keygen -p -f x",
    "pwd",
    "cd $(pwd)",
    "npm ci --token",
    "passwd -l root",
    "curl -fsSL https://x/y | sh",
    "docker login -u x; docker run -p 8080:80 y",
    "mysql -port 3",
    "curl -H 'Authorization: Bearer $T'",
    "http://proxy.example:8080/",
    "echo https://x:80 a@b",
    "chmod 600 /etc/secret:x",
    "kubectl create secret generic x",
    "tar xpf a.tar",
    "cp -p a b",
    "kubectl get secret --token=$T",
    "password: ${{ parameters.x }}",
    "curl -u ${{ parameters.u }}:x h",
    "--password /run/x",
]
REPEATED = [
    "token=",
    "password",
    "-",
    "--",
    "a-",
    "://",
    "://a:",
    "curl ",
    "curl -u a",
    "login ",
    "login -p",
    "mysql -p",
    "net user ",
    "net user a",
    "-passin pass:",
    ":a",
    "eyJ",
    "-----BEGIN ",
    "a",
    ":a|",
    " ",
    "token ",
    "--a-",
    "-----",
    "_-",
    "Authorization: ",
    "password=aaaaaa(",
    "ConvertTo-SecureString ",
    "--password ",
    "\n",
]


@pytest.mark.parametrize("text", SECRETS)
def test_a_secret_in_plain_sight_is_seen_and_never_shown(text: str) -> None:
    """Whoever reads a report or an answer would read it there, too."""
    assert looks_like_secret(text)
    assert show(text) == '"… (looks like a secret)"' or "…" in show(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_a_variable_or_another_option_is_no_secret(text: str) -> None:
    """Warnings that cry wolf are not read."""
    assert not looks_like_secret(text)


@pytest.mark.parametrize("part", REPEATED)
def test_a_long_text_is_looked_at_in_a_moment(part: str) -> None:
    """Commands may have 32 KB, and a caller waits for the answer."""
    started = time.process_time()
    looks_like_secret((part * 32_768)[:32_768])
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "line",
    [
        "git clone https://me:CANARY1@h.example/x",
        "curl -u me:CANARY1 h",
        "sshpass -p CANARY1 ssh h",
    ],
)
def test_advice_says_where_and_not_what(line: str) -> None:
    """The report is kept and shown to readers."""
    (warning,) = read(changed(LINUX, ("properties.customize.0.inline", [line]))).warnings
    assert warning.startswith("properties.customize[0].inline[0]: looks like a secret")
    assert "CANARY" not in warning


def test_a_repair_does_not_print_the_secret_that_it_moves() -> None:
    """The list of repairs stands in every report of a build."""
    found = repaired(template(customize=[{"type": "Shell", "inline": "export PASSWORD=CANARY"}]))
    said = [str(repair) for repair in found.repairs]
    assert said == ['properties.customize[0].inline: converted: "… (looks like a secret)" → a list']
    assert "CANARY" in json.dumps(found.document)


def test_a_line_that_cannot_be_read_does_not_give_its_secret_away() -> None:
    """People forget quotes around passwords, too."""
    said = refusal('{"properties": {"adminPassword": CANARY1}}')
    assert "line 1, column 34" in said
    assert "CANARY" not in said


@pytest.mark.parametrize(("name", "is_one"), [
    ("adminPassword", True),
    ("apiToken", True),
    ("api_key", True),
    ("clientSecret", True),
    ("storageAccountKey", True),
    ("adminPasswordOrKey", True),
    ("sasToken2", True),
    ("connectionString", True),
    ("keyVaultSecretName", False),
    ("passwordLength", False),
    ("tokenUrl", False),
    ("publicKey", False),
    ("adminUsername", False),
    ("secretsVault", False),
])  # fmt: skip
def test_a_name_tells_whether_its_value_is_a_secret(name: str, is_one: bool) -> None:
    """What only says something about a secret may be shown."""
    assert is_named_like_secret(name) is is_one
