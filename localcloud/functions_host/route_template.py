"""HTTP route templates of Functions: `builds/{id}/log`, `{x:int}`, `{x?}`, `{x=1}`, `{*rest}`.

Source: ASP.NET Core route templates, which the Functions host uses. Literals ignore case; where
several templates fit, literals win over constrained parameters, these over free ones, a catch-all
comes last.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from localcloud.functions_host.faults import StartupError

_PARAMETER = re.compile(r"\{(\*{0,2})(\w+)(?::([^{}=?]+))?(?:=([^{}?]*))?(\?)?\}")
_CONSTRAINTS = {
    "int": r"-?\d+",
    "long": r"-?\d+",
    "decimal": r"-?\d+(?:\.\d+)?",
    "double": r"-?\d+(?:\.\d+)?",
    "float": r"-?\d+(?:\.\d+)?",
    "bool": r"(?:true|false)",
    "alpha": r"[a-z]+",
    "guid": r"\{?[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}\}?",
}
_LITERAL, _MIXED, _CONSTRAINED, _FREE, _CATCH_ALL = range(5)


@dataclass(frozen=True)
class RouteTemplate:
    """A compiled route template."""

    text: str
    pattern: re.Pattern[str]
    precedence: tuple[int, ...]
    defaults: dict[str, str]

    def match(self, raw_path: str) -> dict[str, str] | None:
        """Return the values of a percent-encoded path (without prefix), None if it differs."""
        found = self.pattern.fullmatch(raw_path.strip("/"))
        if found is None:
            return None
        given = {name: unquote(text) for name, text in found.groupdict().items() if text}
        return {**self.defaults, **given}


def compile_route(template: str, where: str) -> RouteTemplate:
    """Compile a route template.

    Args:
        template: the route as the app writes it, without the prefix.
        where: what has this route, for the message.

    Raises:
        StartupError: the template has a form or a constraint that is not understood.
    """
    pattern = ""
    precedence: list[int] = []
    defaults: dict[str, str] = {}
    for number, segment in enumerate(template.strip("/").split("/")):
        separator = "/" if number else ""
        lone = _PARAMETER.fullmatch(segment)
        if lone is None:
            part, kind = _compile_mixed(segment, template, where)
            pattern += separator + part
        else:
            part, kind = _compile_parameter(lone, where)
            optional = lone.group(5) or lone.group(4) is not None or lone.group(1)
            pattern += f"(?:{separator}{part})?" if optional else separator + part
            if lone.group(4) is not None:
                defaults[lone.group(2)] = lone.group(4)
        precedence.append(kind)
    return RouteTemplate(template, re.compile(pattern, re.IGNORECASE), tuple(precedence), defaults)


def _compile_parameter(parameter: re.Match[str], where: str) -> tuple[str, int]:
    stars, name, constraint = parameter.group(1), parameter.group(2), parameter.group(3)
    if stars:
        return f"(?P<{name}>.*)", _CATCH_ALL
    if constraint is None:
        return f"(?P<{name}>[^/]+)", _FREE
    if constraint not in _CONSTRAINTS:
        raise StartupError(
            f"{where}: the route constraint '{constraint}' is not done by the local host; it does "
            f"{', '.join(sorted(_CONSTRAINTS))}"
        )
    return f"(?P<{name}>{_CONSTRAINTS[constraint]})", _CONSTRAINED


def _compile_mixed(segment: str, template: str, where: str) -> tuple[str, int]:
    pattern, end, kind = "", 0, _LITERAL
    for parameter in _PARAMETER.finditer(segment):
        part, _ = _compile_parameter(parameter, where)
        pattern += _literal(segment[end : parameter.start()], template, where) + part
        end, kind = parameter.end(), _MIXED
    return pattern + _literal(segment[end:], template, where), kind


def _literal(text: str, template: str, where: str) -> str:
    if "{" in text or "}" in text:
        raise StartupError(f"{where}: the route '{template}' cannot be read near '{text}'")
    return re.escape(text)
