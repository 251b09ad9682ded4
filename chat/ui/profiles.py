"""Connection profiles: the backends the reader has used, kept in the data folder once they have answered.

Header values, the values in an address and what stands under a secret's name in the metadata are credentials more often
than not, so they stay in memory; they reach the file only for a profile whose reader asked for it (`remember`). Of the
others the file holds the names, and after a restart the page asks for the values again. A backend whose path is a
secret is not kept at all, nor are the cookies that a backend sets. The file has mode 0600 and is replaced in one step.
"""

import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from chat.client import Connection, CookieJar
from chat.exchanges.redaction import is_secret_name, secrets_by_shape
from chat.exchanges.secrets import NONE, Secrets, bare_url

__all__ = ["EMBEDDED", "Profile", "Profiles"]

EMBEDDED = "embedded"


@dataclass(frozen=True)
class Profile:
    """One backend as the reader set it up. `id` is ours and appears in the page's address."""

    id: str
    name: str
    url: str = field(repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    locale: str = "en"
    metadata: Mapping[str, Any] = field(default_factory=dict, repr=False)
    compare: bool = False
    """Whether a thread is read after each turn, to be compared with what was streamed."""
    as_widget: bool = False
    """Whether requests look as the official widget's do."""
    keep: bool = False
    """Whether everything that passes between it and the page, or the relay, is kept as recordings."""
    remember: bool = False
    dropped: tuple[str, ...] = ()
    """What else was not kept over a restart: names in the address and the metadata."""
    also_secret: Secrets = field(default=NONE, repr=False)
    """What else nobody shall see of it: values of the environment that a file of connections names."""
    of_file: bool = False
    """Whether it stands in a file of the reader's own, which says it anew at each start: nothing of it is saved."""
    cookies: CookieJar = field(default_factory=CookieJar, compare=False, repr=False)
    """What the backend has set, until the workbench ends."""

    @property
    def secrets(self) -> Secrets:
        """What nobody shall see of it."""
        return self.also_secret | Secrets.of(self.headers, self.url, self.metadata)

    @property
    def shown_url(self) -> str:
        """The address without its secrets."""
        return self.secrets.url(self.url)

    def connection(self) -> Connection:
        return Connection(
            url=self.url,
            headers=self.headers,
            locale=self.locale,
            metadata=dict(self.metadata),
            as_widget=self.as_widget,
            also_secret=self.also_secret,
            cookies=self.cookies,
        )

    @property
    def missing(self) -> tuple[str, ...]:
        """Names of what was not kept over a restart: the reader has to type it again."""
        return (*(name for name, value in self.headers if not value), *self.dropped)

    def for_the_file(self) -> "Profile":
        """What is kept of it over a restart."""
        if self.remember:
            return self
        url, of_address = bare_url(self.url)
        metadata, of_metadata = _without_secrets(self.metadata)
        return replace(
            self,
            name=self.secrets.text(self.name),
            url=url,
            headers=tuple((name, "") for name, _ in self.headers),
            metadata=metadata,
            dropped=tuple(dict.fromkeys((*self.dropped, *of_address, *of_metadata))),
        )


def _without_secrets(metadata: Any, path: str = "metadata", secret: bool = False) -> tuple[Any, list[str]]:
    """The metadata with nothing under a secret's name or of a secret's shape, and the paths of what was taken out."""
    if isinstance(metadata, Mapping):
        taken: list[str] = []
        left = {}
        for name, value in metadata.items():
            left[name], more = _without_secrets(value, f"{path}.{name}", secret or is_secret_name(str(name)))
            taken += more
        return left, taken
    if isinstance(metadata, list):
        pairs = [_without_secrets(value, f"{path}[{place}]", secret) for place, value in enumerate(metadata)]
        return [value for value, _ in pairs], [name for _, more in pairs for name in more]
    if isinstance(metadata, str) and metadata and (secret or any(secrets_by_shape(metadata))):
        return "", [path]
    if secret and isinstance(metadata, int | float) and not isinstance(metadata, bool):
        return None, [path]
    return metadata, []


class Profiles:
    """The profiles by id, in the order of their last use; the embedded backend is always one of them."""

    def __init__(self, path: Path, embedded_url: str) -> None:
        self._path = path
        self._profiles: dict[str, Profile] = {}
        self._tried: dict[str, Profile] = {}
        self._lent: dict[str, Profile] = {}
        self._of_file: dict[str, Profile] = {}
        self.unusable: dict[str, str] = {}
        """Connections of the reader's file that cannot be used, by name: why, and what to do."""
        self.damaged: str | None = None
        """Why the file could not be read, in words; the file is then kept beside the new one."""
        self._used = False
        self._load()
        self._profiles.pop(EMBEDDED, None)
        self._embedded = Profile(EMBEDDED, "Embedded backend", embedded_url)

    def __iter__(self) -> Iterator[Profile]:
        yield self._embedded
        yield from self._of_file.values()
        yield from reversed(self._profiles.values())

    @property
    def used(self) -> bool:
        """Whether the reader has used the workbench before: a backend that answered, a thread, an explained answer."""
        return self._used or bool(self._profiles)

    def use(self) -> None:
        """The reader has used the workbench."""
        if not self._used:
            self._used = True
            self._save()

    @property
    def embedded(self) -> Profile:
        """The backend that comes with the workbench."""
        return self._embedded

    def get(self, profile_id: str) -> Profile | None:
        if profile_id == EMBEDDED:
            return self._embedded
        return (
            self._of_file.get(profile_id)
            or self._tried.get(profile_id)
            or self._profiles.get(profile_id)
            or self._lent.get(profile_id)
        )

    def keeps(self, url: str) -> bool:
        """Whether what passes to and from the backend at this address is to be kept."""
        return any(profile.keep and profile.url == url for profile in (*self, *self._tried.values()))

    def lend(self, profile: Profile) -> Profile:
        """Know `profile` until the workbench ends, without listing or saving it."""
        self._lent[profile.id] = profile
        return profile

    def configure(self, profile: Profile) -> Profile:
        """List `profile`, which stands in a file of the reader's own, until the workbench ends."""
        self._of_file[profile.id] = profile
        return profile

    def at(self, url: str, headers: tuple[tuple[str, str], ...] = ()) -> Profile:
        """The profile of the backend at `url`, with `headers` when there are any; a new one when there is none."""
        profiles = (*self, *self._tried.values())
        known = next((profile for profile in profiles if profile.url == url), None)
        if known is None:
            kept, names = bare_url(url)
            known = next(
                (one for one in profiles if names and one.url == kept and set(names) <= set(one.dropped)), None
            )
            if known is None:
                return self.create(url, headers=headers)
            left = tuple(name for name in known.dropped if name not in names)
            return self.put(replace(known, url=url, dropped=left, headers=headers or known.headers))
        return self.put(replace(known, headers=headers)) if headers else known

    def create(self, url: str, **fields: Any) -> Profile:
        """A new profile for `url`, named after its host."""
        made = Profile(id=secrets.token_hex(4), name="", url=url, **fields)
        return self.put(replace(made, name=made.shown_url.split("://", 1)[-1]))

    def put(self, profile: Profile) -> Profile:
        """Know `profile` as it is now, and save it as the one used last if its address has answered before: else it
        waits for `answered`. The embedded backend's address cannot be changed, its headers can. Whoever has other
        credentials, or another address, begins without cookies."""
        before = self.get(profile.id)
        if before is not None and (before.url, before.headers) != (profile.url, profile.headers):
            profile.cookies.clear()
        if profile.id == EMBEDDED:
            self._embedded = replace(profile, url=self._embedded.url, name=self._embedded.name)
            return self._embedded
        if profile.id in self._of_file:
            return self.configure(profile)
        saved = self._profiles.get(profile.id)
        if saved is not None and saved.url == profile.url:
            self._tried.pop(profile.id, None)
            self._keep(profile)
        else:
            self._tried[profile.id] = profile
        return profile

    def answered(self, profile: Profile) -> None:
        """The backend at the profile's address has answered, whatever it said: the address was not mistyped."""
        tried = self._tried.get(profile.id)
        if tried is not None and tried.url == profile.url:
            self._keep(self._tried.pop(profile.id))

    def forget(self, profile_id: str) -> None:
        self._of_file.pop(profile_id, None)
        self._tried.pop(profile_id, None)
        if self._profiles.pop(profile_id, None):
            self._save()

    def _keep(self, profile: Profile) -> None:
        self._profiles.pop(profile.id, None)
        self._profiles[profile.id] = profile
        self._save()

    def _load(self) -> None:
        try:
            rows = json.loads(self._path.read_text("utf-8"))
            self._used = bool(rows.get("used"))
            for row in rows["profiles"]:
                profile = Profile(
                    id=str(row["id"]),
                    name=str(row["name"]),
                    url=str(row["url"]),
                    headers=tuple((str(name), str(value)) for name, value in row["headers"]),
                    locale=str(row["locale"]),
                    metadata=dict(row["metadata"]),
                    compare=bool(row.get("compare")),
                    as_widget=bool(row.get("as_widget", False)),
                    keep=bool(row.get("keep", False)),
                    remember=bool(row["remember"]),
                    dropped=tuple(map(str, row.get("dropped", ()))),
                )
                self._profiles[profile.id] = profile
        except FileNotFoundError:
            return
        except (OSError, ValueError, KeyError, TypeError) as problem:
            aside = self._path.with_suffix(".damaged.json")
            self.damaged = f"{self._path} could not be read ({problem}); it is kept as {aside.name}."
            self._path.replace(aside)

    def _save(self) -> None:
        kept = [
            profile.for_the_file()
            for profile in self._profiles.values()
            if profile.remember or not any(secrets_by_shape(urlsplit(profile.url).path))
        ]
        rows = [
            {
                "id": profile.id,
                "name": profile.name,
                "url": profile.url,
                "headers": profile.headers,
                "locale": profile.locale,
                "metadata": dict(profile.metadata),
                "compare": profile.compare,
                "as_widget": profile.as_widget,
                "keep": profile.keep,
                "remember": profile.remember,
                "dropped": profile.dropped,
            }
            for profile in kept
        ]
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle, temporary = tempfile.mkstemp(dir=self._path.parent, prefix=".profiles-")  # mkstemp makes it 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"version": 1, "used": self.used, "profiles": rows}, file, indent=1)
        Path(temporary).replace(self._path)
