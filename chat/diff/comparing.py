"""Two recordings compared: exchanges by operation and ordinal, items by what they say, events by type and item.

Costs O(n log n) in the number of events, items and exchanges.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from chat.checks.threads import examine_all
from chat.diff.align import align, longest_growing
from chat.diff.end_states import end_states
from chat.diff.grouping import grouped, with_moves
from chat.diff.model import Change, Diff, ExchangeDiff, FindingChange, TimingChange
from chat.diff.names import Names
from chat.diff.normal import Normal
from chat.diff.options import IGNORABLE, Options
from chat.diff.reading import Answer, Mention, Step, read
from chat.diff.values import ABSENT, Twins, differing, fingerprint
from chat.exchanges import Exchange
from chat.exchanges.answer import cut_by_us
from chat.exchanges.recording import Recording
from chat.protocol import ItemState, ThreadState
from chat.protocol.lenient_json import parse_json

__all__ = ["diff"]

_LOG = "chatkit.log"
_SLOWER_BY_MS, _SLOWER_TIMES = 100, 2
_SHOWS_TEXT = ("assistant_message.content_part.text_delta", "widget.streaming_text.value_delta")

_Pair = tuple[Answer | None, Answer | None]


def diff(
    old: Recording,
    new: Recording,
    options: Options | None = None,
    *,
    names: tuple[str, str] = ("old", "new"),
    remarks: Sequence[str] = (),
) -> Diff:
    """What differs between two recordings, the `new` one seen from the `old` one.

    `names` are what they are called, `remarks` what else is to be known of them.
    """
    return _Comparison(old, new, options or Options()).diff(names, remarks)


class _Comparison:
    def __init__(self, old: Recording, new: Recording, options: Options) -> None:
        self.options = options
        self.old, self.new = (
            [read(one, number, joined=not options.deltas) for number, one in enumerate(examine_all(side.exchanges), 1)]
            for side in (old, new)
        )
        self.hosts = (old.host_events, new.host_events)
        self.pairs = _by_ordinal(self.old, self.new)
        self.titles = _titles(self.old) | _titles(self.new)
        self.names = Names()
        self.normal_old, self.normal_new = Normal(self.names.old, options), Normal(self.names.new, options)
        self.twins = Twins()
        self.ignored = options.ignores_path()
        self.types: dict[str, str] = {}
        """Item types, by the items' names."""
        for pair in self.pairs:
            self._name(pair)

    def diff(self, names: tuple[str, str], remarks: Sequence[str]) -> Diff:
        options = self.options
        new_findings, gone_findings = self._findings() if options.compares("findings") else ((), ())
        return Diff(
            *names,
            tuple(self._exchange(pair) for pair in self.pairs),
            tuple(self._reordered()),
            self._state() if options.compares("state") else (),
            self._host() if options.compares("host") else (),
            new_findings,
            gone_findings,
            tuple(self._left_out()),
            (*remarks, *self._unjudged()),
        )

    # Ids

    def _name(self, pair: _Pair) -> None:
        """Find the counterparts of the ids that are new in a pair of exchanges."""
        olds, news = (
            _first_met(one.mentions if one else (), known)
            for one, known in zip(pair, (self.names.old, self.names.new), strict=True)
        )
        for noun in dict.fromkeys(mention.noun for mention in (*olds, *news)):
            left, right = ([mention for mention in side if mention.noun == noun] for side in (olds, news))
            contents = [[(mention.kind, mention.content) for mention in side] for side in (left, right)]
            kinds = [[mention.kind for mention in side] for side in (left, right)]
            for place, there in align(contents[0], contents[1], kinds[0], kinds[1]):
                self.names.give(
                    noun, None if place is None else left[place].id, None if there is None else right[there].id
                )
        for side, ids in ((olds, self.names.old), (news, self.names.new)):
            self.types |= {ids[mention.id]: mention.kind for mention in side if mention.noun == "item"}

    # Exchanges

    def _exchange(self, pair: _Pair) -> ExchangeDiff:
        old, new = pair
        title = self._title(pair)
        many = [len(one.examined.events) if one else 0 for one in pair]
        if old is None or new is None:
            return ExchangeDiff(title, old.number if old else None, new.number if new else None, many[0], many[1])
        self.normal_old.origin, self.normal_new.origin = _origin(old.exchange), _origin(new.exchange)
        changes = [*self._request(old, new), *self._answer(old, new)]
        changes += with_moves(self._events(old.steps, new.steps))
        timings = tuple(_timings(old, new)) if self.options.compares("timings") else ()
        return ExchangeDiff(title, old.number, new.number, many[0], many[1], grouped(changes), timings)

    def _title(self, pair: _Pair) -> str:
        return self.titles[id(pair[1] or pair[0])]

    def _request(self, old: Answer, new: Answer) -> Iterator[Change]:
        if self.options.compares("requests"):
            left, right = (_asked(one.exchange) for one in (old, new))
            yield from self._changes("request", self.normal_old(left), self.normal_new(right))

    def _answer(self, old: Answer, new: Answer) -> Iterator[Change]:
        yield from self._changes("answer", _head(old.exchange), _head(new.exchange))
        left, right = self.normal_old(old.document), self.normal_new(new.document)
        yield from self._changes("answer", left, right)

    def _changes(
        self, where: str, old: Any, new: Any, old_event: int | None = None, new_event: int | None = None
    ) -> Iterator[Change]:
        for path, left, right in differing(old, new, self.twins, self.ignored):
            yield Change("changed", where, path, left, right, old_event, new_event)

    # Events

    def _events(self, old: Sequence[Step], new: Sequence[Step]) -> Iterator[Change]:
        left, right = self._comparable(old, self.normal_old), self._comparable(new, self.normal_new)
        keys = [[(kind, print_) for _, kind, _, print_ in side] for side in (left, right)]
        kinds = [[kind for _, kind, _, _ in side] for side in (left, right)]
        for place, there in align(keys[0], keys[1], kinds[0], kinds[1]):
            before = None if place is None else left[place]
            after = None if there is None else right[there]
            if before and after:
                if before[3] != after[3]:
                    places = before[0].index, after[0].index
                    yield from self._changes(self._words(before[1]), before[2], after[2], *places)
            elif before:
                yield Change("gone", self._words(before[1]), "", before[2], ABSENT, before[0].index)
            elif after:
                yield Change("added", self._words(after[1]), "", ABSENT, after[2], None, after[0].index)

    def _comparable(self, steps: Sequence[Step], normal: Normal) -> list[tuple[Step, tuple[str, str], Any, str]]:
        """Each step with its kind, what it is compared as, and the same for the same."""
        found: list[tuple[Step, tuple[str, str], Any, str]] = []
        for step in steps:
            value = normal(step.json)
            kind = step.kind, normal.text(step.item_id, "id") if step.item_id else ""
            key = fingerprint(value)
            if self.options.shape and found and found[-1][1] == kind and found[-1][3] == key:
                continue  # how many of the same come is not its shape
            found.append((step, kind, value, key))
        return found

    def _words(self, kind: tuple[str, str]) -> str:
        name, item = kind
        return f"{name} of {self._item_words(item)}" if item else name

    def _item_words(self, item: str) -> str:
        kind = self.types.get(item, "item")
        return item if kind == "item" else f"{item} ({kind})"

    # The whole

    def _reordered(self) -> Iterator[str]:
        both = [(pair[0].number, pair[1].number, pair) for pair in self.pairs if pair[0] and pair[1]]
        both.sort(key=lambda entry: entry[0])
        kept = {old for old, _ in longest_growing([(old, new) for old, new, _ in both])}
        for old, new, pair in both:
            if old not in kept:
                yield f"{self._title(pair)} came as exchange {new}, and was exchange {old}."

    def _state(self) -> tuple[Change, ...]:
        left = {self.normal_old.text(key, "id"): state for key, state in end_states(self.old).items()}
        right = {self.normal_new.text(key, "id"): state for key, state in end_states(self.new).items()}
        changes: list[Change] = []
        for thread in dict.fromkeys((*left, *right)):
            old, new = left.get(thread), right.get(thread)
            where = thread or "the thread without a name"
            if old is None or new is None:
                kept = new or old
                assert kept is not None
                many = f"(a thread with {len(kept.items)} items)"
                added = Change("added", where, "", ABSENT, many)
                changes.append(added if old is None else Change("gone", where, "", many, ABSENT))
                continue
            threads = {"thread": self.normal_old(old.json)}, {"thread": self.normal_new(new.json)}
            if old.json and new.json:  # a thread of which nobody spoke is not another one
                changes += self._changes(where, *threads)
            changes += with_moves(self._items(old, new))
        return grouped(changes)

    def _items(self, old: ThreadState, new: ThreadState) -> Iterator[Change]:
        left = {self.normal_old.text(key, "id"): item for key, item in old.items.items()}
        right = {self.normal_new.text(key, "id"): item for key, item in new.items.items()}
        olds, news = list(left), list(right)
        for place, there in align(olds, news, olds, news):
            name = olds[place] if place is not None else news[there or 0]
            before = None if place is None else self.normal_old(_whole(left[name]))
            after = None if there is None else self.normal_new(_whole(right[name]))
            where = self._item_words(name)
            if before and after:
                yield from self._changes(where, before, after)
            elif before:
                yield Change("gone", where, "", before, ABSENT)
            else:
                yield Change("added", where, "", ABSENT, after)

    def _host(self) -> tuple[Change, ...]:
        left, right = (
            [(event.name, normal(event.detail)) for event in events if event.name != _LOG]
            for events, normal in zip(self.hosts, (self.normal_old, self.normal_new), strict=True)
        )
        keys: list[list[Hashable]] = [[(name, fingerprint(detail)) for name, detail in side] for side in (left, right)]
        names = [[name for name, _ in side] for side in (left, right)]
        changes: list[Change] = []
        for place, there in align(keys[0], keys[1], names[0], names[1]):
            if place is None:
                changes.append(Change("added", right[there or 0][0], "", ABSENT, right[there or 0][1]))
            elif there is None:
                changes.append(Change("gone", left[place][0], "", left[place][1], ABSENT))
            else:
                changes += self._changes(left[place][0], left[place][1], right[there][1])
        return tuple(with_moves(changes))

    def _findings(self) -> tuple[tuple[FindingChange, ...], tuple[FindingChange, ...]]:
        old, new = (
            self._found(side, normal) for side, normal in ((self.old, self.normal_old), (self.new, self.normal_new))
        )
        return (
            tuple(found for rule, found in new.items() if rule not in old),
            tuple(found for rule, found in old.items() if rule not in new),
        )

    def _found(self, answers: Sequence[Answer], normal: Normal) -> dict[str, FindingChange]:
        found: dict[str, FindingChange] = {}
        for answer in answers:
            for finding in answer.examined.findings:
                if finding.rule_id not in found:
                    words = normal.text(finding.headline)
                    title = self.titles[id(answer)]
                    found[finding.rule_id] = FindingChange(finding.rule_id, str(finding.level), words, title)
        return found

    def _left_out(self) -> Iterator[str]:
        if self.options.shape:
            yield "values: only types, order and structure were compared"
        for word in sorted(self.options.ignore):
            yield IGNORABLE.get(word, word)
        if self.options.compares("host") and any(event.name == _LOG for events in self.hosts for event in events):
            yield f"{_LOG}, of which every click makes some"

    def _unjudged(self) -> Iterator[str]:
        for which, answers in (("old", self.old), ("new", self.new)):
            rules = dict.fromkeys(rule for answer in answers for rule in answer.examined.could_not_run)
            if rules and self.options.compares("findings"):
                yield f"Not judged in the {which} recording, for a mistake of the workbench: {', '.join(rules)}."


