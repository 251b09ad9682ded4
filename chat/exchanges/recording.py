"""
Exchanges on disk: JSON lines, mode 0600.

For each exchange, a first line names the format and its version and holds the request; then come one line for the
response's status and headers, one for every chunk of the body, and one for how it ended:

    {"format": "chatkit-workbench-exchange", "version": 1, "id": …, "started_at": …, "request": {…}}
    {"kind": "response", "at_ns": 51200733, "status": 200, "reason": "OK", "headers": [["content-type", …], …]}
    {"kind": "chunk", "at_ns": 51310200, "text": "data: {…}\\n\\n"}
    {"kind": "chunk", "at_ns": 51992817, "base64": "/w=="}
    {"kind": "end", "at_ns": 52000431, "outcome": "complete", "failure": null, "wire_bytes": 8031}

A session is several exchanges in one file, one behind the other, and lines of its own between and behind them:

    {"kind": "host", "at": "2026-01-02T03:04:05.678901+00:00", "name": "chatkit.error", "detail": {…}}
    {"kind": "about", "name": "What the session is called", "kept": true, "source": "the relay", "remarks": []}
    {"kind": "of", "exchange": "the id of one that began earlier", "line": {"kind": "chunk", …}}

Of several lines `about`, each may say only what has changed. The last kind is how exchanges that run at the same time
are written as they come. Where something else than an exchange
comes first, the file begins with `{"format": …, "version": 1, "kind": "session"}`.

Chunks that are not UTF-8 by themselves are in base64. A file that stops anywhere is read as far as it goes, and an
exchange has the outcome "interrupted" when its last line is missing. Lines of an unknown kind are passed over; a higher
version is refused. Everything with the shape of a secret is masked before it is written, lengths and offsets kept.
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from chat.exchanges.errors import RecordingError
from chat.exchanges.exchange import Exchange
from chat.exchanges.host_events import HostEvent
from chat.exchanges.recording_lines import FORMAT, VERSION, about_line, exchange_lines, host_line, session_line

__all__ = [
    "FORMAT",
    "VERSION",
    "Recording",
    "dumps",
    "dumps_recording",
    "loads",
    "loads_recording",
    "read",
    "read_recording",
    "write",
    "write_recording",
]


class Recording(NamedTuple):
    """What was recorded of one session. `host_events` are in the order in which they were heard."""

    exchanges: list[Exchange]
    host_events: Sequence[HostEvent] = ()
    name: str = ""
    """What the user calls it; "" when nobody gave it a name."""
    kept: bool = False
    """Whether it was kept by hand, so that no limit takes it away."""
    source: str = ""
    """Where it came from, in words: "this page", "the relay", a file's name."""
    remarks: Sequence[str] = ()
    """What is missing of it, in sentences."""


def write(exchange: Exchange, path: Path) -> None:
    """Write the exchange as it now is, in one step: the file is the whole of it or was not touched."""
    _replace(path, exchange_lines(exchange))


def write_recording(recording: Recording, path: Path) -> None:
    """Write the recording as it now is, in one step: the file is the whole of it or was not touched."""
    _replace(path, _lines(recording))


def read(path: Path) -> Exchange:
    """
    Read an exchange back.

    Raises `RecordingError` for what is not the recording of one, OSError for what cannot be read.
    """
    return loads(path.read_bytes(), name=path.name)


def read_recording(path: Path) -> Recording:
    """Read a recording back. Raises `RecordingError` for what is none, OSError for what cannot be read."""
    with path.open("rb") as file:
        return _recording(file, path.name)


def dumps(exchange: Exchange) -> bytes:
    """The exchange as `write` writes it."""
    return b"".join(exchange_lines(exchange))


def dumps_recording(recording: Recording) -> bytes:
    """The recording as `write_recording` writes it."""
    return b"".join(_lines(recording))


def loads(recording: bytes, name: str = "recording") -> Exchange:
    """The one exchange in these bytes; `name` is what errors call them."""
    exchanges = loads_recording(recording, name).exchanges
    if len(exchanges) != 1:
        raise RecordingError(
            f"{name} is not the recording of one exchange.", expected="one exchange", got=f"{len(exchanges):,} of them"
        )
    return exchanges[0]


def loads_recording(recording: bytes, name: str = "recording") -> Recording:
    """The exchanges and host events in these bytes, one exchange or many; `name` is what errors call them."""
    return _recording(io.BytesIO(recording), name)


def _recording(lines: Iterable[bytes], name: str) -> Recording:
    from chat.exchanges.recording_reader import LineReader  # its types take their time, and most files need none

    reader = LineReader(name)
    for line in lines:
        reader.take(line)
    reader.finish()
    return Recording(reader.exchanges, reader.host_events, **reader.about)


def _lines(recording: Recording) -> Iterator[bytes]:
    if not recording.exchanges:
        yield session_line()
    for exchange in recording.exchanges:
        yield from exchange_lines(exchange)
    yield from map(host_line, recording.host_events)
    if any(recording[2:]):
        _, _, name, kept, source, remarks = recording
        yield about_line(name=name, kept=kept, source=source, remarks=remarks)


def _replace(path: Path, lines: Iterable[bytes]) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
