"""Who answers in place of the page around the widget, for each connection: put together of all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from chat.client import Connection
from chat.client.computed import Computed
from chat.client.learned import Learned
from chat.exchanges.secrets import NONE, Secrets
from chat.host.profile_file import ProfileFile
from chat.host.profile_host import Layer, ProfileHost
from chat.host.profile_values import Supplied

from .kept_answers import KeptAnswers
from .profiles import Profile
from .widget_options import WidgetOptions

__all__ = ["HostParts"]

_LOCALE = Connection.locale
"""What is sent as `Accept-Language` where nobody has said anything."""
_MOST_TYPED = 200
"""Secrets of typed requests that are remembered."""


class HostParts:
    """
    Options that were typed, answers that were kept, what the file of connections says, and Python profiles.

    `now` gives a profile as it is now, by its id.
    """

    def __init__(
        self,
        now: Callable[[str], Profile | None],
        options: WidgetOptions | None = None,
        answers: KeptAnswers | None = None,
    ) -> None:
        self.options = options or WidgetOptions()
        self.answers = answers or KeptAnswers()
        self._now = now
        self._below: dict[str, tuple[Layer, ...]] = {}
        self._shared: tuple[Layer, ...] = ()
        self._files: dict[str, ProfileFile] = {}
        self._otherwise: dict[str, Supplied] = {}
        self._hosts: dict[str, ProfileHost] = {}
        self._computed: dict[str, Computed] = {}
        self._relayed: dict[str, Computed] = {}
        self._learned: dict[str, Learned] = {}

    @property
    def files(self) -> list[ProfileFile]:
        """Every Python profile, once."""
        return list({id(file): file for file in self._files.values()}.values())

    def share(self, where: str, options: Mapping[str, Any]) -> None:
        """Options of every connection, which stand `where`. To be said before any host is asked for."""
        self._shared = (*self._shared, Layer(where, lambda: options))

    def give(
        self,
        profile_id: str,
        file: ProfileFile | None = None,
        where: str = "",
        options: Mapping[str, Any] | None = None,
        *,
        otherwise: Supplied | None = None,
    ) -> None:
        """What a connection has: a Python profile, options that stand `where`, and what is supplied without a file. To
        be said before its host is asked for."""
        if otherwise is not None:
            self._otherwise[profile_id] = otherwise
        if file is not None:
            self._files[profile_id] = file
        if options:
            self._below[profile_id] = (*self._below.get(profile_id, ()), Layer(where, lambda: options))

    def file_of(self, profile_id: str) -> ProfileFile | None:
        """The Python profile of a connection."""
        return self._files.get(profile_id)

    def host_of(self, profile: Profile) -> ProfileHost:
        """Who answers for this connection; always the same one."""
        key = profile.id
        if (host := self._hosts.get(key)) is None:
            typed = Layer(
                "this page",
                lambda: self.options.options(key),
                lambda changed: self.options.on_change(lambda other: changed() if other == key else None),
            )
            host = self._hosts[key] = ProfileHost(
                (*self._shared, *self._below.get(key, ())),
                self._files.get(key),
                [typed],
                otherwise=self._otherwise.get(key),
                always=self.answers.of(key),
                secrets=lambda: self._secrets(key),
            )
        return host

    def connection(self, profile: Profile) -> Connection:
        """Over what requests of this profile go, as it is now: with what its host says of all of them, and works out
        for each. A language that the connection's settings name stands over the options' `locale`."""
        connection = profile.connection()
        learned = self._learned.setdefault(profile.id, Learned(_MOST_TYPED))
        connection = replace(connection, learned=learned)
        if not (locale := connection.locale) or locale == _LOCALE:
            connection = replace(connection, locale=self.host_of(profile).settings.locale or locale)
        if (file := self._files.get(profile.id)) is None:
            return connection
        connection = replace(connection, as_widget=connection.as_widget or file.supplied.as_widget)
        if (computed := self._computed.get(profile.id)) is None:
            minted, host = Learned(), self.host_of(profile)
            computed = self._computed[profile.id] = Computed(host.added, minted)
            self._relayed[profile.id] = Computed(host.added_outside, minted)
        return replace(connection, computed=computed)

    def relayed(self, profile: Profile) -> Connection:
        """Over what requests of a front end go on: bodies stay as they are, so that metadata is not worked out."""
        connection = self.connection(profile)
        return (
            replace(connection, computed=self._relayed[profile.id]) if connection.computed is not None else connection
        )

    def _secrets(self, profile_id: str) -> Secrets:
        profile, computed = self._now(profile_id), self._computed.get(profile_id)
        known = profile.secrets if profile is not None else NONE
        return known | computed.secrets if computed is not None else known