def _by_ordinal(old: Sequence[Answer], new: Sequence[Answer]) -> list[_Pair]:
    """The first exchange of an operation with the first, the second with the second; in the order of the new ones."""
    waiting: dict[str, list[Answer]] = {}
    for answer in old:
        waiting.setdefault(answer.operation, []).append(answer)
    used: dict[str, int] = {}
    pairs: list[_Pair] = []
    for answer in new:
        number = used.get(answer.operation, 0)
        used[answer.operation] = number + 1
        counterparts = waiting.get(answer.operation, [])
        pairs.append((counterparts[number] if number < len(counterparts) else None, answer))
    alone: list[_Pair] = [(one, None) for kind, many in waiting.items() for one in many[used.get(kind, 0) :]]
    return sorted([*pairs, *alone], key=lambda pair: (pair[1] or pair[0]).number)  # type: ignore[union-attr]


def _titles(answers: Sequence[Answer]) -> dict[int, str]:
    """What the exchanges are called, by the objects' ids: their operation, numbered where it comes again."""
    times = Counter(answer.operation for answer in answers)
    numbers: Counter[str] = Counter()
    titles = {}
    for answer in answers:
        numbers[answer.operation] += 1
        several = times[answer.operation] > 1
        titles[id(answer)] = f"{answer.operation} {numbers[answer.operation]}" if several else answer.operation
    return titles


