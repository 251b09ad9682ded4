"""
The recordings in the data folder: one JSON lines file each, mode 0600, in a folder of mode 0700.

The files are the truth: whatever lies in the folder is listed, also what somebody put there by hand, and what cannot be
read is listed as damaged. `list` reads no file; `look` reads those that are new or have changed, so that the list
catches up in the background. What is deleted can be restored until the workbench ends.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from chat.exchanges import Recorder, Recording, read_recording, write_recording
from chat.exchanges.importing import cleaned
from chat.exchanges.recorder import tell_about
from chat.recordings.index import Index
from chat.recordings.limits import Limits, read_limits, write_limits
from chat.recordings.listed import Listed, look_into

__all__ = ["Library", "NoSuchRecording"]

_SUFFIX = ".jsonl"
_KEY = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,180}")
_LONGEST_NAME = 200
_SHARE = 20
"""A file that grows is read again after this many times what reading it took."""


class NoSuchRecording(LookupError):
    """No recording of this key is in the folder."""


class Library:
    """
    The recordings in `folder`, which is made when it is not there.

    Any thread may call. What reads or writes whole files (`read`, `add`, `look`, `sweep`) takes as long as they are;
    the rest is quick. Whatever cannot be written raises OSError.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        self._deleted = folder / ".deleted"
        self._lock = threading.RLock()
        self._index = Index(folder / ".index.sqlite")
        self._closed = False
        self._limits = read_limits(folder / ".limits.json")
        self._growing: dict[str, Recorder] = {}
        self._not_before: dict[str, float] = {}
        self._empty_the_bin()

    def close(self) -> None:
        """Close every file."""
        with self._lock:
            self._closed = True
            for recorder in self._growing.values():
                recorder.close()
            self._growing.clear()
            self._index.close()
            self._empty_the_bin()

    # --- the list -----------------------------------------------------------------------------------------------------

    def list(self) -> list[Listed]:
        """Every recording, the newest first. Costs a look at the folder, and reads no recording."""
        with self._lock:
            if self._closed:
                return []
            known = self._index.rows()
            listed = [self._as_known(known.get(key), key, found) for key, found in self._files().items()]
            if gone := known.keys() - {one.key for one in listed}:
                self._index.drop(gone)
        return sorted(listed, key=lambda one: (one.begun, one.key), reverse=True)

    def look(self, seconds: float = 0.5) -> int:
        """Read what the list does not know as it now is, for about so long, the newest first; how many are left."""
        begin = time.monotonic()
        waiting = [one.key for one in self.list() if not one.looked_into]
        left = [key for key in waiting if self._not_before.get(key, 0.0) <= begin]
        while left and time.monotonic() - begin < seconds:
            self._look_into(left.pop(0))
        return len(left)

    def _look_into(self, key: str) -> None:
        begin = time.monotonic()
        path = self._path(key)
        try:
            found = path.stat()
            listed = look_into(path, found.st_size, found.st_mtime_ns)
        except FileNotFoundError:
            return
        except OSError as error:
            why = f"It cannot be read: {error.strerror or error}."
            listed = Listed(key, found.st_size, found.st_mtime_ns, begun=found.st_mtime, damaged=why, looked_into=True)
        with self._lock:
            if key in self._growing:
                now = time.monotonic()
                self._not_before[key] = now + _SHARE * (now - begin)
            if not self._closed:
                self._index.put([listed])

    def growing(self) -> frozenset[str]:
        """Keys of the recordings that are being written."""
        with self._lock:
            return frozenset(self._growing)

    def _as_known(self, row: Listed | None, key: str, found: os.stat_result) -> Listed:
        """A file as the list shows it: by what is known of it, also when that is no longer all."""
        if row is None:
            return Listed(key, found.st_size, found.st_mtime_ns, begun=_began(key) or found.st_mtime)
        fresh = row.size == found.st_size and row.written_ns == found.st_mtime_ns
        return replace(row, size=found.st_size, written_ns=found.st_mtime_ns, looked_into=row.looked_into and fresh)

    def _files(self) -> dict[str, os.stat_result]:
        with os.scandir(self.folder) as entries:
            return {
                entry.name.removesuffix(_SUFFIX): entry.stat()
                for entry in entries
                if entry.name.endswith(_SUFFIX) and _KEY.fullmatch(entry.name) and entry.is_file(follow_symlinks=False)
            }

    # --- what is in them ----------------------------------------------------------------------------------------------

    def read(self, key: str) -> Recording:
        """
        What a recording holds, cleaned of secrets like all that comes in: somebody may have put the file there.

        Raises `NoSuchRecording`, `RecordingError` for a damaged one, OSError.
        """
        try:
            return cleaned(read_recording(self._path(key)))
        except FileNotFoundError:
            raise NoSuchRecording(key) from None

    def bytes(self, key: str) -> bytes:
        """The file as it is, damaged or not. Raises `NoSuchRecording`, OSError."""
        try:
            return self._path(key).read_bytes()
        except FileNotFoundError:
            raise NoSuchRecording(key) from None

    def add(self, recording: Recording) -> str:
        """Keep what is at hand already; returns its key."""
        began = [one.started_at for one in recording.exchanges] + [event.at for event in recording.host_events]
        backend = next((one.request.url for one in recording.exchanges if one.request.url), "")
        path = self._path(_new_key(backend, min(began, default=datetime.now(UTC))))
        write_recording(recording, path)
        self._look_into(path.stem)
        self.sweep()
        return path.stem

    def begin(self, backend: str) -> tuple[str, Recorder]:
        """A recording that grows, of what passes to and from `backend`; end it with `end`."""
        path = self._path(_new_key(backend, datetime.now(UTC)))
        recorder = Recorder(path)
        with self._lock:
            self._growing[path.stem] = recorder
        return path.stem, recorder

    def end(self, key: str) -> None:
        """A recording grows no longer."""
        with self._lock:
            recorder = self._growing.pop(key, None)
            self._not_before.pop(key, None)
        if recorder is not None:
            recorder.close()

    # --- what its user does with them ---------------------------------------------------------------------------------

    def rename(self, key: str, name: str) -> None:
        """Call a recording `name`; "" takes the name away. Raises `NoSuchRecording`, OSError."""
        self._tell(key, name=" ".join(name.split())[:_LONGEST_NAME])

    def keep(self, key: str, kept: bool = True) -> None:
        """Keep a recording by hand, or leave it to the limits. Raises `NoSuchRecording`, OSError."""
        self._tell(key, kept=kept)

    def _tell(self, key: str, *, name: str | None = None, kept: bool | None = None) -> None:
        path = self._path(key)
        with self._lock:
            try:
                found = path.stat()
            except FileNotFoundError:
                raise NoSuchRecording(key) from None
            row = self._index.rows().get(key)
            fresh = row is not None and (row.size, row.written_ns) == (found.st_size, found.st_mtime_ns)
            if (recorder := self._growing.get(key)) is not None:
                recorder.about(name=name, kept=kept)
            else:
                tell_about(path, name=name, kept=kept)
            if row is None:
                return
            row = replace(row, name=row.name if name is None else name, kept=row.kept if kept is None else kept)
            if fresh:  # nothing else has changed: the file need not be read again
                found = path.stat()
                row = replace(row, size=found.st_size, written_ns=found.st_mtime_ns)
            self._index.put([row])

    def delete(self, key: str) -> None:
        """Put a recording aside, until the workbench ends. Raises `NoSuchRecording`, OSError."""
        path = self._path(key)
        with self._lock:
            self.end(key)
            self._deleted.mkdir(mode=0o700, exist_ok=True)
            try:
                path.replace(self._deleted / path.name)
            except FileNotFoundError:
                raise NoSuchRecording(key) from None

    def restore(self, key: str) -> None:
        """Take a deletion back. Raises `NoSuchRecording`, OSError."""
        path = self._path(key)
        with self._lock:
            try:
                (self._deleted / path.name).replace(path)
            except FileNotFoundError:
                raise NoSuchRecording(key) from None

    def _empty_the_bin(self) -> None:
        for path in self._deleted.glob(f"*{_SUFFIX}"):
            path.unlink(missing_ok=True)

    # --- limits -------------------------------------------------------------------------------------------------------

    @property
    def limits(self) -> Limits:
        """How much is kept, and for how long."""
        return self._limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        write_limits(limits, self.folder / ".limits.json")
        self._limits = limits

    def sweep(self, now: float | None = None) -> Sequence[str]:
        """
        Remove what is over the limits, the oldest first, and return the keys. Reads what it must know more of.

        What was named, kept by hand, is damaged or grows stays.
        """
        now = time.time() if now is None else now
        listed = sorted(self.list(), key=lambda one: one.written_ns)
        room = self._limits.bytes - sum(one.size for one in listed)
        oldest = now - self._limits.days * 86_400
        removed = []
        for one in listed:
            if one.stays or (room >= 0 and one.written_ns / 1e9 >= oldest):
                continue
            if not one.looked_into:
                self._look_into(one.key)
            with self._lock:
                known = None if self._closed else self._index.rows().get(one.key)
                if known is None or known.stays or one.key in self._growing:
                    continue
                try:
                    self._path(one.key).unlink(missing_ok=True)
                except OSError:  # it stays listed, and is tried again
                    continue
                self._index.drop([one.key])
            room += one.size
            removed.append(one.key)
        return removed

    def _path(self, key: str) -> Path:
        """The file of a key. Raises `NoSuchRecording` for what cannot be one: it comes from an address."""
        if not _KEY.fullmatch(key):
            raise NoSuchRecording(key)
        return self.folder / f"{key}{_SUFFIX}"


def _began(key: str) -> float:
    """When a recording began, as far as its key says, seconds since 1970; 0.0 when it does not."""
    try:
        return datetime.strptime(key[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def _new_key(backend: str, began: datetime) -> str:
    """A key that no file has: when it began, which backend, and something random."""
    try:
        host = urlsplit(backend).hostname or ""
    except ValueError:
        host = ""
    place = re.sub(r"[^A-Za-z0-9.-]+", "-", host).strip(".-")[:60]
    return "-".join(filter(None, (f"{began.astimezone(UTC):%Y%m%d-%H%M%S}", place, secrets.token_hex(3))))
