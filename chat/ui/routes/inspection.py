"""JSON routes the inspector fetches from. Nothing is computed for what nobody looks at."""

import asyncio
import json
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, Final
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Depends, FastAPI, Header, HTTPException, Query, Response

from chat.exchanges import Exchange
from chat.exchanges.attempts import attempts
from chat.exchanges.recording import dumps
from chat.exchanges.redaction import redact_body, redact_value
from chat.inspection.findings import findings_document
from chat.inspection.folds import FoldsCache, Unfolded
from chat.inspection.rows import MatchesCache, parse_filter, row
from chat.inspection.source import InspectionSource
from chat.inspection.tabs import (
    Tally,
    body_slice,
    event_detail,
    request_document,
    response_document,
    summary,
    timing_document,
)
from chat.protocol import EventList

__all__ = ["mount_inspection"]

ROWS_AT_ONCE: Final = 500
_LONG: Final = 2**19
"""Characters of an event that are masked beside the event loop."""


@dataclass
class _Kept:
    """What is remembered of a source between two requests; goes with the source."""

    tallies: defaultdict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    matches: MatchesCache = field(default_factory=MatchesCache)
    folds: FoldsCache = field(default_factory=FoldsCache)


@dataclass(frozen=True)
class _Asked:
    """The source and the exchange a request is about."""

    source: InspectionSource
    exchange: Exchange
    kept: _Kept


class _JSON(Response):
    """
    JSON in ASCII only: a lone surrogate in a backend's text then travels as the escape it came as.

    What has the shape of a secret is masked, as in recordings: the inspector's texts are made to be copied.
    """

    media_type = "application/json"

    def __init__(self, content: Any) -> None:
        super().__init__(
            json.dumps(redact_value(content), separators=(",", ":")), headers={"Cache-Control": "no-store"}
        )


