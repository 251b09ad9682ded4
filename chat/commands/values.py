"""Values of options that more than one command takes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

__all__ = ["config_option", "header", "named_or_address", "profile_option", "web_address", "web_origin"]

_CONFIG = "chatkit-workbench.toml"
_Command = Callable[..., Any]


def profile_option(command: _Command) -> _Command:
    """`--profile`."""
    return click.option(
        "--profile",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="Python file of yours with what the page around the widget does: headers, client tools and so on; "
        "`profile new` writes one.",
    )(command)


def config_option(command: _Command) -> _Command:
    """`--config`."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path, dir_okay=False),
        metavar="FILE",
        help="File of connections.  [default: chatkit-workbench.toml in the current folder]",
    )(command)


def named_or_address(option: str, text: str | None, config: Path | None) -> str | None:
    """
    An http(s) URL; where there is a file of connections, the name of a connection too. Raises click.UsageError.
    """
    if text is None or ("://" not in text and (config is not None or Path(_CONFIG).is_file())):
        return text
    return web_address(option, text)


def header(line: str, option: str = "--header") -> tuple[str, str]:
    """Name and value of a header written as 'Name: value'. Raises click.UsageError."""
    name, colon, value = line.partition(":")
    name, value = name.strip(), value.strip()
    if not colon or not name or any(c.isspace() for c in name):
        raise click.UsageError(f"{option} wants 'Name: value', for example 'Authorization: Bearer …'.")
    if not (name.isascii() and value.isascii() and value.isprintable()):
        raise click.UsageError(f"{option} {name}: names and values of headers are plain ASCII without line breaks.")
    return name, value


def web_address(option: str, text: str) -> str:
    """The text, when it is an http(s) URL. Raises click.UsageError."""
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(text)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        usable = False
    if not usable:
        from chat.exchanges.redaction import redact_url

        shown = redact_url(text, lambda name, value: True)
        raise click.UsageError(f"{option} wants a web address that begins with http:// or https://, not {shown!r}.")
    return text


def web_origin(option: str, text: str) -> str:
    """The origin of a page: a web address without path. A slash at the end is taken off. Raises click.UsageError."""
    from urllib.parse import urlsplit

    origin = web_address(option, text.strip()).removesuffix("/")
    parts = urlsplit(origin)
    if parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        raise click.UsageError(f"{option} wants an origin, scheme and host alone: {parts.scheme}://{parts.hostname}")
    return origin
