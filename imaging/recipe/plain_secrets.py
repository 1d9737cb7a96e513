"""What looks like a secret in plain sight: said by advice, and hidden wherever values are shown.

A variable (`$VAR`, `$(cmd)`, `{{x}}`, `%X%`) is none. Every repetition is bounded, so that a long
text takes no longer than its length.
"""

from __future__ import annotations

import re

_NAMES = (
    "(?:password|passwd|passphrase|pwd|secret|credentials?|token|(?:api|access|account)[_-]?key)"
)
# What begins a value that stands there itself.
_PLAIN = r"""(?![-$({%<\[`*/])[^\s"'$`]"""
_WORD = rf"""["']?{_PLAIN}"""
_COMMANDS = r"(?:Get|New|Read|Request|Invoke|Import|ConvertTo|ConvertFrom|Join|Select)-"
_FURTHER = r"[^\n|;&]{0,300}?\s"
_SECRET = re.compile(
    rf"""AccountKey=|SharedAccessKey=|[?&]sig=|-----BEGIN[ ][A-Z ]{{0,40}}PRIVATE
    |\beyJ[\w-]{{20,1000}}\.|\b(?:gh[pousr]_|github_pat_)\w{{20}}
    |{_NAMES}["']?\s{{0,9}}[=:]\s{{0,9}}["']?(?!{_COMMANDS}|[%<\[`])
        [^\s"'$({{;&|]{{6,500}}+(?=["'\s;&|]|$)
    |(?<![\w-])--?(?:[\w-]{{0,30}}[_-])?(?:\w{{0,20}}{_NAMES})[ =:]{{1,9}}{_WORD}
    |\bBearer\s{{1,9}}[\w.-]{{20}}|\bAuthorization:\s{{0,9}}Basic\s{{1,9}}[\w+/]{{8}}
    |ConvertTo-SecureString\s{{1,9}}(?:-String\s{{1,9}})?["'][^$]
    |://[^\s/?\#@:"'<>]{{0,200}}:{_PLAIN}[^\s/@"'$`(){{}}]{{0,200}}@
    |\bcurl(?:\.exe)?\b{_FURTHER}(?:(?-i:-u)|--user)[ =]{{0,9}}["']?[^\s:"'$-][^\s:"'$]{{0,99}}
        :{_PLAIN}
    |\blogin\b{_FURTHER}(?-i:-p)[ =]{{1,9}}{_WORD}
    |\bmysql\w{{0,9}}\b{_FURTHER}(?-i:-p)(?!ort|ass|rot){_WORD}
    |\bsshpass\s{{1,9}}-p\s{{0,9}}{_WORD}|\s-pass(?:in|out)?\s{{1,9}}pass:{_PLAIN}
    |\bnet1?(?:\.exe)?\s{{1,9}}user\s{{1,9}}["']?[^\s"'/]{{1,99}}["']?\s{{1,9}}{_WORD}
    |:{_PLAIN}[^\s"'$`]{{0,99}}["']?\s{{0,9}}\|\s{{0,9}}(?:sudo\s{{1,9}})?chpasswd\b""",
    re.IGNORECASE | re.VERBOSE,
)
_NAME = re.compile(rf"{_NAMES}(?:_?or_?key)?[0-9]{{0,3}}$|sas$|connection_?string$", re.IGNORECASE)


def looks_like_secret(text: str) -> bool:
    """Say whether a text seems to hold a secret.

    Args:
        text: a command, or any other value.
    """
    return _SECRET.search(text) is not None


def is_named_like_secret(name: str) -> bool:
    """Say whether a name says that its value is a secret, and not only something about one.

    Args:
        name: of a parameter or variable, as adminPassword; passwordLength is none.
    """
    return _NAME.search(name) is not None
