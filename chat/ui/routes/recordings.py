"""HTTP routes of the library of recordings: its list, what comes in, what goes out, and what becomes of each."""

import asyncio
import json
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Protocol, TypeVar
from urllib.parse import unquote

from fastapi import APIRouter, Depends, Header, HTTPException, Request, Response

from chat.errors import WorkbenchError
from chat.exchanges import Recording
from chat.exchanges.importing import Imported, import_exchanges
from chat.recordings import FORMS, Exported, Limits, Listed, NoSuchRecording, exported

from ..keeping import Keeping
from .diagnosis import MOST_BYTES

__all__ = ["KeptWindow", "recording_routes"]

T = TypeVar("T")

_LOOKED = 0.3
"""Seconds that one request spends on files that the list does not know yet."""


class KeptByHand(Protocol):
    """What a window shows."""

    def recording(self, exchange_id: str | None) -> Recording:
        """All of it as it now is, or one exchange. Raises LookupError when that is not there."""


class KeptWindow(Protocol):
    """What the routes ask of a window."""

    @property
    def keeping(self) -> KeptByHand:
        """What it shows, as a recording."""

    async def explain(self, name: str, imported: Imported, recording: str = "") -> None:
        """Show what was recorded."""


def recording_routes(keeping: Keeping, find: Callable[[str], KeptWindow | None], token: Callable[[], str]) -> APIRouter:
    """Routes under /workbench/recordings; `find` gives the window of a session, `token` the launch token they want."""
    library = keeping.library

    async def check_token(x_workbench_token: Annotated[str, Header()] = "") -> None:
        if not secrets.compare_digest(x_workbench_token.encode(), token().encode()):
            raise HTTPException(403, "This page belongs to another launch of the workbench: reload it.")

    async def find_window(session: str = "") -> KeptWindow:
        if (window := find(session)) is None:
            raise HTTPException(404, "This window's session is gone: reload the page.")
        return window

    Window = Annotated[KeptWindow, Depends(find_window)]
    router = APIRouter(prefix="/workbench/recordings", dependencies=[Depends(check_token)], include_in_schema=False)

    @router.get("")
    async def listed() -> Response:
        """Every recording, and how many of them have not been looked into: ask again for those."""
        left, rows = await asyncio.to_thread(_told, lambda: (library.look(_LOOKED), library.list()))
        growing = library.growing()
        return _json(
            {
                "rows": [asdict(one) | {"stays": one.stays, "growing": one.key in growing} for one in rows],
                "left": left,
                "bytes": sum(one.size for one in rows),
                "limits": asdict(library.limits),
                "problem": keeping.problem,
            }
        )

    @router.post("")
    async def take_in(request: Request, x_file_name: Annotated[str, Header()] = "") -> Response:
        """Keep a recording, a HAR file, the output of curl or a body."""
        data = bytearray()
        async for chunk in request.stream():
            data += chunk
            if len(data) > MOST_BYTES:
                raise HTTPException(413, f"The workbench takes files of up to {MOST_BYTES >> 20} MB here.")
        file = unquote(x_file_name)[:200]

        def keep() -> str:
            found = import_exchanges(bytes(data), file or "the pasted text").recording
            return library.add(
                found._replace(name=found.name or file.rpartition(".")[0], kept=True, source=file or "pasted text")
            )

        return _json({"key": await asyncio.to_thread(_told, keep)})

    @router.post("/keep")
    async def keep_shown(window: Window, exchange: str | None = None) -> Response:
        """Keep what the window shows, or one exchange of it."""
        try:
            recording = window.keeping.recording(exchange)
        except LookupError as error:
            raise HTTPException(404, str(error)) from None
        return _json({"key": await asyncio.to_thread(_told, lambda: library.add(recording))})

    @router.put("/limits")
    async def limit(request: Request) -> Response:
        """Set how much is kept, and for how long."""
        wanted = await _document(request)
        try:
            limits = Limits(bytes=int(wanted["bytes"]), days=int(wanted["days"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise HTTPException(422, str(error)) from None

        def set_limits() -> None:
            library.limits = limits
            library.sweep()

        await asyncio.to_thread(_told, set_limits)
        return _json({})

    @router.patch("/{key}")
    async def change(key: str, request: Request) -> Response:
        """Give it another name, or keep it by hand or not."""
        wanted = await _document(request)
        if isinstance(name := wanted.get("name"), str):
            _told(lambda: library.rename(key, name))
        if isinstance(kept := wanted.get("kept"), bool):
            _told(lambda: library.keep(key, kept))
        return _json({})

    @router.delete("/{key}")
    async def delete(key: str) -> Response:
        """Delete it; until the workbench ends, it can be restored."""
        _told(lambda: library.delete(key))
        return _json({})

    @router.post("/{key}/restore")
    async def restore(key: str) -> Response:
        """Take a deletion back."""
        _told(lambda: library.restore(key))
        return _json({})

    @router.post("/{key}/open")
    async def show(key: str, window: Window) -> Response:
        """Show it in the window."""
        found = await asyncio.to_thread(_told, lambda: library.read(key))
        name = found.name or _row(key).title or key
        exchanges, heard = tuple(found.exchanges), tuple(found.host_events)
        await window.explain(name, Imported("recording", exchanges, tuple(found.remarks), heard, found.name), key)
        return _json({"exchanges": len(exchanges)})

    @router.get("/{key}/file")
    async def give_out(key: str, form: str = "jsonl") -> Response:
        """The recording as a file. A damaged one is given out as it is."""
        if form not in FORMS:
            raise HTTPException(404, f"A recording is given out as {', '.join(FORMS)}.")

        def make() -> Exported:
            row = _row(key)
            if row.damaged:
                return Exported(f"{key}.jsonl", "application/x-ndjson", library.bytes(key))
            return exported(library.read(key), form, row.name or key)

        file = await asyncio.to_thread(_told, make)
        return Response(
            file.content,
            media_type=file.media_type,
            headers={
                "Content-Disposition": f'attachment; filename="{file.name}"',
                "Cache-Control": "no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )

    def _row(key: str) -> Listed:
        row = next((one for one in library.list() if one.key == key), None)
        if row is None:
            raise NoSuchRecording(key)
        return row

    return router


def _told(act: Callable[[], T]) -> T:
    """What `act` returns; what it cannot do becomes an answer in words."""
    try:
        return act()
    except NoSuchRecording:
        raise HTTPException(404, "This recording is gone.") from None
    except WorkbenchError as error:
        details = (error.expected and f"Expected {error.expected}; got {error.got}.", error.advice)
        raise HTTPException(422, " ".join(filter(None, (error.message, *details)))) from None
    except OSError as error:
        raise HTTPException(507, f"The data folder cannot be used: {error.strerror or error}.") from None
    except sqlite3.Error as error:
        raise HTTPException(
            507, f"The list of recordings cannot be used: {error}. Delete its index and try again."
        ) from None


async def _document(request: Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.body())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise HTTPException(422, "A JSON object is wanted.")
    return document


def _json(content: Any) -> Response:
    """JSON in ASCII only: a lone surrogate in a foreign text then travels as the escape it came as."""
    return Response(json.dumps(content), media_type="application/json", headers={"Cache-Control": "no-store"})