def _first_met(mentions: Sequence[Mention], known: dict[str, str]) -> list[Mention]:
    """The mentions of ids that have no name yet, one for each: the one that says most."""
    found: dict[str, Mention] = {}
    for mention in mentions:
        if mention.id not in known and (mention.id not in found or (mention.content and not found[mention.id].content)):
            found[mention.id] = mention
    return list(found.values())


def _asked(exchange: Exchange) -> Any:
    text = exchange.request.body.decode("utf-8", "replace")
    document = parse_json(text)
    return text if document is None else document


def _head(exchange: Exchange) -> dict[str, Any]:
    return {"status": exchange.status, "content_type": exchange.media_type, "outcome": exchange.outcome}


def _origin(exchange: Exchange) -> str:
    scheme, separator, rest = exchange.request.url.partition("://")
    return f"{scheme}{separator}{rest.partition('/')[0]}" if separator else ""


def _whole(item: ItemState) -> dict[str, Any]:
    return {"item": item.json, "state": item.status}


def _timings(old: Answer, new: Answer) -> Iterator[TimingChange]:
    left, right = _measured(old), _measured(new)
    for what in left:
        before, after = left[what], right.get(what)
        if before is None or after is None:
            continue
        slower = abs(after - before) > _SLOWER_BY_MS
        if slower and max(before, after) > _SLOWER_TIMES * min(before, after):
            yield TimingChange(what, before, after)


def _measured(answer: Answer) -> dict[str, float | None]:
    """Milliseconds since the request was sent; nothing for what has no times, like a pasted body."""
    exchange, steps = answer.exchange, answer.steps
    if not exchange.ended_at_ns or exchange.outcome == "cancelled" or cut_by_us(exchange):
        return {}
    text = next((step.at_ns for step in steps if step.kind in _SHOWS_TEXT), None)
    return {
        "first event": steps[0].at_ns / 1e6 if steps else None,
        "first text": None if text is None else text / 1e6,
        "whole answer": exchange.ended_at_ns / 1e6,
    }
