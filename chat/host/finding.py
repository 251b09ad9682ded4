"""Finds what the command line means: a connection by its name or address, a file of connections, a Python profile."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chat.client import Connection
from chat.client.computed import Computed
from chat.errors import BadProfile

from .connections_file import FILE_NAME, ConnectionsFile, NamedConnection, read_connections
from .profile_file import ProfileFile
from .profile_host import PATIENCE, Layer, ProfileHost

__all__ = ["TEMPLATE", "Found", "connections_file", "find", "loaded_profile"]


TEMPLATE: Final = Path(__file__).with_name("template_profile.py")
"""A profile to begin with."""


def connections_file(path: Path | None = None) -> ConnectionsFile | None:
    """The file at `path`; without one, that of the current folder, None when it has none. Raises `BadProfile`."""
    if path is None and not Path(FILE_NAME).is_file():
        return None
    return read_connections(path or Path(FILE_NAME))


def loaded_profile(path: Path, *, must_be_good: bool = True) -> ProfileFile:
    """The Python profile in this file, loaded. Raises `BadProfile` when it is not there, or cannot be loaded."""
    file = ProfileFile(path)
    if not file.path.is_file():
        raise BadProfile(
            f"There is no profile {path}.", expected="a Python file", advice=f"python app.py profile new {path}"
        )
    if not file.load() and must_be_good and (broken := file.broken) is not None:
        where = f"{file.name}, line {broken.line}" if broken.line else file.name
        raise BadProfile(f"{where}: {broken.message}.", advice="Mend it there.")
    return file


@dataclass(frozen=True)
class Found:
    """A connection, and who answers for it."""

    connection: Connection
    host: ProfileHost
    name: str = ""
    """Its name in the file of connections."""


def find(
    target: str | None,
    headers: tuple[tuple[str, str], ...] = (),
    *,
    profile: Path | None = None,
    config: Path | None = None,
    as_widget: bool = False,
    patience: float = PATIENCE,
    environment: Mapping[str, str] = os.environ,
) -> Found:
    """
    The connection that `target` names: an address, or a name of the file of connections; without a target, the address
    is the profile's own. `headers` stand over those of the file. `patience`: seconds that a request waits for what a
    profile works out.

    Raises `BadProfile`, and `BadConnection` for an address or a header that cannot be used.
    """
    known = connections_file(config)
    named = NamedConnection("", target or "")
    if target and "://" not in target and known is not None:
        named = known.connection(target, environment)
    path = profile or named.profile
    file = loaded_profile(path) if path is not None else None
    supplied = file.supplied if file is not None else None
    url = named.url or (supplied.url if supplied is not None else "")
    if not url:
        raise BadProfile(
            "No backend is named.", expected="an address, the name of a connection, or a profile with a `url`"
        )
    own = {name.lower() for name, _ in headers}
    shared = known.options if known is not None else {}
    layers = [Layer(FILE_NAME, lambda: shared), Layer(FILE_NAME, lambda: named.options)]
    host = ProfileHost(layers, file, patience=patience)
    connection = Connection(
        url=url,
        headers=(*(pair for pair in named.headers if pair[0].lower() not in own), *headers),
        locale=named.locale if named.locale != Connection.locale else host.settings.locale or named.locale,
        metadata=named.metadata,
        as_widget=as_widget or named.as_widget or bool(supplied and supplied.as_widget),
        also_secret=named.secrets,
        computed=Computed(host.added) if file is not None else None,
    )
    return Found(connection, host, named.name)
