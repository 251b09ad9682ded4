"""The items of a thread as they were streamed beside those that are stored: what a reload shows otherwise."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from chat.checks.case import content_mark
from chat.checks.differences import differences
from chat.checks.families.identity import PLACEHOLDER
from chat.checks.findings import Evidence, excerpt
from chat.protocol import Event, EventList, ItemState

__all__ = ["Mismatch", "comparable", "metadata_differs", "mismatches", "upside_down", "whereabouts", "wrong_order"]

_MOST_PATHS = 5


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One item of which a reload shows something else, or nothing."""

    rule_id: str
    """`persistence/not-stored`, `/differs` or `/id-changes`."""
    item_id: str
    """As it was streamed."""
    got: str
    """What is stored instead, for a finding."""
    words: str = ""
    """The first place that differs."""
    stored_as: str = ""
    """The other id, when that is what changed."""


def comparable(item: ItemState, thread_id: str | None) -> bool:
    """Whether an item must be stored as it stands: one with a wrong id or thread is left to the rules about that."""
    return item.id != PLACEHOLDER and item.json.get("thread_id", thread_id) == thread_id


def mismatches(
    streamed: Iterable[ItemState], known: Container[str], stored: Sequence[Mapping[str, Any]], *, whole: bool
) -> Iterator[Mismatch]:
    """
    Every item of `streamed` that is not stored, or otherwise.

    `known` are the ids of all that was ever streamed; `stored` is not the `whole` thread when it could not be read to
    its end: then nothing is called missing.
    """
    by_id = {item["id"]: dict(item) for item in stored}
    strangers = _by_content(item for item in stored if item["id"] not in known)
    for item in streamed:
        there = by_id.get(item.id)
        if there is not None:
            differing = differences(item.json, there)
            if differing:
                more = f"; and {len(differing) - _MOST_PATHS} more" if len(differing) > _MOST_PATHS else ""
                got = f"{item.type} `{item.id}`: " + "; ".join(map(str, differing[:_MOST_PATHS])) + more
                yield Mismatch("persistence/differs", item.id, got, str(differing[0]))
            continue
        renamed = strangers.get(content_mark(item.type, item.json.get("content")))
        if renamed is not None:
            got = f"{item.type} `{item.id}` is stored as `{renamed}`"
            yield Mismatch("persistence/id-changes", item.id, got, stored_as=renamed)
        elif whole:
            got = f"{item.type} `{item.id}` is not in `threads.get_by_id`"
            yield Mismatch("persistence/not-stored", item.id, got)


def _by_content(items: Iterable[Mapping[str, Any]]) -> dict[int, str]:
    """Ids of messages by what they say."""
    found = ((content_mark(item.get("type"), item.get("content")), str(item["id"])) for item in items)
    return {said: item_id for said, item_id in found if said}


def metadata_differs(streamed: Mapping[str, Any], stored: Mapping[str, Any], key: str) -> str:
    """
    What is wrong with a thread's `title`, `status` or `allowed_image_domains` as it is stored; "" when nothing is.

    Another title is none: they are often made later, in the background.
    """
    before, there = streamed.get(key), stored.get(key)
    active = key == "status" and there is None and isinstance(before, dict) and before.get("type") == "active"
    if before is None or before == there or active or (there is not None and key == "title"):
        return ""
    return f"the thread's {key}: streamed {str(before)[:70]!r}, stored {str(there)[:70]!r}"


def wrong_order(arrived: Sequence[str], finished: Sequence[str], stored: Sequence[str]) -> str:
    """
    What is wrong with the order of `stored` ids; "" when it is that in which the items were added, or were done.

    Only those that are in all three count.
    """
    wanted = set(stored) & set(arrived)
    there = [item_id for item_id in stored if item_id in wanted]
    added = [item_id for item_id in arrived if item_id in wanted]
    if there in (added, [item_id for item_id in finished if item_id in wanted]):
        return ""
    return "`threads.get_by_id` gives " + ", ".join(there[:6]) + "; streamed were " + ", ".join(added[:6])


def upside_down(stored: Sequence[Mapping[str, Any]]) -> str:
    """
    Whether stored items stand newest first, in words; "" when they do not.

    Times alone do not say it, as many are cut to seconds: an answer must stand above the message that begins it all.
    """
    if len(stored) < 2 or stored[0].get("type") == "user_message" or stored[-1].get("type") != "user_message":
        return ""
    try:
        times = [datetime.fromisoformat(str(item.get("created_at"))) for item in stored]
        falling = times[0] > times[-1] and all(one >= other for one, other in pairwise(times))
    except (ValueError, TypeError):  # no times, or some with and some without a zone
        return ""
    return (
        f"the newest item first ({times[0].isoformat()}), the oldest last ({times[-1].isoformat()})" if falling else ""
    )


def whereabouts(streams: Iterable[tuple[str, Sequence[Event]]], item_id: str, text: str = "") -> Evidence:
    """Where an item was streamed last, as evidence; `streams` are (exchange id, events), the newest first."""
    for exchange_id, events in streams:
        for event in reversed(events.others() if isinstance(events, EventList) else events):
            if event.type in ("thread.item.done", "thread.item.replaced") and _item(event).get("id") == item_id:
                shown = excerpt(text or event.raw)
                return Evidence(shown, event.index, event.start, event.end, event.at_ns / 1e6, item_id, exchange_id)
    return Evidence(excerpt(text), item_id=item_id)


def _item(event: Event) -> dict[str, Any]:
    document = event.json
    item = document.get("item") if isinstance(document, dict) else None
    return item if isinstance(item, dict) else {}
