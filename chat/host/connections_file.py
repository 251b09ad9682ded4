"""
A file of connections, `chatkit-workbench.toml`: where backends are, what goes with each request, the widget's options.

    [options]                            # of every connection
    locale = "en"

    [connections.shop]
    url = "http://127.0.0.1:8000/chatkit"
    headers = { Authorization = "Bearer ${SHOP_TOKEN}" }
    metadata = { tenant = "acme" }
    locale = "de"                        # Accept-Language
    as_widget = true
    profile = "shop_profile.py"          # beside this file

    [connections.shop.options.composer]
    placeholder = "Ask the shop"

`${NAME}` is the value of an environment variable, which is a secret wherever it goes.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from chat.errors import BadProfile
from chat.exchanges.redaction import redact_text
from chat.exchanges.secrets import NONE, Secrets

from .options.declared import EDITABLE
from .options.shapes import FLAG, TEXT, MapOf, Plain, Problem, Record, needed

__all__ = ["FILE_NAME", "ConnectionsFile", "NamedConnection", "read_connections"]

FILE_NAME: Final = "chatkit-workbench.toml"

_CONNECTION: Final = Record(
    {
        "url": needed(TEXT),
        "headers": MapOf(TEXT, "a table of strings"),
        "metadata": MapOf(),
        "locale": TEXT,
        "as_widget": FLAG,
        "profile": Plain("the path of a Python file", (str,)),
        "options": EDITABLE,
    }
)
_WHOLE: Final = Record({"options": EDITABLE, "connections": MapOf(_CONNECTION, "a table of connections")})
_VARIABLE: Final = re.compile(r"\$(\$(?=\{))|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|(\$\{[^}]*\}?)")
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class NamedConnection:
    """One connection, with the variables of the environment in their places."""

    name: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    locale: str = "en"
    as_widget: bool = False
    profile: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    secrets: Secrets = NONE
    """The values of variables in its headers and its metadata."""


@dataclass(frozen=True)
class ConnectionsFile:
    """The file, read. Nothing of the environment is in it yet."""

    path: Path
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of every connection."""
    tables: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, repr=False)

    @property
    def names(self) -> Sequence[str]:
        """Names of the connections, in the order of the file."""
        return tuple(self.tables)

    def connection(self, name: str, environment: Mapping[str, str]) -> NamedConnection:
        """
        The connection of this name. Raises `BadProfile` when there is none, or when a variable that it names is not
        set.
        """
        if name not in self.tables:
            near = difflib.get_close_matches(name, self.names, 1)
            known = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(self.names) or 'none'}."
            raise BadProfile(f"{self.path.name} has no connection {name!r}.", got=name[:80], advice=known)
        table = self.tables[name]
        used: list[str] = []

        def filled(value: Any, where: str, *, secret: bool = True) -> Any:
            if isinstance(value, str):
                return self._filled(value, f"connections.{name}.{where}", environment, used if secret else [])
            if isinstance(value, Mapping):
                return {key: filled(entry, f"{where}.{key}", secret=secret) for key, entry in value.items()}
            if isinstance(value, list):
                return [filled(entry, f"{where}[{place}]", secret=secret) for place, entry in enumerate(value)]
            return value

        headers = filled(table.get("headers", {}), "headers")
        profile = table.get("profile")
        return NamedConnection(
            name=name,
            url=filled(table["url"], "url", secret=False),
            headers=tuple(headers.items()),
            metadata=filled(table.get("metadata", {}), "metadata"),
            locale=table.get("locale", "en"),
            as_widget=table.get("as_widget", False),
            profile=(self.path.parent / profile).absolute() if profile else None,
            options=table.get("options", {}),
            secrets=Secrets.of([("X-Variable", value) for value in used]),
        )

    def _filled(self, text: str, where: str, environment: Mapping[str, str], used: list[str]) -> str:
        def value_of(match: re.Match[str]) -> str:
            if match[1]:  # `$${` is a plain `${`
                return "$"
            if match[3]:
                raise BadProfile(
                    f"{self.path.name}, {where}: {match[3][:40]} is not the name of a variable.",
                    expected="${NAME}, of letters, digits and underscores",
                    got=match[3][:40],
                    advice="For a dollar sign before a brace, write $${.",
                )
            name = match[2]
            if not environment.get(name):
                raise BadProfile(
                    f"{self.path.name}, {where}: the environment variable {name} is not set.",
                    expected=f"a value for {name}",
                    got="nothing" if name not in environment else "an empty value",
                    advice=f"Set it before you start: export {name}=…",
                )
            used.append(environment[name])
            return environment[name]

        return _VARIABLE.sub(value_of, text)


def read_connections(path: Path) -> ConnectionsFile:
    """Read the file. Raises `BadProfile`, which names everything that is wrong in it, with its line where known."""
    try:
        text = path.read_text("utf-8-sig")
    except OSError as problem:
        raise BadProfile(f"{path} cannot be read: {problem.strerror or problem}.") from problem
    except UnicodeDecodeError as problem:
        raise BadProfile(f"{path} is not UTF-8.") from problem
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise BadProfile(
            f"{path.name} is not TOML: {problem}.", expected="TOML", advice="Mend that place in the file."
        ) from problem
    problems = [*_said(document, text), *_odd_names(document)]
    if problems:
        more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
        raise BadProfile(
            f"{path.name}{problems[0]}{more}",
            got="; ".join(one.strip(" ,:") for one in problems[1:12]),
            advice="Mend that in the file.",
        )
    return ConnectionsFile(path.absolute(), document.get("options", {}), document.get("connections", {}))


def _said(document: Mapping[str, Any], text: str) -> Iterator[str]:
    for problem in _WHOLE.problems(document, ""):
        line = _line_of(problem, text)
        yield f"{f', line {line}' if line else ''}: {redact_text(problem.sentence)}"


def _odd_names(document: Mapping[str, Any]) -> Iterator[str]:
    connections = document.get("connections", {})
    for name in connections if isinstance(connections, Mapping) else ():
        if not _NAME.fullmatch(name):
            yield f": connections.{name[:40]!r}: a name is of letters, digits, dots, dashes and underscores."


def _line_of(problem: Problem, text: str) -> int:
    """Where the key of a problem stands: after the tables on its way, as far as they have lines of their own."""
    keys = [key for key in re.split(r"[.\[\]\"]+", problem.path) if key and not key.isdigit()]
    lines = text.splitlines()
    at, found = 0, 0
    for depth, key in enumerate(keys):
        header = re.compile(rf"\s*\[+\s*(?:.*\.)?[\"']?{re.escape(key)}[\"']?\s*[\].]")
        pair = re.compile(rf"(?:\s*|.*[{{,.]\s*)[\"']?{re.escape(key)}[\"']?\s*[=.]")
        place = next((n for n in range(at, len(lines)) if header.match(lines[n]) or pair.match(lines[n])), None)
        if place is None:
            return 0 if depth == len(keys) - 1 and problem.got != "nothing" else found
        at, found = place, place + 1
    return found
