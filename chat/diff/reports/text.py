"""Diffs for people at a terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from chat.diff.model import Change, Diff, ExchangeDiff
from chat.diff.reports.words import left_out_words, place_words, runs, sides, summary_words, timing_words, title_words
from chat.terminal import in_one_line

__all__ = ["Line", "as_text", "exchange_lines", "finding_lines", "lines", "plain", "print_in_colour", "section_lines"]

Line = tuple[tuple[str, str], ...]
"""A line in pieces: (text, style)."""

_WIDTH = 100
_LABEL = 9
_MARGIN = " " * (_LABEL + 2)
_ROOM = _WIDTH - len(_MARGIN)
_MOST_CHANGES = 100
_MOST_PLACES = 4
_MOST_ALIKE = 20
_RED, _GREEN, _YELLOW, _CYAN, _QUIET, _STRONG = "red", "green", "yellow", "cyan", "dim", "bold"
_STYLES = {"added": _GREEN, "gone": _RED, "changed": _YELLOW, "moved": _CYAN}


def as_text(diff: Diff) -> str:
    """The diff as plain text."""
    return plain(lines(diff))


def plain(found: Iterable[Line]) -> str:
    """Lines without their styles."""
    return "".join("".join(in_one_line(text) for text, _ in line).rstrip() + "\n" for line in found)


def print_in_colour(diff: Diff, file: IO[str]) -> None:
    """Print the diff in colour, as far as the terminal and NO_COLOR allow."""
    from rich.console import Console
    from rich.text import Text

    console = Console(file=file, highlight=False, soft_wrap=True, emoji=False, markup=False)
    for line in lines(diff):
        console.print(Text.assemble(*((in_one_line(text), style) for text, style in line)), soft_wrap=True)


def lines(diff: Diff) -> Iterator[Line]:
    """The diff line by line."""
    word, style = ("ALIKE", f"{_STRONG} {_GREEN}") if diff.alike else ("DIFFERENT", f"{_STRONG} {_RED}")
    yield ((f"{word}  ", style), (f"{diff.old_name} → {diff.new_name}", _STRONG))
    yield from _wrapped(f"{summary_words(diff)}.")
    for sentence in filter(None, (left_out_words(diff), *diff.remarks)):
        yield from _wrapped(sentence, _QUIET)
    for exchange in diff.exchanges:
        if not exchange.alike:
            yield ()
            yield from exchange_lines(exchange)
    alike = [exchange.title for exchange in diff.exchanges if exchange.alike]
    if alike and not diff.alike:
        more = f" and {len(alike) - _MOST_ALIKE:,} more" if len(alike) > _MOST_ALIKE else ""
        yield ()
        yield from _wrapped(f"Alike: {', '.join(alike[:_MOST_ALIKE])}{more}.", _QUIET)
    if diff.state:
        yield ()
        yield from section_lines("The threads at the end", diff.state)
    if diff.host:
        yield ()
        yield from section_lines("What the page around the widget was told", diff.host)
    if diff.reordered:
        yield ()
        yield (("The order of the exchanges", _STRONG),)
        for sentence in diff.reordered:
            yield ((f"  {'moved':<{_LABEL}}", _CYAN), (sentence, ""))
    if diff.new_findings or diff.gone_findings:
        yield ()
        yield from finding_lines(diff)


def exchange_lines(exchange: ExchangeDiff) -> Iterator[Line]:
    """What differs in one exchange, under its title."""
    yield ((f"{exchange.new or exchange.old}. {exchange.title}", _STRONG), (f"  {title_words(exchange)}", _QUIET))
    yield from _changes(exchange.changes)
    for timing in exchange.timings:
        word, style = ("slower", _RED) if timing.new_ms > timing.old_ms else ("faster", _GREEN)
        yield ((f"  {word:<{_LABEL}}", style), (timing_words(timing), ""))


def section_lines(title: str, changes: Sequence[Change]) -> Iterator[Line]:
    """Changes under a title."""
    yield ((title, _STRONG),)
    yield from _changes(changes)


def finding_lines(diff: Diff) -> Iterator[Line]:
    """The findings that are new, and those that are gone."""
    yield (("Findings", _STRONG),)
    for word, style, found in (("new", _RED, diff.new_findings), ("gone", _GREEN, diff.gone_findings)):
        for one in found:
            yield ((f"  {word:<{_LABEL}}", style), (f"{one.level} {one.rule_id}", _STRONG), (f"  {one.title}", _QUIET))
            yield from _wrapped(one.headline, indent=len(_MARGIN))


def _changes(changes: Sequence[Change]) -> Iterator[Line]:
    told = list(runs(changes))
    for change, *like_it in told[:_MOST_CHANGES]:
        place = place_words(change)
        label = (f"  {change.kind:<{_LABEL}}", _STYLES[change.kind])
        yield (label, (_fitting(change.where, _ROOM - len(place) - 2), ""), (f"  {place}" if place else "", _QUIET))
        if change.path:
            yield ((f"{_MARGIN}{_fitting(change.path)}", _CYAN),)
        old, new = sides(change, _ROOM - 2)
        if old and change.kind != "moved":
            yield ((f"{_MARGIN}- {old}", _RED),)
        elif old:
            yield ((f"{_MARGIN}  {old}", _QUIET),)
        if new:
            yield ((f"{_MARGIN}+ {new}", _GREEN),)
        for also in change.also[:_MOST_PLACES]:
            yield from _wrapped(f"the same in {also}", _QUIET, indent=len(_MARGIN))
        if len(change.also) > _MOST_PLACES:
            yield ((f"{_MARGIN}… and in {len(change.also) - _MOST_PLACES:,} more places", _QUIET),)
        if like_it:
            yield ((f"{_MARGIN}… and {len(like_it):,} more of these: --format json has them all", _QUIET),)
    if left := sum(map(len, told[_MOST_CHANGES:])):
        yield ((f"  … and {left:,} more: --format json has them all", _QUIET),)


def _wrapped(text: str, style: str = "", indent: int = 0) -> Iterator[Line]:
    for line in textwrap.wrap(text, _WIDTH - indent, break_on_hyphens=False):
        yield ((" " * indent + line, style),)


def _fitting(text: str, room: int = _ROOM) -> str:
    return text if len(text) <= room else f"{text[: room - 1]}…"
