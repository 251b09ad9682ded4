"""What the command line and the reader's files say of connections, put where the page finds it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from chat.errors import WorkbenchError
from chat.host.connections_file import ConnectionsFile, NamedConnection
from chat.host.finding import connections_file, loaded_profile
from chat.host.profile_file import ProfileFile
from chat.terminal import in_one_line

from .host_parts import HostParts
from .profiles import EMBEDDED, Profile, Profiles

__all__ = ["Asked", "first_connection"]


class Asked(Protocol):
    """What the command line says."""

    @property
    def backend(self) -> str | None: ...
    @property
    def headers(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def profile(self) -> Path | None: ...
    @property
    def config(self) -> Path | None: ...


def first_connection(
    asked: Asked, profiles: Profiles, hosts: HostParts, environment: Mapping[str, str] = os.environ
) -> str:
    """
    List the connections of the file; returns the id of the one to open first. A profile of the command line is that
    one's, and no other's: what it computes must not go to whatever address is typed in the page.

    Raises `BadProfile` for a file that cannot be read, and for a name that it does not have.
    """
    files: dict[Path, ProfileFile] = {}

    def profile_at(path: Path) -> ProfileFile:
        path = path.expanduser().absolute()
        if path not in files:
            files[path] = loaded_profile(path, must_be_good=False)
        return files[path]

    known = connections_file(asked.config)
    if known is not None:
        hosts.share(known.path.name, known.options)
        for name in known.names:
            try:
                named = known.connection(name, environment)
                profile = profiles.configure(_listed(named, asked.headers if asked.backend == name else ()))
                profile.connection()
                file = profile_at(named.profile) if named.profile is not None else None
            except WorkbenchError as problem:
                if asked.backend == name:
                    raise
                profiles.forget(_id_of(name))
                profiles.unusable[name] = f"{problem.message} {problem.advice}".strip()
                print(in_one_line(f"{name} is not listed. {profiles.unusable[name]}"), file=sys.stderr)
                continue
            hosts.give(profile.id, file, known.path.name, named.options)
    given = profile_at(asked.profile) if asked.profile is not None else None
    first = _first(asked, profiles, known, given, environment)
    if given is not None:
        hosts.give(first, given)
        _call(profiles, first, given.supplied.name)
    for file in files.values():
        for failure in file.failures:
            line = f", line {failure.line}" if failure.line else ""
            print(in_one_line(f"{file.name}{line}: {failure.message}"), file=sys.stderr)
    return first


def _first(
    asked: Asked,
    profiles: Profiles,
    known: ConnectionsFile | None,
    given: ProfileFile | None,
    environment: Mapping[str, str],
) -> str:
    backend = asked.backend or (given.supplied.url if given is not None else "")
    if not backend:
        return EMBEDDED
    if "://" in backend or known is None:
        return profiles.at(backend, asked.headers).id
    return _id_of(known.connection(backend, environment).name)


def _call(profiles: Profiles, profile_id: str, name: str) -> None:
    """Give the connection the name that its Python profile says; one of the file of connections has its own there."""
    profile = profiles.get(profile_id)
    if name and profile is not None and not profile.of_file and profile.name != name:
        profiles.put(replace(profile, name=name))


def _listed(named: NamedConnection, headers: tuple[tuple[str, str], ...]) -> Profile:
    """A connection of the file; `headers` of the command line stand over those of the file."""
    own = {name.lower() for name, _ in headers}
    return Profile(
        id=_id_of(named.name),
        name=named.name,
        url=named.url,
        headers=(*(pair for pair in named.headers if pair[0].lower() not in own), *headers),
        locale=named.locale,
        metadata=named.metadata,
        as_widget=named.as_widget,
        also_secret=named.secrets,
        of_file=True,
    )


def _id_of(name: str) -> str:
    return f"file-{name}"