def mount_inspection(
    app: FastAPI, sessions_lookup: Callable[[str], InspectionSource | None], token: Callable[[], str]
) -> None:
    """Add the inspector's routes under /workbench to the app.

    `sessions_lookup` gives the source an `Inspector` was made with by the `session` it was made with; `token` gives the
    launch token that every request must bring in `X-Workbench-Token`.
    """
    kept: WeakKeyDictionary[InspectionSource, _Kept] = WeakKeyDictionary()

    async def check_token(x_workbench_token: Annotated[str, Header()] = "") -> None:
        if not secrets.compare_digest(x_workbench_token.encode(), token().encode()):
            raise HTTPException(403, "The launch token is missing or is not the one of this launch: reload the page.")

    async def find_source(session: str) -> InspectionSource:
        source = sessions_lookup(session)
        if source is None:
            raise HTTPException(404, "This window's session is gone: reload the page.")
        return source

    async def find(exchange_id: str, source: Annotated[InspectionSource, Depends(find_source)]) -> _Asked:
        exchange = next((one for one in reversed(source.exchanges) if one.id == exchange_id), None)
        if exchange is None:
            # gone with its thread, while the page asked by itself: a 404 would be an error in the browser's console
            raise HTTPException(204)
        source.looks_at(exchange_id)
        return _Asked(source, exchange, kept.setdefault(source, _Kept()))

    Asked = Annotated[_Asked, Depends(find)]
    Source = Annotated[InspectionSource, Depends(find_source)]
    routes = APIRouter(prefix="/workbench", dependencies=[Depends(check_token)], include_in_schema=False)

    @routes.get("/exchanges")
    async def list_exchanges(source: Source) -> Response:
        tallies = kept.setdefault(source, _Kept()).tallies
        exchanges = source.exchanges
        tried = attempts(exchanges)
        return _JSON(
            [
                summary(one, source.events(one.id), tallies[one.id], source.diagnosis(one.id), tried.get(one.id))
                for one in exchanges
            ]
        )

    @routes.get("/exchanges/{exchange_id}/findings")
    async def list_findings(asked: Asked) -> Response:
        diagnosis = asked.source.diagnosis(asked.exchange.id)
        view = asked.source.view(asked.exchange.id)
        return _JSON(findings_document(diagnosis, view) if diagnosis else None)

    @routes.get("/exchanges/{exchange_id}/events")
    async def list_events(
        asked: Asked,
        start: Annotated[int, Query(alias="from")] = 0,
        to: int | None = None,
        filter: Annotated[str, Query(max_length=500)] = "",
        invalid: bool = False,
        fold: bool = False,
        opened: Annotated[str, Query(alias="open", max_length=4000)] = "",
        at: int | None = None,
    ) -> Response:
        """
        Rows `from`…`to` of those that pass the filter; a negative `from` counts from the end. With `fold`, the deltas
        of one part are one row, but where the run that begins with an event is in `open`; `at` asks for the `position`
        of an event, and for the `run` that holds it folded.
        """
        events = asked.source.events(asked.exchange.id)
        wanted = parse_filter(filter, invalid)
        if wanted.passes_all:
            shown: range | list[int] = range(len(events))
        else:
            matches = asked.kept.matches.get(asked.exchange.id, wanted)
            await matches.update(events)
            shown = matches.indices
        if not fold:
            first, last = _page(len(shown), start, to)
            rows = [row(events[i]) for i in shown[first:last]]
            return _JSON({"total": len(events), "matched": len(shown), "from": first, "rows": rows})
        folds = asked.kept.folds.get((asked.exchange.id, wanted))
        await folds.update(events, shown)
        unfolded = Unfolded(folds, [int(one) for one in opened.split(",") if one.isdecimal()])
        first, last = _page(unfolded.count, start, to)
        total = folds.seen if wanted.passes_all else len(events)
        got: dict[str, int | None] = {"total": total, "matched": unfolded.count, "from": first}
        if at is not None:
            got |= dict(zip(("position", "run"), unfolded.position(shown, at), strict=True))
        return _JSON({**got, "rows": unfolded.rows(events, shown, first, last)})

    @routes.get("/exchanges/{exchange_id}/events/{index}")
    async def show_event(asked: Asked, index: int) -> Response:
        events = asked.source.events(asked.exchange.id)
        if not 0 <= index < len(events):
            raise HTTPException(404, "There is no such event in this exchange.")
        detail = event_detail(events[index], asked.exchange)
        # masking costs a long event a tenth of a second
        return await asyncio.to_thread(_JSON, detail) if len(detail["raw"]) > _LONG else _JSON(detail)

    @routes.get("/exchanges/{exchange_id}/events/{index}/bytes")
    async def download_event(asked: Asked, index: int) -> Response:
        """The bytes that carried an event, however many they are."""
        events = asked.source.events(asked.exchange.id)
        if not 0 <= index < len(events):
            raise HTTPException(404, "There is no such event in this exchange.")
        data = asked.exchange.stretch(events[index].start, events[index].end)
        return _file(await asyncio.to_thread(redact_body, data), f"event-{index}.txt", "text/plain; charset=utf-8")

    @routes.get("/exchanges/{exchange_id}/request")
    async def show_request(asked: Asked) -> Response:
        return _JSON(request_document(asked.exchange))

    @routes.get("/exchanges/{exchange_id}/response")
    async def show_response(asked: Asked) -> Response:
        return _JSON(response_document(asked.exchange))

    @routes.get("/exchanges/{exchange_id}/response/body")
    async def show_body(asked: Asked, start: Annotated[int, Query(alias="from", ge=0)] = 0) -> Response:
        return _JSON(body_slice(asked.exchange, start))

    @routes.get("/exchanges/{exchange_id}/timing")
    async def show_timing(asked: Asked) -> Response:
        events = asked.source.events(asked.exchange.id)
        events = events.upto(len(events)) if isinstance(events, EventList) else list(events)  # what grows meanwhile
        # some 10 µs per event: too long for the event loop when there are tens of thousands
        return _JSON(await asyncio.to_thread(timing_document, asked.exchange, events))

    @routes.get("/exchanges/{exchange_id}/recording")
    async def download_recording(asked: Asked) -> Response:
        name = f"{asked.exchange.request.operation or 'exchange'}-{asked.exchange.started_at:%Y%m%d-%H%M%S}.jsonl"
        safe = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in name)
        return _file(await asyncio.to_thread(dumps, asked.exchange), safe, "application/x-ndjson")

    @routes.get("/state")
    async def show_state(source: Source, thread: str | None = None) -> Response:
        state = source.state(thread)
        # as text: what JSON.parse cannot read (NaN) is then still shown
        return _JSON({"state": None if state is None else json.dumps(redact_value(state.snapshot()))})

    app.include_router(routes)


def _file(content: str | bytes, name: str, media_type: str) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(content, media_type=media_type, headers=headers)


def _page(count: int, start: int, to: int | None) -> tuple[int, int]:
    first = max(count + start if start < 0 else start, 0)
    return first, min(count if to is None else to, first + ROWS_AT_ONCE)
